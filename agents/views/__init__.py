"""Doors for people: find with access, validate, call one verb, answer."""
