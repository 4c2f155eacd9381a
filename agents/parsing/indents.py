"""Carries the indentation of a matched place over to the lines that replace it."""

import difflib
from collections.abc import Callable

from agents.parsing.folding import indent

Pairs = list[tuple[str, str]]  # a line as the model wrote it, and as the file has it


def pair(written: tuple[str, ...], real: tuple[str, ...], key: Callable[[str], str]) -> Pairs:
    """The lines that are the same line on both sides."""
    matcher = difflib.SequenceMatcher(None, list(map(key, written)), list(map(key, real)), autojunk=False)
    return [
        (written[start + step], real[other + step])
        for start, other, size in matcher.get_matching_blocks()
        for step in range(size)
    ]


def fit(lines: tuple[str, ...], pairs: Pairs) -> tuple[str, ...]:
    """The lines indented as the file is, learnt from the pairs."""
    known: dict[str, str] = {}
    for written, real in pairs:
        if written.strip():
            known.setdefault(indent(written), indent(real))
    if all(written == real for written, real in known.items()):
        return lines
    return tuple(_fitted(line, known) for line in lines)


def _fitted(line: str, known: dict[str, str]) -> str:
    if not line.strip():
        return line
    written = indent(line)
    return _translated(written, known) + line[len(written) :]


def _translated(written: str, known: dict[str, str]) -> str:
    if written in known:
        return known[written]
    shorter = [one for one in known if written.startswith(one)]
    if shorter:
        nearest = max(shorter, key=len)
        return known[nearest] + _deeper(written[len(nearest) :], known)
    shallowest = min(known, key=len)
    lost = _deeper(shallowest[len(written) :], known)
    return known[shallowest].removesuffix(lost)


def _deeper(extra: str, known: dict[str, str]) -> str:
    """The file's own form of so much more indentation."""
    width, unit = _unit(known)
    if not width or len(extra) % width or len(set(extra)) > 1:
        return extra
    return unit * (len(extra) // width)


def _unit(known: dict[str, str]) -> tuple[int, str]:
    """How many written columns make how much real indentation."""
    low, high = min(known, key=len), max(known, key=len)
    width, real = len(high) - len(low), known[high].removeprefix(known[low])
    if not width:  # one depth only: an offset, unless blanks stand for tabs
        width, real = len(high), known[high] if set(known[high]) == {"\t"} else ""
    steps = len(real)
    if not steps or not width or (width % steps and steps % width):
        return 0, ""
    return (width // steps, real[:1]) if width >= steps else (1, real[: steps // width])
