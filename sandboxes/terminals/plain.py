"""What a terminal showed, as lines of plain text: without the sequences that colour it and move about in it. Pure.

Lines are edited as shells do it, within one line; what draws on the whole screen is not drawn again here.
"""

import codecs
import re

_LONGEST = 2000
# One that is longer is no sequence any more, and is dropped as it comes.
_MOST_OPEN = 4096
_STRINGS = "P]X^_"
_SEQUENCE = re.compile(
    r"\x1b(?:\[(?P<numbers>[0-?]*)[ -/]*(?P<kind>[@-~])"
    r"|[PX\]^_][^\x07\x1b]*(?:\x07|\x1b\\|(?=\x1b[^\\]))"
    r"|[ -/]+[0-~]"
    r"|[0-OQ-WYZ`-~\\])"
)
_PIECE = re.compile(r"[^\x00-\x1f\x7f-\x9f]+")


class Plain:
    """Takes what is shown, in whatever pieces; gives whole lines."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._open = ""
        self._line: list[str] = []
        self._at = 0

    def feed(self, data: bytes) -> str:
        """The lines that were completed by it, each with its end."""
        text = self._open + self._decoder.decode(data)
        self._open = ""
        done: list[str] = []
        at = 0
        while at < len(text):
            at = self._take(text, at, done)
        return "".join(done)

    def end(self) -> str:
        """The line that was not completed."""
        return "".join(self._line).rstrip()

    def _take(self, text: str, at: int, done: list[str]) -> int:
        if piece := _PIECE.match(text, at):
            self._write(piece[0])
            return piece.end()
        if text[at] != "\x1b":
            self._control(text[at], done)
            return at + 1
        if found := _SEQUENCE.match(text, at):
            self._move(found["kind"] or "", found["numbers"] or "")
            return found.end()
        if len(text) - at < _MOST_OPEN and _may_go_on(text[at:]):
            self._open = text[at:]
            return len(text)
        return at + 1

    def _control(self, sign: str, done: list[str]) -> None:
        if sign == "\n":
            done.append(self.end() + "\n")
            self._line, self._at = [], 0
        elif sign == "\r":
            self._at = 0
        elif sign == "\b":
            self._at = max(0, self._at - 1)
        elif sign == "\t":
            self._write(" " * (8 - self._at % 8))

    def _write(self, piece: str) -> None:
        piece = piece[: _LONGEST - self._at]
        self._line += " " * (self._at - len(self._line))
        self._line[self._at : self._at + len(piece)] = piece
        self._at += len(piece)

    def _move(self, kind: str, numbers: str) -> None:
        """Where a shell's own editing goes, and what it takes away."""
        first = numbers.partition(";")[0]
        count = min(int(first), _LONGEST) if first.isdecimal() and len(first) < 6 else 0
        if kind == "K" and count == 0:
            del self._line[self._at :]
        elif kind == "K":
            self._line, self._at = (
                ([], self._at) if count == 2 else ([" "] * self._at + self._line[self._at :], self._at)
            )
        elif kind == "P":
            del self._line[self._at : self._at + max(1, count)]
        elif kind == "@":
            self._line[self._at : self._at] = " " * max(1, count)
            del self._line[_LONGEST:]
        elif kind == "C":
            self._at = min(self._at + max(1, count), _LONGEST)
        elif kind == "D":
            self._at = max(0, self._at - max(1, count))
        elif kind == "G":
            self._at = max(0, count - 1)
        elif kind == "J" and count == 2:
            self._line = []


def _may_go_on(rest: str) -> bool:
    """What begins like a sequence, and has not ended yet."""
    if len(rest) == 1:
        return True
    if rest[1] == "[":
        return all(" " <= sign <= "?" for sign in rest[2:])
    if rest[1] in _STRINGS:
        return True
    return " " <= rest[1] <= "/" and all(" " <= sign <= "/" for sign in rest[2:])
