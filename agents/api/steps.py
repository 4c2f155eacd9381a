"""What a job did: its steps, the tries of workers, what ran, and the calls of models."""

from typing import Any
from uuid import UUID

from django.http import Http404
from ninja import Query

from agents.api.jobs import found
from agents.models import Job
from agents.schemas.jobs import AttemptOut, GenerationOut, LogOut, StepOut, WholeGenerationOut
from agents.services import showing
from projects.enums import Ability
from projects.rest import Page, Paging, Request, Room

room = Room("steps")


@room.get("/jobs/{uuid:job}/steps", Page[StepOut])
def list_steps(request: Request, job: UUID, page: Query[Paging]) -> Any:
    """List the steps of a job, in order."""
    return page.of(request, showing.steps(found(request, job, Ability.VIEW)), by=("ordinal", "id"))


@room.get("/jobs/{uuid:job}/attempts", Page[AttemptOut])
def list_attempts(request: Request, job: UUID, page: Query[Paging]) -> Any:
    """List the tries of workers at a job, in order."""
    return page.of(request, showing.attempts(found(request, job, Ability.VIEW)), by=("number",))


@room.get("/jobs/{uuid:job}/generations", Page[GenerationOut])
def list_generations(request: Request, job: UUID, page: Query[Paging]) -> Any:
    """List the calls of models that a job made, in order, with what they cost."""
    return page.of(request, showing.generations(found(request, job, Ability.VIEW)), by=("created_at", "id"))


@room.get("/jobs/{uuid:job}/generations/{uuid:generation}", WholeGenerationOut)
def read_generation(request: Request, job: UUID, generation: UUID) -> Any:
    """Read one call of a model, with what was asked and what came, word for word. For editors."""
    kept = showing.generation(found(request, job, Ability.EDIT), generation)
    if kept is None:
        raise Http404
    return kept


@room.get("/jobs/{uuid:job}/log", Page[LogOut])
def read_log(request: Request, job: UUID, page: Query[Paging]) -> Any:
    """List the commands that ran for a job, in order, with what they wrote."""
    kept = found(request, job, Ability.VIEW)
    if kept.is_chore:
        return page.of_list(request, [kept], key=lambda one: str(one.pk), show=_noted)
    return page.of(request, showing.commands(kept), by=("started_at", "id"))


def _noted(chore: Job) -> dict[str, Any]:
    """A push or an import runs no command in a box; it notes how it goes."""
    return {
        "id": chore.pk,
        "kind": chore.kind,
        "title": showing.title(chore),
        "state": "running" if chore.is_active else "finished",
        "exit_code": None,
        "output": "\n".join(chore.output.get("log", [])),
        "started_at": chore.started_at or chore.created_at,
        "finished_at": chore.finished_at,
    }
