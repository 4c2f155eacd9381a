"""A job beside the one it was run again from: which files came out otherwise, and what each took."""

from dataclasses import dataclass

from django.db.models import Count, F, QuerySet, Sum
from django.db.models.functions import Coalesce

from agents.enums import JobState
from agents.lifecycle import moves
from agents.lifecycle.reruns import BEGAN_AT
from agents.models import Generation, Job
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
    original, rerun = _both(job)
    sides = _side(original), _side(rerun)
    if original.is_active or rerun.is_active:
        return Pair(*sides, None)
    return Pair(*sides, comparing.compare(_tree(original), _tree(rerun)))


def _both(job: Job) -> tuple[Job, Job]:
    rows = Job.objects.select_related("project", "branch")
    if job.rerun_of_id:
        return rows.get(pk=job.rerun_of_id), job
    newest = rows.filter(rerun_of=job).order_by("-created_at").first()
    if newest is None:
        raise errors.Missing("There is nothing to compare this job with: it was not run again.")
    return job, newest


def _side(job: Job) -> Side:
    made = _made(job)
    took = Generation.objects.filter(job=job).aggregate(
        calls=Count("pk"),
        input=Coalesce(Sum(F("input_tokens") + F("cache_read_tokens") + F("cache_write_tokens")), 0),
        output=Coalesce(Sum("output_tokens"), 0),
    )
    return Side(
        job=job,
        title=moves.title(job),
        version=made.number if made else None,
        note="" if made else _note(job),
        calls=took["calls"],
        repairs=job.steps.filter(key__startswith="repair-").count(),
        input_tokens=took["input"],
        output_tokens=took["output"],
        seconds=moves.elapsed(job),
    )


def _note(job: Job) -> str:
    if job.is_active:
        return "It has not ended yet."
    if _waiting(job):
        return "What it made waits for your review."
    if job.state == JobState.COMPLETED and Change.objects.filter(changeset__in=_changesets(job)).exists():
        return "What it made was turned down."
    return _WITHOUT[JobState(job.state)]


def _tree(job: Job) -> Manifest:
    """What it made of the files it began with, without what others did meanwhile; or these, if nothing came of it."""
    if first := _changesets(job).first():
        return scratch.staged(first) if _made(job) or _waiting(job) else scratch.base_of(first)
    number = job.input.get(BEGAN_AT)  # one that was stopped before it began
    return versions.tree(versions.find(job.project, number)) if number else {}


def _made(job: Job) -> Version | None:
    """The newest: people may have taken what it made in parts."""
    applied = _changesets(job).filter(state=ChangeSetState.APPLIED).exclude(applied_as=None).last()
    return applied.applied_as if applied else None


def _waiting(job: Job) -> ChangeSet | None:
    is_done = job.state == JobState.COMPLETED
    return _changesets(job).filter(state=ChangeSetState.OPEN).last() if is_done else None


def _changesets(job: Job) -> "QuerySet[ChangeSet]":
    rows = ChangeSet.objects.filter(project=job.project_id, job_ref=job.pk).select_related("applied_as")
    return rows.defer("applied_as__manifest", "applied_as__raw_commit").order_by("created_at", "pk")
