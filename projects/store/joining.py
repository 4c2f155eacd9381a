"""Two edits of one text made one, by line, as `git merge-file` does it. Pure.

Edits of both sides that touch are a conflict, unless they come to the same. Whatever this joins, git joins to
the same bytes; a text that is too long to compare is a conflict.
"""

from collections.abc import Iterator, Sequence
from enum import IntEnum
from typing import NamedTuple

from projects.store import diffs, myers, similarity
from projects.store.diffs import Edit, Search
from projects.store.effort import Effort, TooMuch

Lines = Sequence[bytes]


class Region(NamedTuple):
    """Lines that both sides changed, each in its own way; starts count from 1, in each one's own text."""

    base_start: int
    base: tuple[bytes, ...]
    ours_start: int
    ours: tuple[bytes, ...]
    theirs_start: int
    theirs: tuple[bytes, ...]


class Outcome(NamedTuple):
    """`content` is None if there are conflicts; no regions then: too long, or no text."""

    content: bytes | None
    regions: tuple[Region, ...] = ()
    marked: bytes | None = None


class _From(IntEnum):
    BOTH, OURS, THEIRS, EITHER = range(4)


class _Span(NamedTuple):
    """Lines `base0:base1` became `ours0:ours1` and `theirs0:theirs1`."""

    side: _From
    base0: int
    base1: int
    ours0: int
    ours1: int
    theirs0: int
    theirs1: int


class Names(NamedTuple):
    """What the sides are called in the marks."""

    ours: str = "ours"
    base: str = "base"
    theirs: str = "theirs"


_NAMES = Names()


def join(
    base: bytes,
    ours: bytes,
    theirs: bytes,
    *,
    search: Search = myers.changed,
    names: Names = _NAMES,
    effort: Effort | None = None,
) -> Outcome:
    """What both sides did, in one text; or where they disagree."""
    if any(similarity.is_binary(side) for side in (base, ours, theirs)):
        return Outcome(None)
    texts = _Texts(*(split(side) for side in (base, ours, theirs)))
    try:
        spans = texts.spans(search, effort or Effort())
    except TooMuch:
        return Outcome(None)
    regions = tuple(texts.region(span) for span in spans if span.side == _From.BOTH)
    written = b"".join(texts.written(spans, names))
    return Outcome(None, regions, written) if regions else Outcome(written)


def split(content: bytes) -> list[bytes]:
    """Lines with their ends; only a line feed ends a line."""
    lines = content.split(b"\n")
    rest = lines.pop()
    whole = [line + b"\n" for line in lines]
    return [*whole, rest] if rest else whole


