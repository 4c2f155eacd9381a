"""A zip or a git bundle of a project, packed by a worker and kept with its job. What is small is downloaded at once."""

from typing import Literal

from django.db import transaction

from agents import enums
from agents.models import Job
from agents.services import chores
from projects import errors
from projects.models import Project, User
from projects.services import branches, versions

Form = Literal["zip", "bundle"]


def ask(
    project: Project,
    form: Form,
    *,
    by: User,
    version: int | None = None,
    branch: str | None = None,
    idempotency_key: str | None = None,
) -> Job:
    """A bundle holds everything, a zip one version or the head of a branch. Of one thing at most one export waits."""
    if form == "bundle" and (version is not None or branch is not None):
        raise errors.BadQuery("A bundle holds all branches and versions; name neither.")
    _check_there(project, version, branch)
    asked = {"text": _text(form, version, branch), "form": form, "version": version, "branch": branch}
    with transaction.atomic():
        locked = chores.locked(project)
        shown = branches.find(locked, branch or branches.MAIN)
        lane = f"export {locked.pk}"
        return chores.once(shown, enums.JobKind.EXPORT, asked, by=by, lane=lane, idempotency_key=idempotency_key)


def _check_there(project: Project, version: int | None, branch: str | None) -> None:
    """A refusal now is worth more than a failure later."""
    if version is not None:
        versions.find(project, version)
    elif branch is not None:
        branches.find(project, branch)


def _text(form: Form, version: int | None, branch: str | None) -> str:
    if form == "bundle":
        return "Export as a git bundle"
    return f"Export version {version} as a zip" if version is not None else f"Export {branch or 'main'} as a zip"
