"""Writing and reading the event log."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from projects.feed import bells, kinds
from projects.models import Event, Project, User


def record(
    project: Project,
    kind: str,
    payload: Mapping[str, Any],
    *,
    actor: User | None = None,
    job_ref: UUID | None = None,
    branch_id: int | None = None,
) -> Event:
    """Add one fact, in the transaction of the fact itself. Without a branch it is about the whole project.

    1. Raising `last_seq` locks the project's row until the transaction ends, so numbers are
       given and committed in one order and a rolled-back one is given again: no gaps.
    2. The bell rings after the commit. It may be lost: readers look by themselves, too.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("An event is recorded with its fact, in one transaction.")
    kinds.check(kind, payload)
    rows = Project.objects.filter(pk=project.pk)
    rows.update(last_seq=F("last_seq") + 1, updated_at=timezone.now())
    project.last_seq = rows.values_list("last_seq", flat=True).get()
    event = Event.objects.create(
        project=project,
        seq=project.last_seq,
        kind=kind,
        payload=dict(payload),
        actor=actor,
        job_ref=job_ref,
        branch_id=branch_id,
    )
    transaction.on_commit(partial(bells.ring, project.pk, event.seq))
    return event


def since(project_id: UUID, seq: int, limit: int = 500) -> list[Event]:
    """What came after `seq`, oldest first."""
    events = Event.objects.filter(project_id=project_id, seq__gt=seq).select_related("actor", "branch")
    return list(events.order_by("seq")[:limit])


def last_seq(project_id: UUID) -> int:
    """The number of the newest event; 0 for a project without any (or none at all)."""
    return Project.objects.filter(pk=project_id).values_list("last_seq", flat=True).first() or 0
