"""Projects on their way out."""
