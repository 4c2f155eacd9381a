"""Finds what went wrong in what a server wrote: a traceback, an error with the lines that belong to it. Pure."""

import re
from collections.abc import Iterator, Sequence

from sandboxes.console import fingerprints
from sandboxes.console.complaining import Found
from sandboxes.models.complaints import MOST_TITLE

_MOST_LINES, _MOST_LINE, _MOST_TEXT = 60, 2000, 6000
_COLOURS = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
_TRACEBACK = "Traceback (most recent call last):"
# "12:04:11 PM [vite] (ssr) Internal server error: …", "TypeError: …", "Uncaught Error: …", "error: …"
_ERROR = re.compile(
    r"(?:[\d:.TZ/,-]+\s+(?:[AP]M\s+)?)?(?:\[[\w:-]+\]\s+)?(?:\(\w+\)\s+)?(?:Uncaught\s+)?"
    r"(?P<said>(?:Internal server error|[A-Z]\w*(?:Error|Exception)|Error|error)\b(?:\s*\[\w+\])?:.*)"
)
_BELONGS = re.compile(r"\s+\S|at\s|File:|Plugin:|Caused by")


def find(lines: Sequence[str]) -> list[Found]:
    """In their order, each as often as it was said."""
    plain = [_COLOURS.sub("", line[:_MOST_LINE]).rstrip() for line in lines]
    return [_found(title, block) for title, block in _blocks(plain)]


def _blocks(lines: list[str]) -> Iterator[tuple[str, list[str]]]:
    at = 0
    while at < len(lines):
        if lines[at].strip() == _TRACEBACK:
            end = _end_of_traceback(lines, at + 1)
            yield lines[end - 1].strip(), lines[at:end]
        elif told := _ERROR.fullmatch(lines[at]):
            end = _end(lines, at + 1)
            yield told["said"], lines[at:end]
        else:
            end = at + 1
        at = end


def _end_of_traceback(lines: list[str], at: int) -> int:
    """With the line that names the exception, which is the first that is not set in."""
    while at < len(lines) and (not lines[at].strip() or lines[at].startswith(" ")):
        at += 1
    return min(at + 1, len(lines))


def _end(lines: list[str], at: int) -> int:
    while at < len(lines) and _BELONGS.match(lines[at]):
        at += 1
    return at


def _found(title: str, block: list[str]) -> Found:
    kept = block if len(block) <= _MOST_LINES else [*block[: _MOST_LINES // 2], "…", *block[-_MOST_LINES // 2 :]]
    return Found(fingerprints.of(title, block), title[:MOST_TITLE], "\n".join(kept)[-_MOST_TEXT:])
