"""Runs the site: Daphne with repairs, the worker, and the supervisor above both."""
