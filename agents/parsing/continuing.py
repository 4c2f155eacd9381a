"""Joins a file that was cut off with the reply that goes on with it.

The model is shown the whole lines that are there and asked to go on after them. It may repeat some of
them first, or all: what it repeats is left out, but only where there is no doubt about how much that is.
"""

import re
from dataclasses import dataclass

from agents.parsing import places, texts
from agents.parsing.places import Lines

MOST_REPEATED = 40
# So many letters and digits make lines that hardly stand twice in a row by chance; brackets do.
_SUBSTANCE = 8
# So many lines are looked at to tell whether a text is begun anew.
_BEGINNING = 12
_LETTER = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Joined:
    """`text` is the whole of both; or, when it is ambiguous what was repeated, only the lines that were there."""

    text: str
    repeated: int = 0
    is_ambiguous: bool = False


def whole_lines(text: str) -> str:
    """The text without the half line at its end: what the model is shown, and what it goes on from."""
    return text[: text.rfind("\n") + 1]


def join(text: str, reply: str, *, most: int = MOST_REPEATED) -> Joined:
    """The whole lines of the text and then the reply, without the lines (at most so many) it repeats of them."""
    kept = whole_lines(text)
    old, new = _lines(kept), _lines(reply)
    if len(old) > most and new[: len(old)] == old:
        return Joined(kept + "".join(texts.split(reply)[len(old) :]), len(old))
    fits = [count for count in range(1, min(most, len(old), len(new)) + 1) if old[-count:] == new[:count]]
    is_clear = len(fits) == 1 and _stands_out(old, fits[0]) if fits else not _begins_again(old, new, most)
    if not is_clear or _repeats_more(old, new, most):
        return Joined(kept, is_ambiguous=True)
    repeated = fits[0] if fits else 0
    if _starts_over(old, new[repeated:]):
        return Joined(kept, is_ambiguous=True)
    return Joined(kept + "".join(texts.split(reply)[repeated:]), repeated)


def _lines(text: str) -> Lines:
    """Without their endings: a model may repeat a line with another one."""
    return tuple(texts.without_ending(line) for line in texts.split(text))


def _stands_out(old: Lines, count: int) -> bool:
    """The last lines hold something, and stand nowhere else: the reply has them only because it repeats them."""
    last = old[-count:]
    return _has_substance(last) and len(places.occurrences(old, last)) == 1


def _begins_again(old: Lines, new: Lines, most: int) -> bool:
    """The reply begins as the text does, or as some of its last lines do, but does not go on as they do."""
    first, recent = new[:2], old[-most:]
    return _has_substance(first) and (old[:2] == first or bool(places.occurrences(recent, first)))


def _starts_over(old: Lines, new: Lines) -> bool:
    """What comes holds lines in a row from the beginning of the text: it is written anew, with another first line."""
    size = min(3, len(old))
    windows = [old[at : at + size] for at in range(min(_BEGINNING, len(old) - size + 1))] if size else []
    return any(_has_substance(window) and places.occurrences(new, window) for window in windows)


def _repeats_more(old: Lines, new: Lines, most: int) -> bool:
    """The reply repeats more lines than it may."""
    return len(new) > most and bool(places.occurrences(old, new[: most + 1]))


def _has_substance(lines: Lines) -> bool:
    return sum(len(_LETTER.findall(line)) for line in lines) >= _SUBSTANCE
