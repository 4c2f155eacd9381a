"""Replays of a job: asked for, carried out by a worker, and read with what came of them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Query
from pydantic import Field

from agents.api.jobs import found
from agents.enums import Purpose
from agents.models import Replay
from agents.services import replays
from projects.enums import Ability
from projects.rest import In, Out, Page, Paging, Request, Room, Text

room = Room("replays")


class ReplayIn(In):
    """`into` is another branch than the job's own: a new one gets a version, on one that is there a change waits."""

    from_step: str = Text("", most=60, description="What came before this step is taken as it was recorded.")
    into: str = Text("", most=120)


class ReplayOut(Out):
    """`verdict` is identical, different or impossible, and empty while it goes on.

    `figures` has the files, cost in dollars, tokens and seconds of both sides; of the job those of the calls that were
    read.
    """

    id: UUID
    verdict: str
    message: str
    from_step: str
    into: str
    expected_hash: str
    tree_hash: str
    differences: list[dict[str, Any]]
    figures: dict[str, Any] = Field(description="Empty while it goes on, or where it could not be said.")
    created_by: str | None
    created_at: datetime
    finished_at: datetime | None

    @staticmethod
    def resolve_created_by(replay: Replay, context: Any) -> str | None:
        return replay.created_by.get_short_name() if replay.created_by else None


@room.get("/jobs/{uuid:job}/replays", Page[ReplayOut])
def list_replays(request: Request, job: UUID, page: Query[Paging]) -> Any:
    """List what came of each replay of a job, the newest first."""
    return page.of(request, replays.of_job(found(request, job, Ability.VIEW)), by=("-created_at", "-id"))


@room.post("/jobs/{uuid:job}/replays", ReplayOut, status=202, refuses=(409,))
def create_replay(request: Request, job: UUID, body: ReplayIn, response: HttpResponse) -> Any:
    """Read the stored replies of a job once more and compare what comes out with what it made. No model is asked."""
    kept = found(request, job, Ability.EDIT)
    replay = replays.request(kept, purpose=Purpose.REPLAY, by=request.user, from_step=body.from_step, into=body.into)
    response.headers["Location"] = f"/api/v2/jobs/{kept.pk}/replays"
    return replay
