"""What a job made, as text, and where in the feed it is told: for those who follow a job and no page."""

from typing import NamedTuple

from django.db.models import QuerySet

from agents.models import Job
from projects import feed
from projects.models import Change, ChangeSet, Event
from projects.services import files

# Of all files together, in bytes; what is larger is read file by file.
MOST_CODE = 4 * 1024 * 1024
_WRITTEN = ("file_closed", "file_edited")
_ENDS = ("job_completed", "job_failed", "job_cancelled")


class Outcome(NamedTuple):
    """`left_out` are files that are no text, or too much; `gone` those that were deleted."""

    texts: dict[str, str]
    gone: list[str]
    left_out: list[str]


class Span(NamedTuple):
    """Where a job begins in the feed of its project, and from which number on an end of it is the end."""

    first: int
    end: int


def of(job: Job) -> Outcome:
    """The files that it wrote, as they are in its newest change set."""
    found, room = Outcome({}, [], []), MOST_CODE
    for path, after, size in _rows(_changes(job)):
        text = _text(after) if after and size <= room else None
        if after is None:
            found.gone.append(path)
        elif text is None:
            found.left_out.append(path)
        else:
            found.texts[path] = text
            room -= size
    return found


def text_of(job: Job, path: str) -> str | None:
    """Of one file; None for what is no text, or is there no more."""
    [(_, after, size)] = _rows(_changes(job).filter(path=path)) or [("", None, 0)]
    return _text(after) if after and size <= MOST_CODE else None


def count_written(job: Job, seq: int) -> int:
    """How many files it had written when this was told."""
    told = Event.objects.filter(project=job.project_id, job_ref=job.pk, kind__in=_WRITTEN)
    return told.filter(seq__lte=seq).count()


def span(job: Job) -> Span:
    """One that failed and goes on has an end behind it that is none any more."""
    last_seq = feed.last_seq(job.project_id)
    told = Event.objects.filter(project=job.project_id, job_ref=job.pk).order_by("seq")
    first = told.values_list("seq", flat=True).first() or last_seq + 1
    ended = told.filter(kind__in=_ENDS).values_list("seq", flat=True).last()
    is_active = Job.objects.active().filter(pk=job.pk).exists()
    return Span(first, ended if ended and not is_active else last_seq + 1)


def _changes(job: Job) -> "QuerySet[Change]":
    changeset = ChangeSet.objects.filter(project=job.project_id, job_ref=job.pk, follows=None).order_by("-created_at")
    return Change.objects.filter(changeset=changeset.values("pk")[:1]).order_by("path")


def _rows(changes: "QuerySet[Change]") -> list[tuple[str, str | None, int]]:
    """The path, and what it becomes: a content of so many bytes, or nothing."""
    return [(path, after, size or 0) for path, after, size in changes.values_list("path", "after", "after__size")]


def _text(sha256: str) -> str | None:
    content = files.content_of(sha256)
    return files.text_of(content) if content is not None else None
