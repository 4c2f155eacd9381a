"""Where boxes come from. `base` is the protocol; each other module is one kind of box."""
