"""Whole installations for tests, in both shapes: started as a person would, looked at from outside."""
