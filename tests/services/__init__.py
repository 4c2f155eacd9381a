"""Real servers that a test may kill: their own folders and ports, and nobody else's data."""
