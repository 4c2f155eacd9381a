"""Reads the body of a block line by line, byte for byte, up to the line that ends it.

Text is let go as soon as it cannot be the end line any more; at most the length of that line
(and, when framed, one line ending) is held back.
"""


class Body:
    """Ends at the line that is exactly `marker` (its line ending may be LF or CRLF).

    A framed body does not own the line ending before its end line.
    """

    def __init__(self, marker: str, *, is_framed: bool = False, is_crlf: bool = False) -> None:
        self.is_closed = False
        self._end = marker + "\r"
        self._marker = marker
        self._framing = ("\r\n", "\n", "\r") if is_crlf else ("\n",)
        self._is_framed = is_framed
        self._line_start: str | None = ""  # None: inside a line that is not the end line
        self._ending = ""  # a line ending that may turn out to be framing
        self._parts: list[str] = []
        self._drained = 0

    def take(self, piece: str) -> None:
        """Take the next piece: it holds at most one line feed, as its last character."""
        if self._line_start is None:
            self._release(piece)
            self._line_start = "" if piece.endswith("\n") else None
            return
        line = self._line_start + piece
        if line.endswith("\n"):
            self._line_start = ""
            self.is_closed = line[:-1] in (self._marker, self._end)
            if not self.is_closed:
                self._release(line)
        elif self._end.startswith(line):
            self._line_start = line
        else:
            self._line_start = None
            self._release(line)

    def finish(self) -> None:
        """The stream is over: what is held is the end line, or text."""
        if self._line_start in (self._marker, self._end):
            self.is_closed = True
            return
        self._release(self._line_start or "")
        self._parts.append(self._ending)

    def drain(self) -> str:
        """What was let go since the last time."""
        fresh = "".join(self._parts[self._drained :])
        self._drained = len(self._parts)
        return fresh

    def text(self) -> str:
        return "".join(self._parts)

    def _release(self, text: str) -> None:
        if not self._is_framed:
            self._parts.append(text)
            return
        text = self._ending + text
        self._ending = next((end for end in self._framing if text.endswith(end)), "")
        self._parts.append(text.removesuffix(self._ending))


class InlineBody(Body):
    """The body of a tag that has text on its own line: ends at a line that ends with the marker."""

    def __init__(self, marker: str, *, is_crlf: bool = False) -> None:
        super().__init__(marker.strip(), is_framed=True, is_crlf=is_crlf)
        self._line: list[str] = []

    def take(self, piece: str) -> None:
        self._line.append(piece)
        if piece.endswith("\n"):
            self._end_line()

    def begin(self, rest: str) -> None:
        """Take the rest of the tag's own line, which is over."""
        self._line.append(rest)
        self._end_line()

    def finish(self) -> None:
        self._end_line()
        if not self.is_closed:
            self._parts.append(self._ending)

    def _end_line(self) -> None:
        line = "".join(self._line)
        self._line.clear()
        self.is_closed = line.rstrip().endswith(self._marker)
        if not self.is_closed:
            self._release(line)
        elif before := line.rstrip().removesuffix(self._marker):
            self._release(before)
            self._parts.append(self._ending)
