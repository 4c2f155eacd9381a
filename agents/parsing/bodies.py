"""Reads the body of a block, byte for byte, up to the line that ends it.

Text is let go as soon as it cannot be the end line any more; at most the length of that line
(and, when framed, one line ending) is held back. Lines are not taken apart: what is looked for
is a line feed with the marker after it.
"""

from agents.parsing.openings import Opening


def of(opening: Opening, ending: str) -> "Body":
    """The body that begins after the line of the opening, which ended so."""
    is_crlf = ending.startswith("\r")
    if opening.rest:
        body = InlineBody(opening.marker, is_crlf=is_crlf)
        body.begin(opening.rest + ending)
        return body
    return FramedBody(opening.marker, is_crlf=is_crlf) if opening.is_framed else Body(opening.marker)


class Body:
    """Ends at the line that is exactly `marker` (its line ending may be LF or CRLF)."""

    __slots__ = ("_beginning", "_end", "_fresh", "_marker", "_parts", "_sign", "is_closed")

    def __init__(self, marker: str) -> None:
        self.is_closed = False
        self._marker = marker
        self._end = marker + "\r"
        self._sign = "\n" + marker
        self._beginning: str | None = ""  # of a line that may be the end line; None: inside another one
        self._fresh: list[str] = []
        self._parts: list[str] = []

    def take(self, text: str, start: int) -> int:
        """Take the text from `start` on; gives back where the body ends, or the end of the text."""
        if self._beginning is not None:
            return self._take_beginning(text, start, self._beginning)
        if "\n" in text:
            return self._take_lines(text, start)
        self._fresh.append(text[start:])
        return len(text)

    def finish(self) -> None:
        """The stream is over: what is held is the end line, or text."""
        if self._beginning in (self._marker, self._end):
            self.is_closed = True
        elif self._beginning:
            self._fresh.append(self._beginning)

    def drain(self) -> str:
        """What was let go since the last time."""
        text = "".join(self._fresh)
        self._fresh.clear()
        self._parts.append(text)
        return text

    def text(self) -> str:
        self.drain()
        return "".join(self._parts)

    def _take_beginning(self, text: str, start: int, beginning: str) -> int:
        """The text goes on with a line of which `beginning` is known: the end line, or another one."""
        line = beginning + text[start : start + len(self._end) + 1 - len(beginning)]
        if self._end.startswith(line):
            self._beginning = line
            return len(text)
        if line.startswith(self._marker) and (after := _end_of_line(line, len(self._marker))):
            self.is_closed = True
            return start + after - len(beginning)
        self._fresh.append(beginning)
        return self._take_lines(text, start)

    def _take_lines(self, text: str, start: int) -> int:
        """The text goes on inside a line that is not the end line."""
        hit = text.find(self._sign, start)
        while hit >= 0:
            if after := _end_of_line(text, hit + len(self._sign)):
                self._fresh.append(text[start : hit + 1])
                self.is_closed = True
                return after
            hit = text.find(self._sign, hit + 1)
        # The last line may become the end line.
        last = text.rfind("\n", start) + 1
        is_open = last > 0 and self._end.startswith(text[last:])
        self._beginning = text[last:] if is_open else None
        self._fresh.append(text[start:last] if is_open else text[start:])
        return len(text)


def _end_of_line(text: str, at: int) -> int:
    """Where the next line begins, if a line ending stands at this place; otherwise 0."""
    if text.startswith("\n", at):
        return at + 1
    return at + 2 if text.startswith("\r\n", at) else 0


class FramedBody(Body):
    """Does not own the line ending before its end line."""

    __slots__ = ("_ending", "_framing")

    def __init__(self, marker: str, *, is_crlf: bool = False) -> None:
        super().__init__(marker)
        self._framing: tuple[str, ...] = ("\r\n", "\n", "\r") if is_crlf else ("\n",)
        self._ending = ""  # a line ending that may turn out to be framing

    def finish(self) -> None:
        super().finish()
        if not self.is_closed:
            self._framing = ()

    def drain(self) -> str:
        text = self._ending + "".join(self._fresh)
        self._fresh.clear()
        self._ending = ""
        if text.endswith(self._framing):
            self._ending = next(end for end in self._framing if text.endswith(end))
            text = text.removesuffix(self._ending)
        self._parts.append(text)
        return text


class InlineBody(FramedBody):
    """The body of a tag that has text on its own line: ends at a line that ends with the marker."""

    __slots__ = ("_line",)

    def __init__(self, marker: str, *, is_crlf: bool = False) -> None:
        super().__init__(marker.strip(), is_crlf=is_crlf)
        self._line: list[str] = []

    def take(self, text: str, start: int) -> int:
        after = text.find("\n", start) + 1
        self._line.append(text[start : after or len(text)])
        if after:
            self._end_line()
        return after or len(text)

    def begin(self, rest: str) -> None:
        """Take the rest of the tag's own line, which is over."""
        self._line.append(rest)
        self._end_line()

    def finish(self) -> None:
        self._end_line()
        if not self.is_closed:
            self._framing = ()

    def _end_line(self) -> None:
        line = "".join(self._line)
        self._line.clear()
        self.is_closed = line.rstrip().endswith(self._marker)
        if not self.is_closed:
            self._fresh.append(line)
        elif before := line.rstrip().removesuffix(self._marker):
            self._fresh.append(before)
            self._framing = ()
