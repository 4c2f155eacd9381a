"""What a sandbox takes of the machine: now, and in the last day."""

from typing import Any
from uuid import UUID

from ninja import Query

from projects.rest import Page, Paging, Request, Room
from sandboxes.api.sandboxes import seen
from sandboxes.schemas.sandboxes import BranchQuery
from sandboxes.schemas.statistics import SampleOut, StatisticsOut
from sandboxes.services import statistics
from sandboxes.wire import boxes

room = Room("sandbox statistics")


@room.get("/projects/{uuid:project}/sandbox/stats", StatisticsOut)
def read_sandbox_stats(request: Request, project: UUID, of: Query[BranchQuery]) -> Any:
    """Read what the box takes of the machine now, and what it may take. It is counted from outside of the box."""
    return {"now": statistics.now(seen(request, project, of.branch)), "limits": vars(boxes.limits())}


@room.get("/projects/{uuid:project}/sandbox/stats/history", Page[SampleOut])
def list_sandbox_stats(request: Request, project: UUID, of: Query[BranchQuery], page: Query[Paging]) -> Any:
    """List what it took in the last day, the newest first: a sample every half minute while it runs."""
    return page.of(request, statistics.history(seen(request, project, of.branch)), by=("-taken_at", "-id"))
