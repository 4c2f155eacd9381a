"""What a replay made otherwise than the job, for people: which paths, and how their lines differ."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import TypedDict

from django.db.models import Sum

from agents.engine import midway, replay
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
    """`added` and `removed` count lines, from what the job staged to what the replay gives."""

    path: str
    change: str
    added: int
    removed: int


class Figures(TypedDict):
    """One side of a comparison. `cost` is in US dollars; null: nobody told us the price."""

    files: int
    cost: str | None
    input_tokens: int
    output_tokens: int
    seconds: float


class Compared(TypedDict):
    job: Figures
    replay: Figures


def differences(outcome: Outcome, *, most: int) -> list[Different]:
    return [_different(outcome, one) for one in outcome.differences[:most]]


def _different(outcome: Outcome, one: Difference) -> Different:
    texts = _texts(outcome, one)
    added, removed = diffs.stats(texts[0].encode(), texts[1].encode()) if texts else (0, 0)
    return {"path": one.path, "change": _word(one), "added": added, "removed": removed}


def figures(outcome: Outcome, *, seconds: float) -> Compared:
    """Both sides of the replies that were read: what they cost and took when they came, and what reading them did."""
    job = outcome.job
    _, read = midway.split(job, list(replay.replies(job)), outcome.from_step)
    calls = job.generations.filter(pk__in=[reply.id for reply in read])
    sums = calls.aggregate(
        into=Sum("input_tokens"), cached=Sum("cache_read_tokens"), kept=Sum("cache_write_tokens"),
        out=Sum("output_tokens"), took=Sum("duration_ms"), cost=Sum("cost"),
    )  # fmt: skip
    there: Figures = {
        "files": len(outcome.scratch.manifest()) - _surplus(outcome),
        "cost": _dollars(sums["cost"]),
        "input_tokens": sum(sums[name] or 0 for name in ("into", "cached", "kept")),
        "output_tokens": sums["out"] or 0,
        "seconds": (sums["took"] or 0) / 1000,
    }
    here: Figures = {
        "files": len(outcome.scratch.manifest()),
        "cost": _dollars(Decimal(0)),
        "input_tokens": 0,
        "output_tokens": 0,
        "seconds": round(seconds, 3),
    }
    return {"job": there, "replay": here}


def _surplus(outcome: Outcome) -> int:
    """How many files more the replay has than the job."""
    return sum((one.before is None) - (one.after is None) for one in outcome.differences)


def _dollars(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.6f}"


def table(compared: Compared) -> Iterator[str]:
    """Both sides beside each other, for a terminal."""
    job, again = compared["job"], compared["replay"]
    yield f"{'':10}{'the job':>20}{'the replay':>20}"
    yield f"{'files':10}{job['files']:>20,}{again['files']:>20,}"
    yield f"{'cost':10}{_said(job['cost']):>20}{_said(again['cost']):>20}"
    yield f"{'tokens in':10}{job['input_tokens']:>20,}{again['input_tokens']:>20,}"
    yield f"{'tokens out':10}{job['output_tokens']:>20,}{again['output_tokens']:>20,}"
    yield f"{'seconds':10}{job['seconds']:>20,.1f}{again['seconds']:>20,.1f}"


def _said(cost: str | None) -> str:
    return "not known" if cost is None else f"${cost}"


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
