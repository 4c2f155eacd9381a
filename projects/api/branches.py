"""Branches: list, create, read, delete, and merge one into another."""

from typing import Any
from uuid import UUID

from ninja import Query

from projects import access, errors
from projects.api.versions import shown
from projects.enums import Ability
from projects.rest import Page, Paging, Refused, Request, Room, problems
from projects.schemas.versions import (
    BranchIn,
    BranchOut,
    ComparisonOut,
    MergeIn,
    MergeQuery,
    SeenHead,
    VersionOut,
    head_of,
)
from projects.services import branches, versions
from projects.services.branches import Standing

room = Room("branches")


@room.get("/projects/{uuid:project}/branches", Page[BranchOut])
def list_branches(request: Request, project: UUID, page: Query[Paging]) -> Any:
    """List the branches of a project, by name."""
    found = access.get_project_by_id(request.user, project, Ability.VIEW)
    rows = sorted(branches.standings(found), key=lambda one: one.branch.name)
    return page.of_list(request, rows, key=lambda one: one.branch.name, show=_shown)


@room.post("/projects/{uuid:project}/branches", BranchOut)
def create_branch(request: Request, project: UUID, body: BranchIn) -> Any:
    """Begin a branch at a version."""
    found = access.get_project_by_id(request.user, project, Ability.EDIT)
    at = versions.find(found, body.version) if body.version else None
    branches.create(found, body.name, by=request.user, at=at)
    return _shown(branches.standing(found, body.name))


@room.get("/projects/{uuid:project}/branches/{path:name}", BranchOut)
def read_branch(request: Request, project: UUID, name: str) -> Any:
    """Read one branch."""
    found = access.get_project_by_id(request.user, project, Ability.VIEW)
    return _shown(branches.standing(found, name))


@room.delete("/projects/{uuid:project}/branches/{path:name}", refuses=(409, 412))
def delete_branch(request: Request, project: UUID, name: str, looked: Query[SeenHead]) -> Any:
    """Delete a branch; its versions stay. Not `main`, and not while changes to it are open."""
    found = access.get_project_by_id(request.user, project, Ability.EDIT)
    branches.delete(branches.find(found, name), by=request.user, seen=looked.head)


@room.get("/projects/{uuid:project}/merges", ComparisonOut)
def preview_merge(request: Request, project: UUID, which: Query[MergeQuery]) -> Any:
    """Show what merging one branch into another would bring."""
    found = access.get_project_by_id(request.user, project, Ability.VIEW)
    return branches.compare(branches.find(found, which.source), branches.find(found, which.into))


@room.post("/projects/{uuid:project}/merges", VersionOut, refuses=(409, 412))
def merge_branches(request: Request, project: UUID, body: MergeIn) -> Any:
    """Merge one branch into another.

    By moving the head where that is all there is to it, else by a version with two parents. After a conflict the
    change set stays open among the diffs, to be resolved there.
    """
    found = access.get_project_by_id(request.user, project, Ability.EDIT)
    source, into = branches.find(found, body.source), branches.find(found, body.into)
    seen = branches.Looked(source=body.source_head, into=body.head)
    try:
        return shown(found, branches.merge(source, into, by=request.user, message=body.message, seen=seen))
    except errors.Conflict as conflict:
        # Answered and not raised: what was opened to be resolved is kept, whatever key was sent.
        return problems.answer(request, Refused("conflict", str(conflict), paths=list(conflict.paths)))


def _shown(one: Standing) -> dict[str, Any]:
    branch = one.branch
    counts = {"ahead": one.ahead, "behind": one.behind}
    return {"name": branch.name, "head": head_of(branch), **counts, "created_at": branch.created_at}
