"""The incremental parser of the code stream.

`feed` takes text however it was cut, `close` says that the stream ended as a whole. Each
character is looked at a bounded number of times. A retry starts with a fresh parser.
"""

import re
from dataclasses import replace

from agents.parsing import bodies, commands, elements, fences, heredocs, paths, settling
from agents.parsing.events import Event, FileChunk, FileOpened, Prose, Rejected
from agents.parsing.openings import Opening

_PIECE = re.compile(r"[^\n]++\n?|\n")
_COMMENT = re.compile(
    r"#\s*+(?:(?P<purpose>File Purpose)|Creating new file|Applying diff to file):(?P<text>.*+)",
    re.IGNORECASE,
)


class Parser:
    def __init__(self) -> None:
        self._events: list[Event] = []
        self._line: list[str] = []
        self._fence = fences.Fence()
        self._fence_line = ""  # an opening fence that may turn out to wrap blocks only
        self._is_wrapping = False
        self._purpose = ""
        self._opening: Opening | None = None
        self._body = bodies.Body("")

    def feed(self, text: str) -> list[Event]:
        for match in _PIECE.finditer(text):
            self._take(match[0])
        self._emit_chunk()
        return self._handed_over()

    def close(self) -> list[Event]:
        """The end of the stream: the last line counts, and an open block is truncated."""
        if self._line:
            self._end_line()
        if self._opening is not None:
            self._body.finish()
            self._end_block(self._opening)
        self._flush_fence()
        return self._handed_over()

    def _handed_over(self) -> list[Event]:
        events, self._events = self._events, []
        return events

    def _take(self, piece: str) -> None:
        if self._opening is not None:
            self._take_body(self._opening, piece)
            return
        self._line.append(piece)
        if piece.endswith("\n"):
            self._end_line()

    def _take_body(self, opening: Opening, piece: str) -> None:
        self._body.take(piece)
        if self._body.is_closed:
            self._end_block(opening)

    def _end_line(self) -> None:
        parts = elements.split("".join(self._line))
        self._line.clear()
        for part in parts:
            self._read(part)

    def _read(self, line: str) -> None:
        text = line.rstrip("\r\n")
        if self._opening is not None:  # opened by a tag earlier in the same line
            self._take_body(self._opening, line)
        elif self._fence.take(text):
            self._turn_fence(line)
        elif comment := _COMMENT.match(text):
            self._purpose = comment["text"].strip() if comment["purpose"] else self._purpose
        elif opening := heredocs.read(text) or elements.read(text):
            self._open(opening, line[len(text) :])
        else:
            self._speak(line, text)

    def _speak(self, line: str, text: str) -> None:
        self._flush_fence()
        found = [] if self._fence.is_open else commands.read(text)
        self._events += found or [Prose(line)]

    def _turn_fence(self, line: str) -> None:
        """A fence around nothing but blocks is wrapping, and not shown."""
        if self._fence.is_open:
            self._fence_line = line
        elif self._is_wrapping:
            self._is_wrapping = False
        else:
            self._flush_fence()
            self._events.append(Prose(line))

    def _flush_fence(self) -> None:
        if self._fence_line:
            self._events.append(Prose(self._fence_line))
        self._fence_line = ""

    def _open(self, opening: Opening, ending: str) -> None:
        if self._fence_line:
            self._fence_line, self._is_wrapping = "", True
        self._opening = opening = self._checked(opening)
        if opening.form == "file":
            self._events.append(FileOpened(opening.path, self._purpose))
        is_crlf = ending.startswith("\r")
        if not opening.rest:
            self._body = bodies.Body(opening.marker, is_framed=opening.is_framed, is_crlf=is_crlf)
            return
        self._body = body = bodies.InlineBody(opening.marker, is_crlf=is_crlf)
        body.begin(opening.rest + ending)
        if body.is_closed:
            self._end_block(opening)

    def _checked(self, opening: Opening) -> Opening:
        """The opening with a clean path, or one that swallows its body."""
        if opening.form == "refused":
            self._events.append(Rejected(opening.path, opening.reason, "MALFORMED_BLOCK"))
        if opening.form in ("refused", "packages"):
            return opening
        try:
            return replace(opening, path=paths.clean(opening.path))
        except paths.BadPath as bad:
            self._events.append(Rejected(opening.path, str(bad)))
            return replace(opening, form="refused")

    def _emit_chunk(self) -> None:
        if self._opening is not None and self._opening.form == "file":
            text = self._body.drain()
            self._events += [FileChunk(self._opening.path, text)] if text else []

    def _end_block(self, opening: Opening) -> None:
        self._emit_chunk()
        if self._body.is_closed:
            self._events += settling.closed(opening, self._body.text(), self._purpose)
        else:
            self._events += settling.truncated(opening, self._body.text())
        self._opening, self._purpose = None, ""
