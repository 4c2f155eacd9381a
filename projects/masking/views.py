"""Forms that programs wrap or set apart: base64 in lines, hex with something between its bytes.

A view leaves out what stands between the letters. A form is looked for in the view, and its place told in what was
said. Two rules keep streams quick, and alike however they are cut: no place is longer than MOST, and of a form that
goes on in another line after fewer than four letters, those letters stay.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from projects.masking.looking import Begun, Forms, Span

MOST = 1024
_HEAD = 4
# What is cut off at its end is no longer than this: fifty bytes, in Node.
_SHOWN = 200


@dataclass(frozen=True)
class View:
    """What is left out: tokens, which hold one of the hints, and single letters."""

    tokens: re.Pattern[bytes]
    hints: tuple[bytes, ...]
    between: bytes
    # What may be the beginning of a token, or of the words that it was cut off, where the data ends.
    begun: re.Pattern[bytes]
    # So many letters of a form that breaks off would tell something.
    telling: int
    letters: bytes | None = None
    # Where a program shows no more of it: Node, of a buffer.
    cut_off: re.Pattern[bytes] | None = None

    def of(self, data: bytes) -> bytes:
        if any(hint in data for hint in self.hints):
            data = self.tokens.sub(b"", data)
        return data.translate(self.letters, self.between)

    def places(self, data: bytes) -> list[int]:
        """Of each letter of the view, its place in the data."""
        places, at = list[int](), 0
        for found in self.tokens.finditer(data):
            places.extend(range(at, found.start()))
            at = found.end()
        places.extend(range(at, len(data)))
        return [place for place in places if data[place] not in self.between]


# Runs of backslashes are read whole and once: each of them as a beginning would cost the square of their number.
BASE64 = View(re.compile(rb"(?<!\\)\\++(?:[nrt]|(?=/))"), (b"\\",), b" \t\r\n\f\v", re.compile(rb"(?<!\\)\\++\Z"), 8)
_SMALL = bytes(range(256)).lower()
HEX = View(
    re.compile(rb"(?<!\\)\\++[nrtx]|0[xX]"),
    (b"\\", b"0x", b"0X"),
    b" \t\r\n\f\v:,-%",
    re.compile(rb"((?<!\\)\\++|0| ?\.{1,3} ?)\Z"),
    12,
    _SMALL,
    re.compile(rb"(?<=[0-9a-f]{2} [0-9a-f]{2} [0-9a-f]{2} [0-9a-f]{2} [0-9a-f]{2} [0-9a-f]{2}) \.\.\. "),
)


@dataclass(frozen=True)
class Wrapped:
    """The forms of one kind."""

    view: View
    forms: Forms

    def spans(self, data: bytes) -> Iterator[Span]:
        found = list(self.forms.spans(self.view.of(data))) if self.forms.names else []
        places = self.view.places(data) if found else []
        for start, end, name in found:
            first, last = places[start], places[end - 1] + 1
            if last - first <= MOST:
                yield Span(_after_head(data, places[start:end]), last, name)
        for cut in self.view.cut_off.finditer(data) if self.view.cut_off else ():
            offset = max(0, cut.start() - _SHOWN)
            for start, name, is_telling in self.begun(data[offset : cut.start()]):
                if is_telling:
                    yield Span(offset + start, cut.start(), name)

    def begun(self, data: bytes) -> Iterator[Begun]:
        """One letter less is seen, too, where it may belong to a token."""
        whole = data[-MOST:]
        for end in {len(whole), *(found.start() for found in self.view.begun.finditer(whole))}:
            yield from self._begun(whole[:end], whole[end:], len(data) - len(whole))

    def _begun(self, data: bytes, rest: bytes, offset: int) -> Iterator[Begun]:
        seen = self.view.of(data) if self.forms.names else b""
        beginnings = list(self.forms.beginnings(seen))
        places = self.view.places(data) if beginnings else []
        for at, name in beginnings:
            found = places[at:]
            if len(found) >= _HEAD or not _breaks(data[found[-1] :] + rest):
                yield Begun(offset + _after_head(data, found), name, len(found) >= self.view.telling)


def _after_head(data: bytes, places: list[int]) -> int:
    for number in range(min(_HEAD, len(places)) - 1, 0, -1):
        if _breaks(data[places[number - 1] : places[number]]):
            return places[number]
    return places[0]


def _breaks(data: bytes) -> bool:
    return b"\n" in data or b"\r" in data
