"""Moves a sandbox from state to state: by compare-and-set, and told to everybody in the same transaction."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from projects import feed, storable
from sandboxes.enums import SandboxState
from sandboxes.errors import SandboxLost
from sandboxes.models import Sandbox


class _LostTheRace(Exception):
    """Somebody else moved the row since it was read."""


def move(sandbox: Sandbox, to: SandboxState, *, job_ref: UUID | None = None, error: str = "", **fields: Any) -> bool:
    """Move from the state as it was read; False when the row has moved meanwhile.

    1. The event goes first: recording it locks the project, which comes before the sandbox.
    2. `updated_at` is the row's version: every move sets it, nothing else does.
    3. A lost race takes the event back with it.
    """
    error = storable.text(error)  # a box may say anything
    values = {"state": to, "error": error, "updated_at": timezone.now(), **fields}
    try:
        with transaction.atomic():
            payload = _payload(sandbox, to, error, fields.get("handle", sandbox.handle))
            feed.record(sandbox.project, "sandbox_changed", payload, job_ref=job_ref, branch_id=sandbox.branch_id)
            if not _as_read(sandbox).update(**values):
                raise _LostTheRace
    except _LostTheRace:
        read_again(sandbox)
        return False
    return _now(sandbox, values)


def move_quietly(sandbox: Sandbox, to: SandboxState, *, only: Q | None = None, **fields: Any) -> bool:
    """Between ready and paused, of which nobody who looks at the app sees anything. False also when the row is not as
    `only` asks."""
    values = {"state": to, "updated_at": timezone.now(), **fields}
    if not _as_read(sandbox).filter(only or Q()).update(**values):
        read_again(sandbox)
        return False
    return _now(sandbox, values)


def read_again(sandbox: Sandbox) -> None:
    """Raises SandboxLost when it was removed meanwhile."""
    try:
        sandbox.refresh_from_db()
    except Sandbox.DoesNotExist as gone:
        raise SandboxLost("The app's sandbox was removed.") from gone


def _as_read(sandbox: Sandbox) -> "QuerySet[Sandbox]":
    return Sandbox.objects.filter(pk=sandbox.pk, state=sandbox.state, updated_at=sandbox.updated_at)


def _now(sandbox: Sandbox, values: dict[str, Any]) -> bool:
    for name, value in values.items():
        setattr(sandbox, name, value)
    return True


def _payload(sandbox: Sandbox, to: SandboxState, error: str, handle: dict[str, Any]) -> dict[str, str]:
    return {
        "sandbox": str(sandbox.pk),
        "state": to,
        "backend": str(handle.get("backend", "")),
        "isolation": str(handle.get("isolation", "")),
        "error": error[-2000:],
    }
