"""Addresses of the earlier design, for its clients: v2's services behind them, and a refusal where there is none.

They knew one project per server; here each request says which one it means.
"""

from typing import Any
from uuid import UUID

from django.http import HttpResponse, StreamingHttpResponse

from agents.api.shims.voices import OfJob
from agents.schemas.shims import Place
from projects import access
from projects.enums import Ability
from projects.models import Project
from projects.rest import Refused, Request, Room, streams

shims = Room("v1 shims")
STREAM = "text/event-stream"


def project_of(request: Request, ability: Ability, *named: Place | None) -> Project:
    """The one that is named: in the query, or in the body. Nobody guesses."""
    found = {one for place in named if place for one in (place.project, place.sandboxId) if one}
    if len(found) == 1:
        return access.get_project_by_id(request.user, found.pop(), ability)
    said = (
        "two projects are named" if found else "say which project is meant: `?project=<id>`, or its id as `sandboxId`"
    )
    raise Refused("invalid", f"project: {said}.", errors=[{"parameter": "project", "code": "project", "message": said}])


def follow(request: Request, project: UUID, voice: streams.Voice, *, after: int) -> StreamingHttpResponse:
    """Who hangs up stops nothing."""
    lines = streams.follow(request, project, after=after, voice=voice)
    return StreamingHttpResponse(lines, content_type=STREAM, headers=streams.HEADERS)


def follow_job(request: Request, voice: OfJob) -> StreamingHttpResponse:
    """From its beginning, or from `Last-Event-ID` on; who was told of its end already is told of that again."""
    first, end = voice.span
    after = min(streams.last_seen(request, first - 1), end - 1)
    return follow(request, voice.job.project_id, voice, after=after)


def at_once(content: bytes) -> HttpResponse:
    """A stream of what is known already."""
    return HttpResponse(content, content_type=STREAM, headers=streams.HEADERS)


def told(**fields: Any) -> dict[str, Any]:
    return {"success": True, **fields}
