"""Projects on their way in."""
