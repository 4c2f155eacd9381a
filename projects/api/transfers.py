"""Projects on their way in and out: zips, bundles, forks."""

import io
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from ninja import Query

from projects import access
from projects.enums import Ability
from projects.models import Project
from projects.rest import Refused, Request, Room, downloads
from projects.schemas.projects import ProjectOut
from projects.schemas.transfers import ExportQuery, ForkIn, ImportedOut, ImportQuery, TakenOut, TakeQuery
from projects.services import branches, exporting, forking, importing, importing_git, projects

room = Room("imports and exports")

_ZIP = {"application/zip", "application/x-zip-compressed", "application/octet-stream"}
_BUNDLE = {"application/x-git-bundle", "application/octet-stream"}


def _binary(*media: str) -> dict[str, Any]:
    content = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in media}
    return {"requestBody": {"required": True, "content": content}}


# Both are taken as what they are, too; a program that reads the document needs one that it can make.
_ZIP_BODY = _BUNDLE_BODY = _binary("application/octet-stream")


def _answer(media: str, description: str) -> dict[str, Any]:
    content = {media: {"schema": {"type": "string", "format": "binary"}}}
    return {"responses": {200: {"description": description, "content": content}}}


_ZIP_ANSWER = _answer("application/zip", "A zip; the same tree always gives the same bytes.")
_BUNDLE_ANSWER = _answer("application/x-git-bundle", "A bundle, as `git clone` takes it.")


@room.post("/imports/zip", ImportedOut, most=settings.MAX_BODY_BYTES, long=True, extra=_ZIP_BODY)
def import_zip(request: Request, said: Query[ImportQuery], response: HttpResponse) -> Any:
    """Make a project from a zip.

    All of it is taken or nothing; a refusal says everything that is wrong, with its path. A single folder around
    everything is taken off, and what is made anew from the rest, such as node_modules, is left out.
    """
    body = _body(request, _ZIP)
    done = importing.make(body, filename=said.filename, name=said.name, by=request.user)
    response.headers["Location"] = f"/api/v2/projects/{done.project.pk}"
    return {**_told(done), "project": _owned(done.project)}


@room.post("/imports/bundle", ProjectOut, most=settings.MAX_BODY_BYTES, long=True, extra=_BUNDLE_BODY)
def import_bundle(request: Request, said: Query[ImportQuery], response: HttpResponse) -> Any:
    """Make a project from a git bundle, with its branches and all its history."""
    shown = importing.shown(said.filename)
    with importing_git.unbundled(_body(request, _BUNDLE)) as history, transaction.atomic():
        project = projects.create(name=said.name or shown.removesuffix(".bundle"), by=request.user)
        importing_git.bring_in(project, history, by=request.user, said=f"Imported {shown}")
    response.headers["Location"] = f"/api/v2/projects/{project.pk}"
    project.refresh_from_db()
    return _owned(project)


@room.post("/projects/{uuid:project}/imports/zip", TakenOut, most=settings.MAX_BODY_BYTES, long=True, extra=_ZIP_BODY)
def take_zip(request: Request, project: UUID, said: Query[TakeQuery]) -> Any:
    """Import a zip into a project, as one version of a branch."""
    found = access.get_project_by_id(request.user, project, Ability.EDIT)
    branch = branches.find(found, said.branch)
    return _told(importing.take(_body(request, _ZIP), branch, filename=said.filename, mode=said.mode, by=request.user))


@room.get("/projects/{uuid:project}/exports/zip", extra=_ZIP_ANSWER)
def export_zip(request: Request, project: UUID, said: Query[ExportQuery]) -> Any:
    """Download all files of a version or a branch as a zip."""
    found = access.get_project_by_id(request.user, project, Ability.VIEW)
    export = exporting.zip_of(found, version=said.version, branch=said.branch)
    return downloads.answer(export.pieces, name=export.name, media_type=export.media_type)


@room.get("/projects/{uuid:project}/exports/bundle", refuses=(409,), extra=_BUNDLE_ANSWER)
def export_bundle(request: Request, project: UUID) -> Any:
    """Download all branches with their history as a git bundle."""
    export = exporting.bundle_of(access.get_project_by_id(request.user, project, Ability.VIEW))
    return downloads.answer(export.pieces, name=export.name, media_type=export.media_type)


@room.post("/projects/{uuid:project}/forks", ProjectOut, refuses=(409,))
def create_fork(request: Request, project: UUID, body: ForkIn, response: HttpResponse) -> Any:
    """Fork a project at a version.

    The fork is yours, and has all versions that led there. Members, conversations, secrets and remotes stay behind.
    """
    found = access.get_project_by_id(request.user, project, Ability.VIEW)
    made = forking.fork(found, by=request.user, version=body.version, name=body.name or "")
    response.headers["Location"] = f"/api/v2/projects/{made.pk}"
    return _owned(made)


def _body(request: Request, media: set[str]) -> io.BytesIO:
    if request.content_type not in media:
        raise Refused("wrong_media_type")
    return io.BytesIO(request.body)


def _told(done: importing.Imported) -> dict[str, Any]:
    return {"version": done.version.number, "files": done.files, "left_out": done.left_out}


def _owned(project: Project) -> Project:
    project.role = "owner"  # type: ignore[attr-defined]  # whoever made it owns it
    return project
