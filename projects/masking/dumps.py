r"""Dumps, as xxd, hexdump and od write them: rows of an offset, some bytes in hex, and the same as letters.

`00000010: 6f72 7365 2062  orse b`. What the rows hold is read, and of a row that holds a part of a secret only the
offset stays: its letters would tell what its numbers do not.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from projects.masking.looking import Begun, Forms, Span

_MOST_ROW = 512
_TELLING = 6
_OFFSET = rb"[0-9a-fA-F]{6}"
_LIKELY = re.compile(_OFFSET + rb":? {1,2}[0-9a-fA-F]{2}")
_ROW = re.compile(
    _OFFSET + rb"(?:: {1,2}(?P<groups>(?:[0-9a-fA-F]{2,16} )*[0-9a-fA-F]{2,16})(?:  [ -~]*)?"
    rb"| {1,2}(?P<pairs>[0-9a-fA-F]{2}(?: {1,2}[0-9a-fA-F]{2})*)(?: *[|>][ -~]*)?) *\r?\Z"
)
_ROW_BEGUN = re.compile(_OFFSET + rb"(?::? {1,2})(?P<rest>[0-9a-fA-F][0-9a-fA-F ]*(?:(?: {2}|[|>])[ -~]*)?)?\r?\Z")


@dataclass(frozen=True)
class Row:
    line: int
    start: int
    end: int
    content: bytes


def spans(data: bytes, forms: Forms) -> Iterator[Span]:
    for rows in _dumps(data):
        content, row_of = _read(rows)
        for start, end, name in forms.spans(content):
            for number in range(row_of[start], row_of[end - 1] + 1):
                yield Span(rows[number].start, rows[number].end, name)


def begun(data: bytes, forms: Forms) -> Iterator[Begun]:
    """A row that is not at its end; and rows that end with what may be the beginning of a secret."""
    if not forms.names:
        return
    last = data.rfind(b"\n") + 1
    open_row = _ROW_BEGUN.search(data, max(last, len(data) - _MOST_ROW))
    if open_row and open_row["rest"]:
        yield Begun(open_row.start("rest"), "", is_telling=False)
    *_, rows = [[], *_dumps(data)]
    # Nothing has come since but what may become the next row.
    is_last = bool(rows) and data.find(b"\n", rows[-1].end) + 1 in {0, last} and len(data) - last <= _MOST_ROW
    content, row_of = _read(rows) if is_last else (b"", [])
    # A row of its own at the end may yet turn out to be none, or to go on.
    held = len(rows) - 1 if is_last and rows[-1].end >= last else len(rows)
    for at, name in forms.beginnings(content):
        held = min(held, row_of[at])
        yield Begun(rows[row_of[at]].start, name, len(content) - at >= _TELLING)
    # What ends in a row that is kept back is kept back from its first: apart from it the row would say the end.
    for start, end, name in forms.spans(content) if held < len(rows) else ():
        if row_of[end - 1] >= held:
            yield Begun(rows[row_of[start]].start, name, is_telling=True)


def _dumps(data: bytes) -> list[list[Row]]:
    """Rows in lines that follow one another."""
    rows = list(_rows(data)) if _LIKELY.search(data) else []
    return [[row for _, row in group] for _, group in groupby(enumerate(rows), lambda pair: pair[1].line - pair[0])]


def _rows(data: bytes) -> Iterator[Row]:
    at = 0
    for number, line in enumerate(data.split(b"\n")):
        found = _ROW.search(line, max(0, len(line) - _MOST_ROW))
        if found and found.end() - found.start() <= _MOST_ROW:
            kind = "groups" if found["groups"] else "pairs"
            digits = found[kind].decode().replace(" ", "")
            content = bytes.fromhex(digits[: len(digits) // 2 * 2])  # the last one may be cut in half
            yield Row(number, at + found.start(kind), at + len(line.rstrip(b"\r")), content)
        at += len(line) + 1


def _read(rows: list[Row]) -> tuple[bytes, list[int]]:
    content = b"".join(row.content for row in rows)
    return content, [number for number, row in enumerate(rows) for _ in row.content]
