"""A proposed change set applied by a worker: for what takes long to join, and for whoever would rather not wait."""

from collections.abc import Collection, Mapping

from django.db import transaction

from agents import enums
from agents.models import Job
from agents.services import chores
from projects.models import ChangeSet, User
from projects.services import applying, changesets


def ask(
    changeset: ChangeSet,
    *,
    by: User,
    message: str = "",
    paths: Collection[str] = (),
    parts: Mapping[str, Collection[str]] | None = None,
    seen: int | None = None,
    idempotency_key: str | None = None,
) -> Job:
    """All of it, or these files and these parts of files. Of one apply at most one waits."""
    message = message or changeset.title or "Apply changes"
    asked = {
        "text": f"Apply {changeset}",
        "changeset": str(changeset.pk),
        "message": message,
        "paths": sorted(paths),
        "parts": {path: sorted(some) for path, some in (parts or {}).items()},
        "seen": seen,
    }
    changesets.check_free(changeset)
    with transaction.atomic():
        chores.locked(changeset.project)
        if idempotency_key and (known := chores.known(changeset.project, idempotency_key)):
            return known
        branch = applying.branch_of(changesets.locked_open(changeset))
        lane = f"apply {branch.pk}"
        return chores.once(branch, enums.JobKind.APPLY, asked, by=by, lane=lane, idempotency_key=idempotency_key)
