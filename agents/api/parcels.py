"""A job in one file: exported without secrets, imported as a story that is over."""

import io
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from ninja import Query

from agents.api.jobs import begun, found
from agents.schemas.jobs import WholeJobOut
from agents.services import parcels
from projects import access
from projects.enums import Ability
from projects.rest import In, Refused, Request, Room, Text, downloads
from projects.services.projects import MOST_NAME

room = Room("jobs in files")

_TAKEN = {parcels.MEDIA_TYPE, "application/x-zip-compressed", "application/octet-stream"}
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_ANSWER = {
    "responses": {
        200: {
            "description": "A zip; the same job always gives the same bytes.",
            "content": {parcels.MEDIA_TYPE: _BINARY},
        }
    }
}
_BODY = {"requestBody": {"required": True, "content": {"application/octet-stream": _BINARY}}}


class NewProjectQuery(In):
    """Without a name the project is called as the app that the job made."""

    name: str = Text("", most=MOST_NAME)


@room.get("/jobs/{uuid:job}/export", refuses=(409,), extra=_ANSWER)
def export_job(request: Request, job: UUID) -> Any:
    """Download a job that has ended as one file, to be read and replayed in another installation. For editors.

    Secrets, mail addresses of people with an account here and folders of this machine are taken out.
    """
    kept = found(request, job, Ability.EDIT)
    export = parcels.export(kept)
    return downloads.answer(export.pieces, name=export.name, media_type=parcels.MEDIA_TYPE)


@room.post(
    "/projects/{uuid:project}/jobs/import",
    WholeJobOut,
    refuses=(409,),
    most=settings.MAX_BODY_BYTES,
    long=True,
    extra=_BODY,
)
def import_job(request: Request, project: UUID, response: HttpResponse) -> Any:
    """Import an exported job into a project, on a branch of its own.

    It is over: it never runs here, is never tried again and costs nothing. All of it is taken or nothing.
    """
    into = access.get_project_by_id(request.user, project, Ability.EDIT)
    return begun(parcels.take(_body(request), into, by=request.user), response)


@room.post("/imports/job", WholeJobOut, most=settings.MAX_BODY_BYTES, long=True, extra=_BODY)
def import_job_as_project(request: Request, said: Query[NewProjectQuery], response: HttpResponse) -> Any:
    """Import an exported job as a project of its own, which is what the job made."""
    return begun(parcels.make(_body(request), by=request.user, name=said.name), response)


def _body(request: Request) -> io.BytesIO:
    if request.content_type not in _TAKEN:
        raise Refused("wrong_media_type")
    return io.BytesIO(request.body)
