"""Django's SQLite with turns: writers of one process come in the order in which they asked."""
