"""Knows whether a line is inside a Markdown fence."""

import re

_FENCE = re.compile(r"\s*+(?P<ticks>`{3,}+|~{3,}+)(?P<info>[^\n]*+)\n?")


class Fence:
    def __init__(self) -> None:
        self._ticks = ""

    @property
    def is_open(self) -> bool:
        return bool(self._ticks)

    def take(self, line: str) -> bool:
        """Whether this line opens or closes a fence."""
        match = _FENCE.fullmatch(line)
        if match is None:
            return False
        ticks, info = match["ticks"], match["info"].strip()
        if not self._ticks:
            # Three ticks with ticks after them are code within a sentence.
            self._ticks = "" if ticks[0] == "`" and "`" in info else ticks
            return bool(self._ticks)
        is_end = not info and ticks.startswith(self._ticks)
        self._ticks = "" if is_end else self._ticks
        return is_end
