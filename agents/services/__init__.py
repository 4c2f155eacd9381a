"""Verbs done now: short and transactional."""
