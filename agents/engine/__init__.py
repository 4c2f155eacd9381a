"""The work of an agent, long and outside transactions. Reached only through a task."""
