"""Versions: list, read, their files, compare two, restore one."""

from typing import Any
from uuid import UUID

from ninja import Query

from projects import access
from projects.enums import Ability
from projects.models import Project, Version
from projects.rest import Page, Paging, Request, Room
from projects.schemas.versions import Between, ComparisonOut, OfBranch, RestoreIn, TreeFileOut, VersionOut
from projects.services import branches, versions

room = Room("versions")


@room.get("/projects/{uuid:project}/versions", Page[VersionOut])
def list_versions(request: Request, project: UUID, page: Query[Paging], only: Query[OfBranch]) -> Any:
    """List the versions of a project, the newest first."""
    found = access.get_project_by_id(request.user, project, Ability.VIEW)
    branch = branches.find(found, only.branch) if only.branch else None
    return page.of(request, versions.listed(found, branch), by=("-number",), fill=versions.detailed)


@room.get("/projects/{uuid:project}/versions/{int:number}", VersionOut)
def read_version(request: Request, project: UUID, number: int) -> Any:
    """Read one version."""
    found = access.get_project_by_id(request.user, project, Ability.VIEW)
    return versions.detailed([versions.find(found, number)])[0]


@room.get("/projects/{uuid:project}/versions/{int:number}/files", Page[TreeFileOut])
def list_version_files(request: Request, project: UUID, number: int, page: Query[Paging]) -> Any:
    """List the files of a version, by path."""
    found = access.get_project_by_id(request.user, project, Ability.VIEW)
    tree = versions.tree(versions.find(found, number))
    files = [{"path": path, **tree[path]._asdict()} for path in sorted(tree)]
    return page.of_list(request, files, key=lambda file: str(file["path"]))


@room.get("/projects/{uuid:project}/compare", ComparisonOut)
def compare_versions(request: Request, project: UUID, between: Query[Between]) -> Any:
    """Compare two versions: which files differ, renames found, lines counted."""
    found = access.get_project_by_id(request.user, project, Ability.VIEW)
    before, after = (versions.find(found, one) if one else None for one in (between.before, between.after))
    return versions.compare(before, after)


@room.post("/projects/{uuid:project}/versions/{int:number}/restore", VersionOut, refuses=(409, 412))
def restore_version(request: Request, project: UUID, number: int, body: RestoreIn) -> Any:
    """Make a new version whose files are those of this one.

    It replaces what is there and merges nothing; no version is lost.
    """
    found = access.get_project_by_id(request.user, project, Ability.EDIT)
    branch = branches.find(found, body.branch)
    made = versions.restore(branch, versions.find(found, number), by=request.user, seen=body.head)
    return shown(found, made)


def shown(project: Project, version: Version) -> Version:
    return versions.detailed([versions.find(project, version.number)])[0]
