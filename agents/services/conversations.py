"""The newest conversation of a project as one document, as clients of the earlier design keep it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from agents import enums
from agents.models import Job, Message, Session
from agents.services import sessions
from projects.enums import ChangeSetState
from projects.models import Change, ChangeSet, Project

MOST_MESSAGES, MOST_JOBS, MOST_PATHS = 50, 10, 50
_OUTCOMES = {enums.JobState.COMPLETED: "success", enums.JobState.FAILED: "failed", enums.JobState.CANCELLED: "failed"}

Paths = dict[UUID | None, list[str]]


def newest(project: Project) -> Session | None:
    """Of `main`, and not put away."""
    return sessions.listed(project).filter(archived_at=None, branch__name="main").order_by("-created_at").first()


def state_of(session: Session) -> dict[str, Any]:
    """Moments are in milliseconds. What nobody kept is not made up: a field for it is null or empty."""
    said = list(sessions.messages(session).order_by("-created_at", "-id")[:MOST_MESSAGES])[::-1]
    jobs = list(Job.objects.filter(session=session).order_by("-created_at")[:MOST_JOBS])[::-1]
    changesets = list(_changesets(jobs))
    touched = _touched(changesets)
    return {
        "conversationId": str(session.pk),
        "startedAt": _ms(session.created_at),
        "lastUpdated": _ms(max([session.created_at, *(message.created_at for message in said)])),
        "context": {
            "messages": [_message(message) for message in said],
            "edits": [_edit(job, touched) for job in jobs if job.kind == enums.JobKind.EDIT and not job.is_active],
            "projectEvolution": {"majorChanges": [_change(one, touched) for one in changesets if one.applied_as]},
            "userPreferences": {},
            "currentTopic": session.title,
        },
    }


def _message(message: Message) -> dict[str, Any]:
    return {
        "id": str(message.pk),
        "role": message.role,
        "content": message.text,
        "timestamp": _ms(message.created_at),
        "metadata": {"job": str(message.job_id) if message.job_id else None},
    }


def _edit(job: Job, touched: Paths) -> dict[str, Any]:
    return {
        "timestamp": _ms(job.created_at),
        "userRequest": str(job.input.get("text", "")),
        "editType": None,
        "targetFiles": touched.get(job.pk, []),
        "confidence": None,
        "outcome": _OUTCOMES[enums.JobState(job.state)],
    }


def _change(changeset: ChangeSet, touched: Paths) -> dict[str, Any]:
    assert changeset.applied_as is not None  # noqa: S101 - only those are asked for
    return {
        "timestamp": _ms(changeset.applied_as.created_at),
        "description": changeset.applied_as.message,
        "filesAffected": touched.get(changeset.job_ref, []),
    }


def _changesets(jobs: Iterable[Job]) -> "QuerySet[ChangeSet]":
    rows = ChangeSet.objects.filter(job_ref__in=[job.pk for job in jobs], follows=None)
    rows = rows.exclude(state=ChangeSetState.REJECTED).select_related("applied_as")
    return rows.defer("applied_as__manifest", "applied_as__raw_commit").order_by("created_at")


def _touched(changesets: Iterable[ChangeSet]) -> Paths:
    """The paths that each job changed, the first so many."""
    found: Paths = {}
    refs = {changeset.pk: changeset.job_ref for changeset in changesets}
    rows = Change.objects.filter(changeset__in=refs).order_by("path").values_list("changeset", "path")
    for changeset, path in rows:
        paths = found.setdefault(refs[changeset], [])
        if len(paths) < MOST_PATHS:
            paths.append(path)
    return found


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
