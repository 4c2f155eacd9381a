"""What a job would cost, before it is asked for."""

from typing import Any
from uuid import UUID

from ninja import Query

from agents.enums import JobKind
from agents.schemas.estimates import EstimateOut, EstimateQuery
from agents.services import estimates
from projects import access
from projects.enums import Ability
from projects.rest import Request, Room
from projects.services import branches

room = Room("estimates")


@room.get("/projects/{uuid:project}/estimate", EstimateOut)
def read_estimate(request: Request, project: UUID, only: Query[EstimateQuery]) -> Any:
    """Estimate what a job would cost that is asked for now."""
    found = access.get_project_by_id(request.user, project, Ability.VIEW)
    kind = JobKind(only.kind) if only.kind else None
    return estimates.of_project(found, branch=branches.find(found, only.branch), kind=kind, model=only.model)
