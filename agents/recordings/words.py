"""How close two pieces of plain English are: by the words that carry meaning, nothing cleverer."""

import re
from collections.abc import Iterable

_WORD = re.compile(r"[a-z]+")
_TODO = re.compile(r"\bto[- ]do\b")
_EMPTY = frozenset(
    _WORD.findall("""
    a about add all also an and any app application are as at be build by can change could create design do every
    everything for from get give have how i in instead into is it its just keep let like little make me mine my
    need new nice of on one or our own page please put set show simple site small so some that the their them
    there these this to track turn up us use want web website which whole with would you your
""")
)


def content(text: str) -> frozenset[str]:
    """The words that carry meaning, singular: "my tasks, please" is {"task"}."""
    plain = _TODO.sub("todo", text.lower())
    return frozenset(_singular(word) for word in _WORD.findall(plain) if word not in _EMPTY)


def coverage(said: frozenset[str], known: Iterable[str]) -> float:
    """The share of what was said that is known; nothing said is nothing covered."""
    return len(said & content(" ".join(known))) / len(said) if said else 0.0


def _singular(word: str) -> str:
    is_plural = len(word) > 3 and word.endswith("s") and not word.endswith("ss")
    return word[:-1] if is_plural else word
