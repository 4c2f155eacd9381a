"""Three-way merge, first by file, then by line; what cannot be joined is named. Pure."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from projects.store import diffs
from projects.store.trees import Entry, Manifest

Read = Callable[[Entry], bytes]


class Joined(NamedTuple):
    """New content that neither side had."""

    content: bytes
    executable: bool


class Result(NamedTuple):
    """`tree` holds what was decided by file, `joined` what was decided by line."""

    tree: Manifest
    joined: dict[str, Joined]
    conflicts: tuple[str, ...]


class _Edit(NamedTuple):
    """Lines `start:end` of the base became `lines`; `side` is 0 (ours) or 1 (theirs)."""

    start: int
    end: int
    side: int
    lines: list[str]


def merge(base: Mapping[str, Entry], ours: Mapping[str, Entry], theirs: Mapping[str, Entry], read: Read) -> Result:
    """Join what both sides did since `base`."""
    result = Result({}, {}, ())
    paths = sorted(base.keys() | ours.keys() | theirs.keys())
    placed = {path: _place(result, path, (base.get(path), ours.get(path), theirs.get(path)), read) for path in paths}
    return result._replace(conflicts=tuple(path for path in paths if not placed[path]))


def _place(result: Result, path: str, sides: tuple[Entry | None, Entry | None, Entry | None], read: Read) -> bool:
    """Decide one path; False = conflict."""
    base, ours, theirs = sides
    if theirs in (ours, base):
        chosen = ours
    elif ours == base:
        chosen = theirs
    elif base is None or ours is None or theirs is None:
        return False
    else:
        return _place_both_changed(result, path, (base, ours, theirs), read)
    if chosen is not None:
        result.tree[path] = chosen
    return True


def _place_both_changed(result: Result, path: str, sides: tuple[Entry, Entry, Entry], read: Read) -> bool:
    base, ours, theirs = sides
    executable = theirs.executable if ours.executable == base.executable else ours.executable
    if theirs.sha256 in (ours.sha256, base.sha256):
        result.tree[path] = ours._replace(executable=executable)
        return True
    if ours.sha256 == base.sha256:
        result.tree[path] = theirs._replace(executable=executable)
        return True
    content = merge_bytes(read(base), read(ours), read(theirs))
    if content is None:
        return False
    result.joined[path] = Joined(content, executable)
    return True


def merge_bytes(base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
    """The joined file, or None if both sides touched the same or neighbouring lines."""
    texts = [diffs.text_of(side) for side in (base, ours, theirs)]
    if None in texts:
        return None
    joined = merge_lines(*(diffs.lines_of(text or "") for text in texts))
    return None if joined is None else "".join(joined).encode()


def merge_lines(base: list[str], ours: list[str], theirs: list[str]) -> list[str] | None:
    """Walk the edits of both sides in order; edits that touch must be equal."""
    edits = sorted(_edits(base, ours, 0) + _edits(base, theirs, 1))
    merged: list[str] = []
    at = 0
    for group in _touching(edits):
        start, end = group[0].start, max(edit.end for edit in group)
        merged += base[at:start]
        outcomes = [_outcome(base, start, end, group, side) for side in {e.side for e in group}]
        if any(outcome != outcomes[0] for outcome in outcomes):
            return None
        merged += outcomes[0]
        at = end
    return merged + base[at:]


def _edits(base: list[str], side: list[str], number: int) -> list[_Edit]:
    return [
        _Edit(code.a0, code.a1, number, side[code.b0 : code.b1])
        for code in diffs.opcodes(base, side)
        if code.tag != "equal"
    ]


def _touching(edits: list[_Edit]) -> list[list[_Edit]]:
    groups: list[list[_Edit]] = []
    end = -1
    for edit in edits:
        if edit.start <= end:
            groups[-1].append(edit)
        else:
            groups.append([edit])
        end = max(end, edit.end)
    return groups


def _outcome(base: list[str], start: int, end: int, group: list[_Edit], side: int) -> list[str]:
    """What one side made of the base lines `start:end`."""
    lines: list[str] = []
    at = start
    for edit in group:
        if edit.side == side:
            lines += base[at : edit.start] + edit.lines
            at = edit.end
    return lines + base[at:end]
