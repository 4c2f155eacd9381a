"""The parts of a change that can be decided about one by one. Pure.

A part keeps its name while its own lines stay: it is made of what it does and where in the text before, so
an edit of another part of the same file does not rename it.
"""

import hashlib
from collections.abc import Mapping
from typing import NamedTuple

from projects.store import diffs
from projects.store.diffs import Hunk

APPROVED = "approved"
REJECTED = "rejected"


class Part(NamedTuple):
    """A hunk with its name."""

    id: str
    hunk: Hunk


def parts(before: bytes | None, after: bytes | None) -> list[Part]:
    """What can be decided apart; nothing in a file that came, went or is not text: it stays or goes whole."""
    if before is None or after is None:
        return []
    old, new = diffs.text_of(before), diffs.text_of(after)
    if old is None or new is None:
        return []
    return [Part(_name(hunk), hunk) for hunk in diffs.hunks(old, new)]


def select(
    before: bytes | None, after: bytes | None, decisions: Mapping[str, str], *, undecided: str = REJECTED
) -> bytes | None:
    """The content with only the approved parts; `undecided` is what a part counts as that has no decision.

    A file that has no parts is as `undecided` says.
    """
    found = parts(before, after)
    chosen = [part.hunk for part in found if decisions.get(part.id, undecided) == APPROVED]
    if len(chosen) == len(found):
        return after if found or undecided == APPROVED else before
    return _applied(before or b"", chosen)


def _applied(before: bytes, chosen: list[Hunk]) -> bytes:
    lines = diffs.lines_of(before.decode())
    made: list[str] = []
    at = 0
    for hunk in chosen:
        start = hunk.before_start - 1
        made += lines[at:start]
        made += [line.text for line in hunk.lines if line.sign != "-"]
        at = start + hunk.before_count
    return "".join(made + lines[at:]).encode()


def _name(hunk: Hunk) -> str:
    """Of its changed lines and their places before; context counts as place only."""
    digest = hashlib.sha256()
    at = hunk.before_start
    for sign, text in hunk.lines:
        if sign != " ":
            digest.update(f"{at}{sign}{len(text)}:{text}".encode())
        at += sign != "+"
    return digest.hexdigest()[:16]
