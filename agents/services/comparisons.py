"""A job beside the one it was run again from: which files came out otherwise, and what each took."""

from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, F, Sum

from agents.enums import JobState
from agents.lifecycle import moves
from agents.lifecycle.reruns import BEGAN_AT
from agents.models import Generation, Job, Step
from projects import errors
from projects.enums import ChangeSetState
from projects.models import Change, ChangeSet, Version
from projects.services import comparing, scratch, versions
from projects.services.comparing import Comparison
from projects.store.trees import Manifest

_WITHOUT = {
    JobState.FAILED: "It failed, and nothing of it became a version.",
    JobState.CANCELLED: "It was stopped, and nothing of it became a version.",
    JobState.COMPLETED: "It changed no file.",
}


@dataclass(frozen=True)
class Side:
    """What a job took and came to. `note` says what there is to know of its files, if there is no version."""

    job: Job
    title: str
    version: int | None
    note: str
    calls: int
    repairs: int
    input_tokens: int
    output_tokens: int
    seconds: int


@dataclass(frozen=True)
class Pair:
    """`compared` leads from the files of the original to those of the re-run; none until both have ended."""

    original: Side
    rerun: Side
    compared: Comparison | None


def of(job: Job) -> Pair:
    """Of a re-run with what it was run again from; of another job with the newest of its re-runs."""
    original, rerun = _told(_both(job))
    compared = None
    if not (original.job.is_active or rerun.job.is_active):
        compared = comparing.compare(_tree(original), _tree(rerun))
    return Pair(_side(original), _side(rerun), compared)


def _both(job: Job) -> tuple[Job, Job]:
    rows = Job.objects.select_related("project", "branch")
    if job.rerun_of_id:
        return rows.get(pk=job.rerun_of_id), job
    newest = rows.filter(rerun_of=job).order_by("-created_at").first()
    if newest is None:
        raise errors.Missing("There is nothing to compare this job with: it was not run again.")
    return job, newest


class _Told(NamedTuple):
    """A job with what is written of it."""

    job: Job
    changesets: list[ChangeSet]
    calls: dict[str, int]
    repairs: int

    @property
    def made(self) -> Version | None:
        """The newest: people may have taken what it made in parts."""
        applied = [one for one in self.changesets if one.state == ChangeSetState.APPLIED and one.applied_as]
        return applied[-1].applied_as if applied else None

    @property
    def waits(self) -> bool:
        is_done = self.job.state == JobState.COMPLETED
        return is_done and any(one.state == ChangeSetState.OPEN for one in self.changesets)


def _told(both: tuple[Job, Job]) -> tuple[_Told, _Told]:
    """Of both in one question each."""
    changesets, calls, repairs = _changesets(both), _calls(both), _repairs(both)
    first, second = (
        _Told(job, [one for one in changesets if one.job_ref == job.pk], calls.get(job.pk, {}), repairs.get(job.pk, 0))
        for job in both
    )
    return first, second


def _changesets(both: tuple[Job, Job]) -> list[ChangeSet]:
    """Both are of one project."""
    rows = ChangeSet.objects.filter(project=both[0].project_id, job_ref__in=[job.pk for job in both])
    rows = rows.select_related("applied_as").defer("applied_as__manifest", "applied_as__raw_commit")
    return list(rows.order_by("created_at", "pk"))


def _calls(both: tuple[Job, Job]) -> dict[UUID, dict[str, int]]:
    rows = Generation.objects.filter(job__in=both).values("job").order_by()
    counted = rows.annotate(
        calls=Count("pk"),
        input=Sum(F("input_tokens") + F("cache_read_tokens") + F("cache_write_tokens")),
        output=Sum("output_tokens"),
    )
    return {row["job"]: {name: row[name] for name in ("calls", "input", "output")} for row in counted}


def _repairs(both: tuple[Job, Job]) -> dict[UUID, int]:
    rows = Step.objects.filter(job__in=both, key__startswith="repair-").values("job").order_by()
    return dict(rows.annotate(count=Count("pk")).values_list("job", "count"))


def _side(told: _Told) -> Side:
    made = told.made
    return Side(
        job=told.job,
        title=moves.title(told.job),
        version=made.number if made else None,
        note="" if made else _note(told),
        calls=told.calls.get("calls", 0),
        repairs=told.repairs,
        input_tokens=told.calls.get("input", 0),
        output_tokens=told.calls.get("output", 0),
        seconds=moves.elapsed(told.job),
    )


def _note(told: _Told) -> str:
    if told.job.is_active:
        return "It has not ended yet."
    if told.waits:
        return "What it made waits for your review."
    is_done = told.job.state == JobState.COMPLETED
    if is_done and Change.objects.filter(changeset__in=told.changesets).exists():
        return "What it made was turned down."
    return _WITHOUT[JobState(told.job.state)]


def _tree(told: _Told) -> Manifest:
    """What it made of the files it began with, without what others did meanwhile; or these, if nothing came of it."""
    if told.changesets:
        first = told.changesets[0]
        return scratch.staged(first) if told.made or told.waits else scratch.base_of(first)
    number = told.job.input.get(BEGAN_AT)  # one that was stopped before it began
    return versions.tree(versions.find(told.job.project, number)) if number else {}
