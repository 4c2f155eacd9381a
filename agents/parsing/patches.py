"""Reads a unified diff as search-and-replace blocks: its line numbers, which models get wrong, are only hints."""

import re
from dataclasses import dataclass, replace

from agents.parsing import texts
from agents.parsing.events import Block
from agents.parsing.texts import Text

_HUNK = re.compile(r"@@(?: -(?P<start>\d+)(?:,(?P<count>\d+))?[^@]*@@)?.*", re.DOTALL)
_NO_NEWLINE = "\\ No newline"


@dataclass(frozen=True, slots=True)
class Hunk:
    """A block; its line number only decides between equal places."""

    block: Block
    hint: int | None = None
    ends_open: tuple[bool, bool] = (False, False)  # "no newline at end of file": before, after
    problem: str = ""

    def ended(self, text: Text) -> Text:
        """Add or take the final newline where the hunk says so."""
        before, after = self.ends_open
        if before == after or not text.raw:
            return text
        last = texts.without_ending(text.raw[-1]) + ("" if after else text.ending)
        return replace(text, raw=(*text.raw[:-1], last))


def read(diff: str) -> list[Hunk]:
    """The hunks of a diff of one file; what is wrong with it is a hunk with a problem."""
    hunks: list[Hunk] = []
    lines: list[str] | None = None
    head = ""
    raw = texts.lines(diff)
    for number, line in enumerate(raw):
        if _is_file_header(raw, number):
            if lines is not None:
                return [*hunks, _hunk(head, lines), _wrong("A patch is for one file; here a second one starts.")]
        elif line.startswith("@@") and _HUNK.fullmatch(line):
            hunks += [_hunk(head, lines)] if lines is not None else []
            head, lines = line, []
        elif lines is not None:
            lines.append(line)
    hunks += [_hunk(head, lines)] if lines is not None else []
    return hunks or [_wrong("The patch has no hunk: expected a line that starts with @@.")]


def _is_file_header(lines: tuple[str, ...], number: int) -> bool:
    """`--- a` counts only before `+++ b`: alone it is a deleted line that starts with two dashes."""
    following = lines[number + 1] if number + 1 < len(lines) else ""
    return lines[number].startswith("--- ") and following.startswith("+++ ")


def _hunk(head: str, lines: list[str]) -> Hunk:
    while lines and not lines[-1]:
        lines.pop()
    old: list[str] = []
    new: list[str] = []
    ends = [False, False]
    sign = " "
    for line in lines:
        if line.startswith(_NO_NEWLINE):
            ends = [ends[0] or sign in " -", ends[1] or sign in " +"]
            continue
        sign = line[:1] or " "
        if sign not in " -+":
            return _wrong(f"A line of the hunk starts with neither blank, + nor -: {line[:80]}")
        old += [line[1:]] if sign in " -" else []
        new += [line[1:]] if sign in " +" else []
    match = _HUNK.fullmatch(head)
    hint = int(match["start"]) - 1 if match and match["start"] else None
    return Hunk(Block(_text(old), _text(new)), hint, (ends[0], ends[1]))


def _text(lines: list[str]) -> str:
    return "".join(line + "\n" for line in lines)


def _wrong(problem: str) -> Hunk:
    return Hunk(Block("", ""), problem=problem)
