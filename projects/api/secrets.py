"""Secrets of a project: their names. A value is taken and never given."""

from typing import Any
from uuid import UUID

from ninja import Query

from projects import access
from projects.enums import Ability
from projects.rest import Page, Paging, Request, Room
from projects.schemas.secrets import SecretIn, SecretOut
from projects.services import secrets

room = Room("secrets")
LARGE_ENOUGH = 128 * 1024  # a value of which every letter is escaped


@room.get("/projects/{uuid:project}/secrets", Page[SecretOut], scope="manage")
def list_secrets(request: Request, project: UUID, page: Query[Paging]) -> Any:
    """List the names of a project's secrets."""
    found = access.get_project_by_id(request.user, project, Ability.KEEP)
    return page.of(request, secrets.names(found), by=("name",))


# Not keyed: twice is once anyway, and a key would keep a hash of the value.
@room.put("/projects/{uuid:project}/secrets/{name}", SecretOut, scope="manage", keyed=False, most=LARGE_ENOUGH)
def put_secret(request: Request, project: UUID, name: str, body: SecretIn) -> Any:
    """Set a secret, new or over the one of this name.

    Apps see it from their next start on. It cannot be read again, neither here nor anywhere else.
    """
    found = access.get_project_by_id(request.user, project, Ability.OWN)
    return secrets.put(found, name=name, value=body.value, by=request.user)


@room.delete("/projects/{uuid:project}/secrets/{name}", scope="manage")
def remove_secret(request: Request, project: UUID, name: str) -> Any:
    """Remove a secret."""
    found = access.get_project_by_id(request.user, project, Ability.KEEP)
    secrets.remove(found, name=name, by=request.user)
