"""Counts work instead of seconds: executed lines, and the length of the strings they touch."""

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any, SupportsIndex

from agents import parsing

PARSER = Path(parsing.__file__).parent


def executed_lines(act: Callable[[], object]) -> int:
    """Lines of Python run by `act`, the standard library's included."""
    count = 0

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    _traced(act, trace)
    return count


def characters(act: Callable[[], object]) -> int:
    """For each line run in the parser: the size of every string within its reach.

    A string that grows with the stream, in a variable or an attribute, makes this quadratic.
    """
    count = 0

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal count
        if not Path(frame.f_code.co_filename).is_relative_to(PARSER):
            return None
        if event == "line":
            reach = [*frame.f_locals.values(), *_attributes(frame.f_locals.get("self"))]
            count += 1 + sum(len(value) for value in reach if isinstance(value, str))
        return trace

    _traced(act, trace)
    return count


def _attributes(one: object) -> list[object]:
    names = [name for kind in type(one).__mro__ for name in getattr(kind, "__slots__", ())]
    return [*getattr(one, "__dict__", {}).values(), *(getattr(one, name, None) for name in names)]


class Counted(str):
    """Counts the characters that were copied out of it or looked at on the way to a line feed or a marker."""

    __slots__ = ("touched",)

    def __init__(self, text: str) -> None:
        self.touched = 0

    def find(self, sub: str, start: SupportsIndex | None = 0, end: SupportsIndex | None = None) -> int:
        found = super().find(sub, start, end)
        self.touched += (len(self) if found < 0 else found + len(sub)) - int(start or 0)
        return found

    def rfind(self, sub: str, start: SupportsIndex | None = 0, end: SupportsIndex | None = None) -> int:
        found = super().rfind(sub, start, end)
        self.touched += len(self) - (int(start or 0) if found < 0 else found)
        return found

    def __contains__(self, key: object) -> bool:
        self.touched += len(self)
        return super().__contains__(str(key))

    def __getitem__(self, key: SupportsIndex | slice) -> str:
        piece = super().__getitem__(key)
        self.touched += len(piece)
        return piece


def _traced(act: Callable[[], object], trace: Any) -> None:
    before = sys.gettrace()
    sys.settrace(trace)
    try:
        act()
    finally:
        sys.settrace(before)
