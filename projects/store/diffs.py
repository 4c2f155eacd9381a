"""Line differences of two texts: opcodes, counts and hunks. Pure."""

from collections.abc import Callable, Hashable, Sequence
from typing import Literal, NamedTuple

from projects.store import myers, sliding
from projects.store.effort import Effort, TooMuch, numbered

# Marks what differs between two numbered texts.
Search = Callable[[list[int], list[int], Effort], tuple[bytearray, bytearray]]

Tag = Literal["equal", "replace", "delete", "insert"]


class Opcode(NamedTuple):
    """Lines `a[a0:a1]` became `b[b0:b1]`."""

    tag: Tag
    a0: int
    a1: int
    b0: int
    b1: int


class Edit(NamedTuple):
    """As an opcode that is not "equal"."""

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


def opcodes(a: Sequence[Hashable], b: Sequence[Hashable], effort: Effort | None = None) -> list[Opcode]:
    """How `a` becomes `b`, aligned as git does; too long and too different, all but beginning and end is replaced."""
    try:
        found = edits(a, b, effort or Effort())
    except TooMuch:
        found = _coarse(a, b)
    codes: list[Opcode] = []
    at_a = at_b = 0
    for a0, a1, b0, b1 in [*found, (len(a), len(a), len(b), len(b))]:
        if a0 > at_a:
            codes.append(Opcode("equal", at_a, a0, at_b, b0))
        if a1 > a0 or b1 > b0:
            codes.append(
                Opcode("replace" if a1 > a0 and b1 > b0 else "delete" if a1 > a0 else "insert", a0, a1, b0, b1)
            )
        at_a, at_b = a1, b1
    return codes


def edits(a: Sequence[Hashable], b: Sequence[Hashable], effort: Effort, search: Search = myers.changed) -> list[Edit]:
    """The runs of lines that differ, in order; raises TooMuch."""
    left, right = numbered(a, b)
    gone, come = search(left, right, effort)
    sliding.settle(left, gone, right, come)
    return [Edit(*edit) for edit in sliding.edits(gone, come)]


def _coarse(a: Sequence[Hashable], b: Sequence[Hashable]) -> list[Edit]:
    """One edit, between the equal beginning and the equal end."""
    most = min(len(a), len(b))
    head = next((at for at in range(most) if a[at] != b[at]), most)
    tail = next((at for at in range(most - head) if a[-1 - at] != b[-1 - at]), most - head)
    return [Edit(head, len(a) - tail, head, len(b) - tail)]


def stats(before: bytes | None, after: bytes | None, effort: Effort | None = None) -> Stats:
    """Lines added and removed; nothing is counted in bytes that are not text."""
    old, new = text_of(before), text_of(after)
    if old is None or new is None:
        return Stats(0, 0)
    changed = [code for code in opcodes(lines_of(old), lines_of(new), effort) if code.tag != "equal"]
    added = sum(code.b1 - code.b0 for code in changed)
    return Stats(added, sum(code.a1 - code.a0 for code in changed))


def hunks(before: str, after: str, *, context: int = 3, effort: Effort | None = None) -> list[Hunk]:
    """The changes with some lines around them, as a review shows them."""
    a, b = lines_of(before), lines_of(after)
    groups: list[list[Opcode]] = []
    for code in opcodes(a, b, effort):
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
