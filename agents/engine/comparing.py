"""What a replay made otherwise than the job, for people: which paths, and how their lines differ."""

import re
from collections.abc import Iterator
from typing import TypedDict

from agents.engine.replay import Outcome
from projects.services import files
from projects.store import diffs
from projects.store.trees import Difference

# Comparing and reading longer files line by line helps nobody.
_MOST_COMPARED = 1024 * 1024
_MOST_LINE = 400
# What a terminal would obey.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class Different(TypedDict):
    path: str
    change: str


def differences(outcome: Outcome, *, most: int) -> list[Different]:
    return [{"path": one.path, "change": _word(one)} for one in outcome.differences[:most]]


def _word(one: Difference) -> str:
    if one.after is None:
        return "missing in the replay"
    if one.before is None:
        return "only in the replay"
    return "other content" if one.after.sha256 != one.before.sha256 else "other mode"


def sentence(outcome: Outcome) -> str:
    """One line that says it all."""
    if outcome.is_identical:
        return "Identical: the stored replies give the tree that the job staged."
    if not outcome.differences:
        return "Different: the files are the same, but the stored replies give another plan."
    count = len(outcome.differences)
    names = ", ".join(one.path for one in outcome.differences[:3]) + (", …" if count > 3 else "")
    return f"Different: {count} file{'s' if count > 1 else ''} ({names})."


def lines(outcome: Outcome, one: Difference) -> Iterator[str]:
    """A unified diff from what the job staged to what the replay did."""
    yield f"--- {one.path} (job)" if one.before else "--- not in the job"
    yield f"+++ {one.path} (replay)" if one.after else "+++ not in the replay"
    texts = _texts(outcome, one)
    if texts is None:
        yield "(not compared line by line: long, or not text)"
        return
    for hunk in diffs.hunks(*texts):
        yield f"@@ -{hunk.before_start},{hunk.before_count} +{hunk.after_start},{hunk.after_count} @@"
        for line in hunk.lines:
            yield line.sign + _UNPRINTABLE.sub("\ufffd", line.text.rstrip("\n"))[:_MOST_LINE]


def _texts(outcome: Outcome, one: Difference) -> tuple[str, str] | None:
    if max(entry.size for entry in (one.before, one.after) if entry) > _MOST_COMPARED:
        return None
    before = diffs.text_of(files.read({one.path: one.before}, one.path) if one.before else b"")
    after = diffs.text_of(outcome.scratch.read(one.path) if one.after else b"")
    return None if before is None or after is None else (before, after)
