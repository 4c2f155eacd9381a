"""Puts one tag into a page while it streams by, as early as a page may have one. Pure.

All other bytes stay as they are, and the same page gives the same bytes however it is cut.
"""

import re

MOST_HELD = 16 * 1024
"""So much of a page is looked at. What has no beginning up to there gets the tag where its last whole piece ended."""

_SPACE = rb"[ \t\n\f\r]"
# As a browser reads it: a quote only counts where a value begins, and then it has to end.
_VALUE = rb"(?:\"[^\"]*+\"|'[^']*+'|[^ \t\n\f\r\"'>][^ \t\n\f\r>]*+|(?=>))"
_EQUALS = _SPACE + rb"*+="
_ATTRIBUTE = rb"[^ \t\n\f\r/>][^ \t\n\f\r/>=]*+(?:" + _EQUALS + _SPACE + rb"*+" + _VALUE + rb"|(?!" + _EQUALS + rb"))"
_TAG = rb"<%s(?=[ \t\n\f\r/>])(?:[ \t\n\f\r/]++|" + _ATTRIBUTE + rb")*+>"
_HEAD = re.compile(_TAG % b"head", re.IGNORECASE)
# What may stand before a page's head.
_BEFORE = re.compile(
    rb"(?:\xef\xbb\xbf)|" + _SPACE + rb"++|<!--(?:-?>|.*?--!?>)|<![^>-][^>]*+>|<\?[^>]*+>|" + _TAG % b"html",
    re.IGNORECASE | re.DOTALL,
)
_OPENINGS = (b"<!", b"<?", b"<html", b"<head", b"\xef\xbb\xbf")


def place(page: bytes, *, is_whole: bool) -> int | None:
    """How many bytes go before the tag; None as long as only what follows can tell."""
    at = 0
    while piece := _BEFORE.match(page, at):
        at = piece.end()
    if head := _HEAD.match(page, at):
        return head.end()
    return at if is_whole or not _may_go_on(page[at:]) else None


def _may_go_on(rest: bytes) -> bool:
    """Whether this is the beginning of something that belongs before the tag."""
    start = rest[:6].lower()
    if any(opening.startswith(start) for opening in _OPENINGS) or start.startswith((b"<!", b"<?")):
        return True
    return start[:5] in {b"<html", b"<head"} and start[5:6] in b" \t\n\f\r/>"


class Insertion:
    """`feed` takes the page in pieces and gives it back with the tag in it."""

    def __init__(self, tag: bytes) -> None:
        self.tag = tag
        self._held = b""
        self._is_done = False

    def feed(self, piece: bytes, *, is_last: bool) -> bytes:
        if self._is_done:
            return piece
        self._held += piece
        seen = self._held[:MOST_HELD]
        at = place(seen, is_whole=is_last or len(self._held) >= MOST_HELD) if self._held else None
        if at is None:
            return b""
        page, self._held, self._is_done = self._held, b"", True
        return page[:at] + self.tag + page[at:]
