"""Packages of an app: what is listed and installed, adding, upgrading and removing by name, what the registry tells."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Query

from agents.api.jobs import key_of
from agents.schemas.packages import (
    PackageList,
    PackagesAdd,
    PackagesChanged,
    PackagesUpgrade,
    PackagesWhere,
    RegistryTold,
)
from agents.services import packages
from agents.services.packages import Changed
from projects import access
from projects.enums import Ability
from projects.models import Branch
from projects.rest import Request, Room, etags
from projects.services import files
from sandboxes.services import packages as listing

room = Room("packages")

_IF_MATCH = {
    "in": "header", "name": "If-Match", "required": False, "schema": {"type": "string"},
    "description": "The ETag of the list as you saw it. Without it, what others did meanwhile is built upon.",
}  # fmt: skip
_SEEN = {"parameters": [_IF_MATCH]}


@room.get("/projects/{uuid:project}/packages", PackageList)
def list_packages(request: Request, project: UUID, where: Query[PackagesWhere], response: HttpResponse) -> Any:
    """List the packages of an app.

    What its list wants, what is installed, since which version and by which job, and what the registry told last.
    """
    found = listing.of(_branch(request, project, where.branch, Ability.VIEW))
    if found.etag:
        response.headers["ETag"] = etags.tag(found.etag)
    return found


@room.post("/projects/{uuid:project}/packages", PackagesChanged, status=202, refuses=(409, 412), extra=_SEEN)
def add_packages(request: Request, project: UUID, body: PackagesAdd, response: HttpResponse) -> Any:
    """Add packages by name.

    They become a version of the list at once, and a job installs them. One that is listed takes the version that is
    named. Names and versions alone: no addresses, paths or options.
    """
    branch = _branch(request, project, body.branch, Ability.EDIT)
    changed = packages.add(
        branch,
        body.packages,
        by=request.user,
        is_dev=body.dev,
        expected=_seen(request),
        idempotency_key=key_of(request),
    )
    return _told(changed, response)


@room.post("/projects/{uuid:project}/packages/upgrade", PackagesChanged, status=202, refuses=(409, 412), extra=_SEEN)
def upgrade_packages(request: Request, project: UUID, body: PackagesUpgrade, response: HttpResponse) -> Any:
    """Upgrade packages of the list to the versions that are named, or to the newest."""
    branch = _branch(request, project, body.branch, Ability.EDIT)
    changed = packages.upgrade(
        branch, body.packages, by=request.user, expected=_seen(request), idempotency_key=key_of(request)
    )
    return _told(changed, response)


@room.post("/projects/{uuid:project}/packages/check", RegistryTold, status=202, refuses=(409,))
def check_packages(request: Request, project: UUID, body: PackagesWhere) -> Any:
    """Ask the registry for newer versions and known vulnerabilities.

    From the app's box; the answer is kept with its date, and is part of the list then.
    """
    return listing.ask_registry(_branch(request, project, body.branch, Ability.EDIT))


@room.delete(
    "/projects/{uuid:project}/packages/{path:name}", PackagesChanged, status=202, refuses=(409, 412), extra=_SEEN
)
def remove_package(
    request: Request, project: UUID, name: str, where: Query[PackagesWhere], response: HttpResponse
) -> Any:
    """Remove a package from the list. A job installs what is left."""
    branch = _branch(request, project, where.branch, Ability.EDIT)
    changed = packages.remove(branch, [name], by=request.user, expected=_seen(request), idempotency_key=key_of(request))
    return _told(changed, response)


def _branch(request: Request, project: UUID, name: str, ability: Ability) -> Branch:
    return files.branch_of(access.get_project_by_id(request.user, project, ability), name)


def _seen(request: Request) -> str | None:
    return etags.expected(request) if "If-Match" in request.headers else None


def _told(changed: Changed, response: HttpResponse) -> Changed:
    if changed.job is not None:
        response.headers["Location"] = f"/api/v2/jobs/{changed.job.pk}"
    return changed
