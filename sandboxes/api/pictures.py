"""The picture of an app, for programs."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Query

from projects.rest import Request, Room, etags
from sandboxes.api.sandboxes import seen
from sandboxes.schemas.sandboxes import BranchQuery
from sandboxes.services import pictures

room = Room("sandboxes")
_PICTURE = {
    "responses": {
        200: {
            "description": "The picture.",
            "content": {pictures.MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}},
        },
        304: {"description": "Its reader has it already."},
    }
}


@room.get("/projects/{uuid:project}/sandbox/picture", extra=_PICTURE)
def read_picture(request: Request, project: UUID, of: Query[BranchQuery]) -> Any:
    """Look at the app of a branch: the newest picture that was taken of its first page.

    It is 640 by 400, taken in a window of twice that size. `If-None-Match` with its ETag is answered with 304.
    """
    sha256 = pictures.hash_of(seen(request, project, of.branch))
    headers = {"ETag": etags.tag(sha256), "Cache-Control": "private, no-cache"}
    if etags.is_known(request, headers["ETag"]):
        return HttpResponse(status=304, headers=headers)
    return HttpResponse(pictures.read(sha256), content_type=pictures.MEDIA_TYPE, headers=headers)