class _Texts(NamedTuple):
    base: list[bytes]
    ours: list[bytes]
    theirs: list[bytes]

    def spans(self, search: Search, effort: Effort) -> list[_Span]:
        """Everything that is not as in the base, in order; what both did alike is as in ours."""
        ours = diffs.edits(self.base, self.ours, effort, search)
        theirs = diffs.edits(self.base, self.theirs, effort, search)
        if not ours or not theirs:
            return [_whole(edit, _From.OURS) for edit in ours] or [_whole(edit, _From.THEIRS) for edit in theirs]
        merged: list[_Span] = []
        for span in self._paired(ours, theirs):
            _add(merged, span)
        return [self._settled(span) for span in merged]

    def _paired(self, ours: list[Edit], theirs: list[Edit]) -> Iterator[_Span]:
        """The edits of both in order; those that touch as one span, but for equals."""
        at = to = 0
        while at < len(ours) and to < len(theirs):
            mine, other = ours[at], theirs[to]
            if mine.a1 < other.a0:
                yield _of_ours(mine, other.b0 - other.a0)
                at += 1
            elif other.a1 < mine.a0:
                yield _of_theirs(other, mine.b0 - mine.a0)
                to += 1
            else:
                if not self._is_same(mine, other):
                    yield _touching(mine, other)
                at, to = at + (mine.a1 <= other.a1), to + (other.a1 <= mine.a1)
        rest_ours, rest_theirs = len(self.ours) - len(self.base), len(self.theirs) - len(self.base)
        yield from (_of_ours(edit, rest_theirs) for edit in ours[at:])
        yield from (_of_theirs(edit, rest_ours) for edit in theirs[to:])

    def _is_same(self, mine: Edit, other: Edit) -> bool:
        return mine[:2] == other[:2] and self.ours[mine.b0 : mine.b1] == self.theirs[other.b0 : other.b1]

    def _settled(self, span: _Span) -> _Span:
        """Both came to the same after all."""
        ours, theirs = self.ours[span.ours0 : span.ours1], self.theirs[span.theirs0 : span.theirs1]
        if span.side == _From.BOTH and ours and ours == theirs:
            return span._replace(side=_From.EITHER)
        return span

    def region(self, span: _Span) -> Region:
        return Region(
            span.base0 + 1,
            tuple(self.base[span.base0 : span.base1]),
            span.ours0 + 1,
            tuple(self.ours[span.ours0 : span.ours1]),
            span.theirs0 + 1,
            tuple(self.theirs[span.theirs0 : span.theirs1]),
        )

    def written(self, spans: list[_Span], names: Names) -> Iterator[bytes]:
        """The joined text, from ours where nothing else is said, with marks around what is in conflict."""
        at = 0
        for span in spans:
            yield from self.ours[at : span.ours0]
            if span.side == _From.BOTH:
                yield from _marked(self.region(span), names, self._end_of_line(span))
            elif span.side == _From.THEIRS:
                yield from self.theirs[span.theirs0 : span.theirs1]
            else:
                yield from self.ours[span.ours0 : span.ours1]
            at = span.ours1
        yield from self.ours[at:]

    def _end_of_line(self, span: _Span) -> bytes:
        """As the lines before have it, on both sides, and the base begins."""
        near = ((self.ours, span.ours0), (self.theirs, span.theirs0), (self.base, 0))
        found = [_has_return(lines, max(0, at - 1)) for lines, at in near]
        return b"\r\n" if found[-1] and False not in found else b"\n"


def _has_return(lines: Lines, at: int) -> bool | None:
    """Whether this line ends with a carriage return too; None if there is nothing to tell by."""
    if lines and not lines[at].endswith(b"\n"):
        at -= 1
    return None if at < 0 or not lines else lines[at].endswith(b"\r\n")


def _whole(edit: Edit, side: _From) -> _Span:
    """Of the only side that changed anything: the other one is the base."""
    mine, other = (edit.b0, edit.b1), (edit.a0, edit.a1)
    ours, theirs = (mine, other) if side == _From.OURS else (other, mine)
    return _Span(side, edit.a0, edit.a1, *ours, *theirs)


def _of_ours(edit: Edit, shift: int) -> _Span:
    return _Span(_From.OURS, *edit, edit.a0 + shift, edit.a1 + shift)


def _of_theirs(edit: Edit, shift: int) -> _Span:
    return _Span(_From.THEIRS, edit.a0, edit.a1, edit.a0 + shift, edit.a1 + shift, edit.b0, edit.b1)


def _touching(mine: Edit, other: Edit) -> _Span:
    """From where the first begins to where the last ends, on all three."""
    start, end = min(mine.a0, other.a0), max(mine.a1, other.a1)
    ours = (mine.b0 - (mine.a0 - start), mine.b1 + (end - mine.a1))
    theirs = (other.b0 - (other.a0 - start), other.b1 + (end - other.a1))
    return _Span(_From.BOTH, start, end, *ours, *theirs)


def _add(merged: list[_Span], span: _Span) -> None:
    """A span that touches the one before becomes part of it, and then both sides are in it."""
    last = merged[-1] if merged else None
    if last is None or (span.ours0 > last.ours1 and span.theirs0 > last.theirs1):
        merged.append(span)
        return
    side = last.side if span.side == last.side else _From.BOTH
    merged[-1] = last._replace(side=side, base1=span.base1, ours1=span.ours1, theirs1=span.theirs1)


def _marked(region: Region, names: Names, end: bytes) -> Iterator[bytes]:
    for mark, name, lines in (
        (b"<<<<<<<", names.ours, region.ours),
        (b"|||||||", names.base, region.base),
        (b"=======", "", region.theirs),
    ):
        yield mark + (f" {name}".encode() if name else b"") + end
        yield from lines
        # A mark always begins a line.
        if lines and not lines[-1].endswith(b"\n"):
            yield end
    yield b">>>>>>> " + names.theirs.encode() + end
