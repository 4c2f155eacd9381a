"""What happens below and matters here."""

import logging
from typing import Any

from django.db import DatabaseError
from django.db.models import Exists, OuterRef

from agents.errors import NotPossible
from agents.models import Job, Session
from agents.services import chores
from projects.errors import Protected
from projects.models import Branch, ChangeSet, Project

log = logging.getLogger(__name__)


def on_tree_changed(*, project: Project, branch: Branch, **_: Any) -> None:
    """`main` has a new version: remotes that follow it are pushed to. A version is made whatever becomes of that."""
    if branch.name != "main":
        return
    try:
        chores.push_by_itself(project)
    except NotPossible as refusal:
        log.info("Nothing was pushed by itself: %s", refusal)
    except DatabaseError:
        log.exception("Nothing was pushed by itself; the next version takes it along.")


def on_branch_deleting(*, branch: Branch, **_: Any) -> None:
    """What is being made on a branch, and what was said about it, would go with it. What was only run again may."""
    if Job.objects.active().filter(branch=branch).exists():
        raise Protected(f"Djinn is at work on {branch.name!r}. Stop that first, or wait until it is done.")
    own, again = (Job.objects.filter(session=OuterRef("pk"), rerun_of__isnull=is_own) for is_own in (True, False))
    if Session.objects.filter(~Exists(again) | Exists(own), branch=branch).exists():
        raise Protected(f"A conversation belongs to {branch.name!r}, so it stays.")


def on_changeset_deciding(*, changeset: ChangeSet, **_: Any) -> None:
    """What is decided about halfway would be taken without what the job adds to it."""
    if changeset.job_ref and Job.objects.active().filter(pk=changeset.job_ref).exists():
        raise Protected("Djinn is still at it. Stop that first, or wait until it is done.")
