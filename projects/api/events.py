"""The feed of a project: in pages, or as a stream that goes on."""

from typing import Any
from uuid import UUID

from django.http import StreamingHttpResponse
from ninja import Query

from projects import access
from projects.enums import Ability
from projects.feed import log
from projects.rest import Request, Room, streams
from projects.schemas.events import EventPage, Since

room = Room("events")

STREAM = "text/event-stream"
_BOTH = {"responses": {200: {"content": {STREAM: {"schema": {"type": "string"}}}}}}


@room.get("/projects/{uuid:project}/events", EventPage, extra=_BOTH)
def list_events(request: Request, project: UUID, since: Query[Since]) -> Any:
    """Read what happened in a project, oldest first, from `after` on.

    With `Accept: text/event-stream` the answer goes on: each event as it happens, its number as the id, so that a
    client that comes back with `Last-Event-ID` misses nothing. A comment every 15 seconds keeps the line alive. It
    ends with `event: end` when whoever reads may no longer see the project.
    """
    access.get_project_by_id(request.user, project, Ability.VIEW)
    if request.get_preferred_type(["application/json", STREAM]) == STREAM:
        lines = streams.follow(request, project, after=streams.last_seen(request, since.after))
        return StreamingHttpResponse(lines, content_type=STREAM, headers=streams.HEADERS)
    events = log.since(project, since.after, since.limit)
    following = str(events[-1].seq) if len(events) == since.limit else None
    if following:
        request.links = {"next": f"{request.path}?after={following}&limit={since.limit}"}
    return {"items": events, "next": following}
