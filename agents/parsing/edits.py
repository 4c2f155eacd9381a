"""Applies the blocks of an edit or the hunks of a diff to a text, and says what could not be applied.

The byte-order mark, line endings, the final newline and every line not meant stay as they are.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from agents.parsing import fitting, patches, texts
from agents.parsing.events import Block
from agents.parsing.fitting import Failure
from agents.parsing.patches import Hunk
from agents.parsing.places import Strategy


@dataclass(frozen=True, slots=True)
class Applied:
    """Block `index` is in the text; strategy "already" means it was there before."""

    index: int
    strategy: Strategy


@dataclass(frozen=True, slots=True)
class Result:
    """The text with every block that could be applied; those must not be sent again."""

    text: str
    applied: tuple[Applied, ...]
    failures: tuple[Failure, ...]


def apply(text: str, blocks: Iterable[Block]) -> Result:
    """Apply the blocks in order, each to what the ones before it left."""
    return _apply(text, map(Hunk, blocks))


def apply_unified(text: str, diff: str) -> Result:
    """Apply the hunks of a unified diff in order, each to what the ones before it left."""
    return _apply(text, patches.read(diff))


def _apply(text: str, hunks: Iterable[Hunk]) -> Result:
    current = texts.read(text)
    applied: list[Applied] = []
    failures: list[Failure] = []
    for index, hunk in enumerate(hunks):
        if hunk.problem:
            failures.append(Failure("MALFORMED_BLOCK", index, hunk.problem))
            continue
        outcome = fitting.fit(current, hunk.block, index, hint=hunk.hint)
        if isinstance(outcome, Failure):
            failures.append(outcome)
        else:
            current, strategy = hunk.ended(outcome[0]), outcome[1]
            applied.append(Applied(index, strategy))
    return Result(current.joined(), tuple(applied), tuple(failures))
