"""A job that workers run again with another model, followed from a terminal, and both of them beside each other."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from agents.enums import JobState
from agents.errors import NotPossible
from agents.models import Job
from agents.services import comparisons, reruns
from agents.services.comparisons import Pair, Side
from projects.services.comparing import Comparison, File

_EVERY = 0.5


@dataclass(frozen=True)
class Both:
    """The pair, and how their files differ: both have ended."""

    pair: Pair
    files: Comparison

    @property
    def is_identical(self) -> bool:
        return not self.files.files


def ask(job: Job, *, model: str, branch: str) -> Job:
    """In the name of the project's owner: operators are in no project."""
    return reruns.start(job, model=model, by=job.project.owner, branch=branch)


def follow(job: Job) -> Iterator[str]:
    """A line for each state and phase, until it has ended or waits for a person."""
    told = ""
    while True:
        job.refresh_from_db(fields=["state", "phase", "waiting_for"])
        if (now := f"{job.state}: {job.phase}") != told:
            told = now
            yield now
        if job.state == JobState.PAUSED or not job.is_active:
            return
        time.sleep(_EVERY)


def compare(job: Job) -> Both:
    job.refresh_from_db()
    if job.is_active:
        raise NotPossible(f"The re-run is paused, waiting for {job.waiting_for}. It goes on on its page.")
    pair = comparisons.of(job)
    if pair.compared is None:
        raise NotPossible("The job it was run again from is at work once more. Compare both when it has ended.")
    return Both(pair, pair.compared)


def lines(both: Both) -> Iterator[str]:
    original, rerun = both.pair.original, both.pair.rerun
    for file in both.files.files:
        yield f"  {file.path}: {file.status}, +{file.added} -{file.removed}"
    for side, name in ((original, "The job"), (rerun, "The re-run")):
        if side.note:
            yield f"{name}: {side.note}"
    for word, first, second in zip(
        ("", "cost", "tokens in", "tokens out", "seconds", "calls", "repairs"),
        ("the job", *_figures(original)),
        ("the re-run", *_figures(rerun)),
        strict=True,
    ):
        yield f"{word:10}{first:>20}{second:>20}"
    yield "Identical files." if both.is_identical else f"{len(both.files.files)} files differ."


def as_json(both: Both) -> dict[str, Any]:
    return {
        "verdict": "identical" if both.is_identical else "different",
        "job": _side(both.pair.original),
        "rerun": _side(both.pair.rerun),
        "differences": [_file(file) for file in both.files.files],
    }


def _figures(side: Side) -> tuple[str, ...]:
    counts = (side.input_tokens, side.output_tokens, side.seconds, side.calls, side.repairs)
    return (f"${_plain(side.job.spent)}", *(f"{count:,}" for count in counts))


def _side(side: Side) -> dict[str, Any]:
    return {
        "job": str(side.job.pk),
        "branch": side.job.branch.name,
        "model": side.job.model,
        "state": side.job.state,
        "version": side.version,
        "note": side.note,
        "cost": _plain(side.job.spent),
        "input_tokens": side.input_tokens,
        "output_tokens": side.output_tokens,
        "seconds": side.seconds,
        "calls": side.calls,
        "repairs": side.repairs,
    }


def _file(file: File) -> dict[str, Any]:
    return {"path": file.path, "status": file.status, "added": file.added, "removed": file.removed}


def _plain(amount: Decimal) -> str:
    return f"{amount.normalize():f}"
