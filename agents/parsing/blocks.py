"""Reads SEARCH/REPLACE blocks; what lies between them is ignored."""

import re
from dataclasses import dataclass, field

from agents.parsing.events import Block

_SEARCH = re.compile(r"<{5,9} ?SEARCH>?\s*")
_DIVIDER = re.compile(r"={5,9}\s*")
_REPLACE = re.compile(r">{5,9} ?REPLACE\s*")


class Malformed(ValueError):
    """The markers are not in order; the text says what was expected, and where."""


def has_markers(body: str) -> bool:
    return any(_SEARCH.fullmatch(line) for line in body.split("\n"))


def read(body: str) -> tuple[Block, ...]:
    """The blocks in order, their text byte for byte, or Malformed."""
    found: list[Block] = []
    half: _Half | None = None
    for number, line in enumerate(_lines(body), start=1):
        if half is None:
            half = _begin(line, number)
        elif _REPLACE.fullmatch(line):
            found.append(half.whole(number))
            half = None
        else:
            half.take(line, number)
    if half is not None:
        raise Malformed("the last block does not end with >>>>>>> REPLACE")
    if not found:
        raise Malformed("expected a line <<<<<<< SEARCH")
    return tuple(found)


@dataclass(slots=True)
class _Half:
    """A block whose end has not been seen."""

    search: list[str] = field(default_factory=list)
    replace: list[str] | None = None

    def take(self, line: str, number: int) -> None:
        if _SEARCH.fullmatch(line):
            raise Malformed(f"line {number}: a block starts inside another one")
        if not _DIVIDER.fullmatch(line):
            (self.search if self.replace is None else self.replace).append(line)
        elif self.replace is not None:
            raise Malformed(f"line {number}: a second ======= in one block")
        else:
            self.replace = []

    def whole(self, number: int) -> Block:
        if self.replace is None:
            raise Malformed(f"line {number}: expected ======= before >>>>>>> REPLACE")
        return Block("".join(self.search), "".join(self.replace))


def _begin(line: str, number: int) -> _Half | None:
    if _REPLACE.fullmatch(line):
        raise Malformed(f"line {number}: >>>>>>> REPLACE outside a block")
    return _Half() if _SEARCH.fullmatch(line) else None


def _lines(body: str) -> list[str]:
    lines = body.split("\n")
    endings = [line + "\n" for line in lines[:-1]]
    return [*endings, lines[-1]] if lines[-1] else endings
