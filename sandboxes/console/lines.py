"""Reads what a browser reports of a preview's console. Pure.

Anybody may have written it: what is not exactly so is refused.
"""

import json
from dataclasses import dataclass
from typing import Any

from projects import storable
from sandboxes.enums import ConsoleLevel, ConsoleSource

MOST_BODY = 256 * 1024
MOST_LINES = 20
MOST_TEXT, MOST_STACK, MOST_PAGE = 2000, 3000, 300
MOST_TIMES = 1_000_000
MOST_TREE = 12
_BATCH = {"page", "tree", "dropped", "entries"}
_LINE = {"source", "level", "text", "stack", "count"}


class Unreadable(ValueError):
    """It is no report of a console."""


@dataclass(frozen=True)
class Line:
    """Something that was said, `count` times."""

    source: str
    level: str
    text: str
    stack: str = ""
    count: int = 1


@dataclass(frozen=True)
class Batch:
    """From one page, of the files whose hash begins with `tree`. `dropped` lines were too many to be told."""

    page: str
    lines: tuple[Line, ...]
    dropped: int = 0
    tree: str = ""


def read(body: bytes) -> Batch:
    try:
        found = json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Unreadable from None
    batch = _fields(found, _BATCH)
    entries = batch["entries"]
    if not isinstance(entries, list) or len(entries) > MOST_LINES:
        raise Unreadable
    lines = tuple(_line(_fields(entry, _LINE)) for entry in entries)
    dropped, tree = _number(batch["dropped"], least=0), _text(batch["tree"], MOST_TREE)
    if tree.strip("0123456789abcdef"):
        raise Unreadable
    return Batch(_text(batch["page"], MOST_PAGE), lines, dropped, tree)


def _line(entry: dict[str, Any]) -> Line:
    source, level = _text(entry["source"], MOST_TEXT), _text(entry["level"], MOST_TEXT)
    if source not in ConsoleSource.reported() or level not in ConsoleLevel.values:
        raise Unreadable
    text, stack = _text(entry["text"], MOST_TEXT), _text(entry["stack"], MOST_STACK)
    return Line(source, level, text, stack, _number(entry["count"], least=1))


def _fields(value: Any, names: set[str]) -> dict[str, Any]:
    if not isinstance(value, dict) or set(value) != names:
        raise Unreadable
    return value


def _text(value: Any, most: int) -> str:
    if not isinstance(value, str) or len(value) > most:
        raise Unreadable
    return storable.text(value)


def _number(value: Any, *, least: int) -> int:
    if type(value) is not int or not least <= value <= MOST_TIMES:
        raise Unreadable
    return value


def _no_constant(name: str) -> None:
    raise ValueError(name)
