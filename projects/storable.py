"""What comes from outside, as every database can hold it. PostgreSQL takes no null in a text, nobody half a letter."""

import re

# A null, and halves of a pair, which JSON can say and no encoding of text can hold.
_REFUSED = re.compile("[\0\ud800-\udfff]")
# What turns or hides the words around it, and control characters but for those between words.
_HIDDEN = re.compile("[\x01-\x08\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def text(value: str) -> str:
    """The same text, with a sign where something was that cannot be kept."""
    return _REFUSED.sub("\ufffd", value)


def name(value: str) -> str:
    """On one line, with nothing in it that could pass for another name."""
    return " ".join(_HIDDEN.sub("", text(value)).split())
