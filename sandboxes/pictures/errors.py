"""Why there is no picture."""


class NoCamera(Exception):
    """None can be taken here; the next would fare no better."""


class NoPicture(Exception):
    """None came of this one."""
