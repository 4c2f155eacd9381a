"""Shells that people use in an app's box: kept by the process that serves their socket, recorded as commands."""
