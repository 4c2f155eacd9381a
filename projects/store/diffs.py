"""Line differences of two texts: opcodes, counts and hunks. Pure."""

import difflib
from typing import Literal, NamedTuple

# Past this many line pairs the middle counts as replaced: comparing is quadratic.
MAX_PAIRS = 4_000_000

Tag = Literal["equal", "replace", "delete", "insert"]


class Opcode(NamedTuple):
    """Lines `a[a0:a1]` became `b[b0:b1]`."""

    tag: Tag
    a0: int
    a1: int
    b0: int
    b1: int


class Stats(NamedTuple):
    """How many lines came and went."""

    added: int
    removed: int


class Line(NamedTuple):
    """A line of a hunk: `sign` is '+', '-' or ' '."""

    sign: str
    text: str


class Hunk(NamedTuple):
    """Neighbouring changes with their context; starts count from 1."""

    before_start: int
    before_count: int
    after_start: int
    after_count: int
    lines: tuple[Line, ...]


def text_of(content: bytes | None) -> str | None:
    """The text, or None if these bytes are not text. A missing file is an empty text."""
    if content is None:
        return ""
    if b"\0" in content:
        return None
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None


def lines_of(text: str) -> list[str]:
    """Lines with their ends; only a line feed ends a line, so joining gives the text back."""
    parts = text.split("\n")
    lines = [f"{part}\n" for part in parts[:-1]]
    return [*lines, parts[-1]] if parts[-1] else lines


def opcodes(a: list[str], b: list[str]) -> list[Opcode]:
    """How `a` becomes `b`, after setting the equal beginning and end aside."""
    head = _equal_run(a, b)
    tail = _equal_run(a[head:][::-1], b[head:][::-1])
    a_end, b_end = len(a) - tail, len(b) - tail
    codes = [Opcode("equal", 0, head, 0, head)] if head else []
    codes += _middle(a[head:a_end], b[head:b_end], head)
    if tail:
        codes.append(Opcode("equal", a_end, len(a), b_end, len(b)))
    return codes


def _equal_run(a: list[str], b: list[str]) -> int:
    count = 0
    for left, right in zip(a, b, strict=False):
        if left != right:
            break
        count += 1
    return count


def _middle(a: list[str], b: list[str], offset: int) -> list[Opcode]:
    if not a and not b:
        return []
    if len(a) * len(b) > MAX_PAIRS:
        return [Opcode("replace", offset, offset + len(a), offset, offset + len(b))]
    matcher = difflib.SequenceMatcher(None, a, b, autojunk=len(a) * len(b) > MAX_PAIRS // 16)
    return [
        Opcode(tag, a0 + offset, a1 + offset, b0 + offset, b1 + offset) for tag, a0, a1, b0, b1 in matcher.get_opcodes()
    ]


def stats(before: bytes | None, after: bytes | None) -> Stats:
    """Lines added and removed; nothing is counted in bytes that are not text."""
    old, new = text_of(before), text_of(after)
    if old is None or new is None:
        return Stats(0, 0)
    changed = [code for code in opcodes(lines_of(old), lines_of(new)) if code.tag != "equal"]
    added = sum(code.b1 - code.b0 for code in changed)
    return Stats(added, sum(code.a1 - code.a0 for code in changed))


def hunks(before: str, after: str, *, context: int = 3) -> list[Hunk]:
    """The changes with some lines around them, as a review shows them."""
    a, b = lines_of(before), lines_of(after)
    groups: list[list[Opcode]] = []
    for code in opcodes(a, b):
        if code.tag == "equal":
            continue
        if groups and code.a0 - groups[-1][-1].a1 <= 2 * context:
            groups[-1].append(code)
        else:
            groups.append([code])
    return [_hunk(group, a, b, context) for group in groups]


def _hunk(group: list[Opcode], a: list[str], b: list[str], context: int) -> Hunk:
    before = min(context, group[0].a0)
    after = min(context, len(a) - group[-1].a1)
    a0, a1 = group[0].a0 - before, group[-1].a1 + after
    b0, b1 = group[0].b0 - before, group[-1].b1 + after
    lines: list[Line] = []
    at = a0
    for code in group:
        lines += [Line(" ", text) for text in a[at : code.a0]]
        lines += [Line("-", text) for text in a[code.a0 : code.a1]]
        lines += [Line("+", text) for text in b[code.b0 : code.b1]]
        at = code.a1
    lines += [Line(" ", text) for text in a[at:a1]]
    return Hunk(a0 + 1, a1 - a0, b0 + 1, b1 - b0, tuple(lines))
