"""Jobs run again with another model, and what came of both."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse

from agents.api.jobs import begun, found, key_of
from agents.schemas.jobs import WholeJobOut
from agents.schemas.reruns import PairOut, RerunIn
from agents.services import comparisons, reruns
from projects.enums import Ability
from projects.rest import Request, Room

room = Room("reruns")


@room.post("/jobs/{uuid:job}/rerun", WholeJobOut, status=202, refuses=(409,))
def rerun_job(request: Request, job: UUID, body: RerunIn, response: HttpResponse) -> Any:
    """Run a job that has ended again with another model.

    From the version it began from, with the same words, on a new branch and in a session of its own. The first one
    stays as it is. The `Idempotency-Key` is the new job's own, too.
    """
    original = found(request, job, Ability.EDIT)
    again = reruns.start(
        original, model=body.model, by=request.user, branch=body.branch or "", idempotency_key=key_of(request)
    )
    return begun(again, response)


@room.get("/jobs/{uuid:job}/comparison", PairOut)
def compare_job(request: Request, job: UUID) -> Any:
    """Compare a job that was run again with what it was run again from, or a job with the newest of its re-runs."""
    return comparisons.of(found(request, job, Ability.VIEW))
