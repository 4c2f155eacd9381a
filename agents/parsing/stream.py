"""The incremental parser of the code stream, in any form that a model writes.

`feed` takes text however it was cut, `close` says that the stream ended as a whole. Each
character is looked at a bounded number of times. A retry starts with a fresh parser.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from agents.parsing import bodies, commands, elements, fences, heredocs, paths, settling
from agents.parsing.events import Command, Event, FileChunk, FileOpened, Malformed, Prose
from agents.parsing.openings import Opening

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
        self._opening = Opening("refused", "", "")  # of the block that is open, if there is a body
        self._body: bodies.Body | None = None

    def feed(self, text: str) -> list[Event]:
        position = 0
        while position < len(text):
            if (body := self._body) is None:
                position = self._take_line(text, position)
            else:
                position = body.take(text, position)
                if body.is_closed:
                    self._end_block(body)
        if self._body is not None:
            self._emit_chunk(self._body)
        return self._handed_over()

    def close(self) -> list[Event]:
        """The end of the stream: the last line counts, and an open block is truncated."""
        if self._line:
            self._end_line()
        if self._body is not None:
            self._body.finish()
            self._end_block(self._body)
        self._flush_fence()
        return self._handed_over()

    # --- what a line outside blocks may be: a parser of one form knows less

    def _parts(self, line: str) -> list[str]:
        """One line may hold several elements."""
        return elements.split(line)

    def _opening_in(self, line: str) -> Opening | None:
        return heredocs.read(line) or elements.read(line)

    def _comment_in(self, line: str) -> re.Match[str] | None:
        return _COMMENT.match(line)

    def _commands_in(self, line: str) -> Sequence[Command | Malformed]:
        return commands.read(line)

    # --- lines outside blocks

    def _take_line(self, text: str, start: int) -> int:
        after = text.find("\n", start) + 1
        self._line.append(text[start : after or len(text)])
        if after:
            self._end_line()
        return after or len(text)

    def _end_line(self) -> None:
        parts = self._parts("".join(self._line))
        self._line.clear()
        for part in parts:
            self._read(part)

    def _read(self, line: str) -> None:
        text = line.rstrip("\r\n")
        if self._body is not None:  # opened earlier in the same line
            self._body.take(line, 0)
            self._end_if_closed(self._body)
        elif self._fence.take(text):
            self._turn_fence(line)
        elif comment := self._comment_in(text):
            self._purpose = comment["text"].strip() if comment["purpose"] else self._purpose
        elif opening := self._opening_in(text):
            self._open(opening, line[len(text) :])
        else:
            self._speak(line, text)

    def _speak(self, line: str, text: str) -> None:
        self._flush_fence()
        found = () if self._fence.is_open else self._commands_in(text)
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

    # --- blocks

    def _open(self, opening: Opening, ending: str) -> None:
        if self._fence_line:
            self._fence_line, self._is_wrapping = "", True
        self._purpose = opening.purpose or self._purpose
        self._opening = opening = self._checked(opening)
        if opening.form == "file":
            self._events.append(FileOpened(opening.path, self._purpose))
        self._body = body = bodies.of(opening, ending)
        self._end_if_closed(body)

    def _checked(self, opening: Opening) -> Opening:
        """The opening with a clean path, or one that swallows its body."""
        if opening.form == "refused":
            self._events.append(Malformed(opening.line, opening.reason, opening.path))
        if opening.form in ("refused", "packages"):
            return opening
        try:
            return replace(opening, path=paths.clean(opening.path))
        except paths.BadPath as bad:
            self._events.append(Malformed(opening.line, str(bad), opening.path, "BAD_PATH"))
            return replace(opening, form="refused")

    def _end_if_closed(self, body: bodies.Body) -> None:
        if body.is_closed:
            self._end_block(body)

    def _end_block(self, body: bodies.Body) -> None:
        self._emit_chunk(body)
        if body.is_closed:
            self._events += settling.closed(self._opening, body.text(), self._purpose)
        else:
            self._events += settling.truncated(self._opening, body.text())
        self._body, self._purpose = None, ""

    def _emit_chunk(self, body: bodies.Body) -> None:
        if self._opening.form == "file" and (text := body.drain()):
            self._events.append(FileChunk(self._opening.path, text))

    def _handed_over(self) -> list[Event]:
        events, self._events = self._events, []
        return events
