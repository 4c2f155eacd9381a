"""Jobs: ask for one, look at them, stop, pause, resume and retry them, change their place, and delete them."""

import hashlib
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from ninja import Query

from agents import errors as agents_errors
from agents.enums import Intent, JobKind
from agents.models import Job
from agents.models.jobs import JobQuerySet
from agents.schemas.jobs import JobIn, JobOut, JobPatch, JobQuery, PlanIn, SteerIn, WholeJobOut
from agents.services import amending, jobs, planning, sessions, showing, telling, waiting
from projects import access
from projects.enums import Ability
from projects.rest import Page, Paging, Refused, Request, Room, keys, problems

room = Room("jobs")
problems.register(agents_errors.Unfit, "refused")
# The longest text, when each of its characters is written as an escape.
MOST_SAID = 256 * 1024
MOST_PLAN = 512 * 1024


@room.get("/jobs", Page[JobOut], refuses=(404,))
def list_jobs(request: Request, page: Query[Paging], only: Query[JobQuery]) -> Any:
    """List the jobs of all your projects, the newest first."""
    rows = _chosen(request, only)
    return page.of(request, rows, by=("-created_at", "-id"), fill=waiting.told)


@room.post("/jobs", WholeJobOut, status=202, refuses=(404,), most=MOST_SAID)
def create_job(request: Request, body: JobIn, response: HttpResponse) -> Any:
    """Say what to make or to change, which starts a job.

    The `Idempotency-Key` is the job's own, too: it never starts a second one in this project.
    """
    project = access.get_project_by_id(request.user, body.project, Ability.EDIT)
    session = sessions.find(project, body.session) if body.session else None
    if session is not None:
        sessions.check_open(session)
    job = jobs.start(
        project=project,
        text=body.text,
        by=request.user,
        session=session,
        model=body.model,
        kind=JobKind(body.kind) if body.kind else None,
        approval=body.approval or "",
        idempotency_key=key_of(request),
    )
    return begun(job, response)


@room.get("/jobs/{uuid:job}", WholeJobOut)
def read_job(request: Request, job: UUID) -> Any:
    """Read one job."""
    return _shown(found(request, job, Ability.VIEW))


@room.patch("/jobs/{uuid:job}", WholeJobOut, refuses=(409,))
def change_job(request: Request, job: UUID, body: JobPatch) -> Any:
    """Change what a job is called, its place among those that wait, or its budget."""
    kept = found(request, job, Ability.EDIT)
    amending.amend(kept, **body.dict())
    return _shown(kept)


@room.delete("/jobs/{uuid:job}", refuses=(409,))
def delete_job(request: Request, job: UUID) -> Any:
    """Delete a job that has ended, with its steps and calls. Its versions, events and messages stay."""
    amending.delete(found(request, job, Ability.EDIT), by=request.user)


@room.post("/jobs/{uuid:job}/cancel", WholeJobOut, status=200, refuses=(409,))
def cancel_job(request: Request, job: UUID) -> Any:
    """Cancel a job: at once, or within a second when a worker is at it. `intent` says that it is asked for."""
    kept = found(request, job, Ability.EDIT)
    if not jobs.stop(kept, by=request.user):
        raise _impossible(kept, "cancelled")
    return _shown(kept)


@room.post("/jobs/{uuid:job}/pause", WholeJobOut, status=200, refuses=(409,))
def pause_job(request: Request, job: UUID) -> Any:
    """Pause a job: at once, or within a second when a worker is at it. `intent` says that it is asked for."""
    kept = found(request, job, Ability.EDIT)
    if not jobs.pause(kept, by=request.user):
        raise _impossible(kept, "paused")
    return _shown(kept)


@room.post("/jobs/{uuid:job}/resume", WholeJobOut, status=200, refuses=(409,))
def resume_job(request: Request, job: UUID) -> Any:
    """Let a paused job go on where it was. A plan that waits for approval is approved by it."""
    kept = found(request, job, Ability.EDIT)
    jobs.resume(kept, by=request.user)
    return _shown(kept)


@room.post("/jobs/{uuid:job}/messages", WholeJobOut, status=200, refuses=(409,), most=MOST_SAID)
def steer_job(request: Request, job: UUID, body: SteerIn) -> Any:
    """Say something to a job at work.

    A first build hears it at its next file boundary, any other job after the step it is in, and both before they end.
    """
    kept = found(request, job, Ability.EDIT)
    telling.steer(kept, body.text, by=request.user, key=key_of(request))
    return _shown(kept)


@room.put("/jobs/{uuid:job}/plan", WholeJobOut, status=200, refuses=(409,), most=MOST_PLAN)
def change_plan(request: Request, job: UUID, body: PlanIn) -> Any:
    """Change a plan that waits for approval. It still waits then."""
    kept = found(request, job, Ability.EDIT)
    planning.change(kept, body.dict(), by=request.user)
    return _shown(kept)


@room.post("/jobs/{uuid:job}/retry", WholeJobOut, status=200, refuses=(409,))
def retry_job(request: Request, job: UUID) -> Any:
    """Let a failed job go on where it failed; what it had done is not done again."""
    kept = found(request, job, Ability.EDIT)
    jobs.retry(kept, by=request.user)
    return _shown(kept)


def found(request: Request, job: UUID, ability: Ability) -> Job:
    """Whoever may not see its project hears nothing of it."""
    kept = showing.find(job)
    if kept is None:
        raise Http404
    kept.project = access.get_project_by_id(request.user, kept.project_id, ability)
    return kept


def key_of(request: Request) -> str | None:
    """Jobs are known by the keys of everybody who may edit: nobody's is somebody else's."""
    key = request.headers.get(keys.HEADER)
    return hashlib.sha256(f"{request.user.pk} {key}".encode()).hexdigest() if key else None


def begun(job: Job, response: HttpResponse) -> Job:
    response.headers["Location"] = f"/api/v2/jobs/{job.pk}"
    return _shown(job)


def _chosen(request: Request, only: JobQuery) -> JobQuerySet:
    if only.project is not None:
        access.get_project_by_id(request.user, only.project, Ability.VIEW)
    named = {"state": only.state, "kind": only.kind, "project": only.project, "session": only.session}
    rows = showing.visible(request.user).filter(**{name: value for name, value in named.items() if value is not None})
    rows = showing.since(rows, only.since) if only.since else rows
    return showing.saying(rows, only.text) if only.text else rows


def _shown(job: Job) -> Job:
    """As it is now, with what it waits for."""
    fresh = showing.find(job.pk)
    if fresh is None:
        raise Http404
    return waiting.told([fresh])[0]


def _impossible(job: Job, verb: str) -> Refused:
    now = _shown(job)
    if now.intent == Intent.CANCEL:
        return Refused("wrong_state", f"This job is being cancelled and cannot be {verb}.")
    return Refused("wrong_state", f"This job is {now.state} and cannot be {verb}.")
