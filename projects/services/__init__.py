"""What is done now: short, transactional verbs. The actor is always `by`."""
