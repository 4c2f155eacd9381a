"""All files of a project as one download."""

from collections.abc import AsyncIterator, Iterator
from typing import cast

from asgiref.sync import sync_to_async
from django.contrib.auth.decorators import login_required
from django.db import close_old_connections
from django.http import HttpRequest, StreamingHttpResponse
from django.views.decorators.http import require_GET

from projects import access
from projects.enums import Ability
from projects.exports import archive
from projects.models import User
from projects.services import files


@require_GET
@login_required
def download(request: HttpRequest, owner: str, project: str) -> StreamingHttpResponse:
    found = access.get_project(cast("User", request.user), owner, project, Ability.VIEW)
    tree = files.manifest(found.branches.get(name="main"))
    return StreamingHttpResponse(
        _in_pieces(archive.stream(files.read_all(tree), folder=found.slug)),
        content_type="application/zip",
        headers={
            "Content-Disposition": f'attachment; filename="{found.slug}.zip"',
            "Cache-Control": "private, no-store",
        },
    )


async def _in_pieces(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """An asynchronous server would otherwise gather all of it in memory before the first byte leaves."""
    while piece := await sync_to_async(_next)(pieces):
        yield piece


def _next(pieces: Iterator[bytes]) -> bytes:
    """Between two pieces somebody slow takes their time, and there are only so many connections for everybody."""
    try:
        return next(pieces, b"")
    finally:
        close_old_connections()
