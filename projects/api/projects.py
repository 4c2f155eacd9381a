"""Projects: list, make, read, rename, archive, delete."""

from typing import Any
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpResponse
from ninja import Query

from projects import access
from projects.enums import Ability
from projects.models import Member, Project, User
from projects.rest import Page, Paging, Request, Room
from projects.schemas.projects import ProjectIn, ProjectOut, ProjectPatch
from projects.services import projects

room = Room("projects")


@room.get("/projects", Page[ProjectOut])
def list_projects(request: Request, page: Query[Paging]) -> Any:
    """List the projects you are a member of.

    The newest come first; archived ones stand among them.
    """
    return page.of(request, _with_role(request.user), by=("-created_at", "-id"))


@room.post("/projects", ProjectOut)
def create_project(request: Request, body: ProjectIn, response: HttpResponse) -> Any:
    """Make an empty project of your own."""
    project = projects.create(name=body.name, by=request.user)
    response.headers["Location"] = f"{request.path}/{project.pk}"
    return _shown(request.user, project)


@room.get("/projects/{uuid:project}", ProjectOut)
def read_project(request: Request, project: UUID) -> Any:
    """Read one project."""
    return _shown(request.user, access.get_project_by_id(request.user, project, Ability.VIEW))


@room.patch("/projects/{uuid:project}", ProjectOut, scope="manage", refuses=(409,))
def change_project(request: Request, project: UUID, body: ProjectPatch) -> Any:
    """Rename a project, archive it or bring it back.

    What is left out or null stays. The address of a project does not change with its name.
    """
    found = access.get_project_by_id(request.user, project, Ability.KEEP)
    if body.name is not None:
        projects.rename(found, name=body.name, by=request.user)
    if body.archived is not None:
        (projects.archive if body.archived else projects.unarchive)(found, by=request.user)
    return _shown(request.user, found)


@room.delete("/projects/{uuid:project}", scope="manage", confirmed=True, refuses=(409,))
def delete_project(request: Request, project: UUID) -> None:
    """Delete a project with its history, for ever. Archiving keeps it."""
    projects.delete(access.get_project_by_id(request.user, project, Ability.KEEP), by=request.user)


def _with_role(user: User) -> "QuerySet[Project]":
    role = Member.objects.filter(project=OuterRef("pk"), user=user).values("role")
    return Project.objects.visible_to(user).select_related("owner").annotate(role=Subquery(role))


def _shown(user: User, project: Project) -> Project:
    return _with_role(user).filter(pk=project.pk)[0]
