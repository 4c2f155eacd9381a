"""Reads what a model writes: the code stream, and edits of existing text.

Pure Python: no database, no network, no clock.
"""
