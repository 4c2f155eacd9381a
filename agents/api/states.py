"""What the agent of a project is doing: read it, or put it back to idle."""

from typing import Any
from uuid import UUID

from agents.schemas.states import StateOut
from agents.services import jobs, states, waiting
from projects import access, feed
from projects.enums import Ability
from projects.models import Project
from projects.rest import Request, Room

room = Room("agent state")


@room.get("/projects/{uuid:project}/agent-state", StateOut)
def read_agent_state(request: Request, project: UUID) -> Any:
    """Read what the agent is doing."""
    return _shown(access.get_project_by_id(request.user, project, Ability.VIEW))


@room.post("/projects/{uuid:project}/agent-state/reset", StateOut, status=200, refuses=(409,))
def reset_agent_state(request: Request, project: UUID) -> Any:
    """Put the agent back to idle, when no job is active. What was made stays."""
    found = access.get_project_by_id(request.user, project, Ability.EDIT)
    states.reset(found, by=request.user)
    return _shown(found)


def _shown(project: Project) -> dict[str, Any]:
    last_seq = feed.last_seq(project.pk)
    state, job = jobs.state_of(project), jobs.foreground(project)
    return {
        "project": project.pk,
        "phase": state.phase,
        "blueprint": state.blueprint,
        "job": job.pk if job else None,
        "job_state": job.state if job else None,
        "waits": waiting.reason(job) if job else "",
        "last_seq": last_seq,
        "updated_at": state.updated_at,
    }
