"""Counts work instead of seconds: executed lines, and the length of the strings they touch."""

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

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
            reach = [*frame.f_locals.values(), *getattr(frame.f_locals.get("self"), "__dict__", {}).values()]
            count += 1 + sum(len(value) for value in reach if isinstance(value, str))
        return trace

    _traced(act, trace)
    return count


def _traced(act: Callable[[], object], trace: Any) -> None:
    before = sys.gettrace()
    sys.settrace(trace)
    try:
        act()
    finally:
        sys.settrace(before)
