"""What people ask of a job: stop, pause, resume, retry."""

import uuid
from typing import Protocol, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from agents import errors
from agents.models import Job
from agents.services import jobs, undoing
from agents.views import workbench
from projects import access
from projects.enums import Ability
from projects.models import User


class Verb(Protocol):
    def __call__(self, job: Job, *, by: User | None) -> object: ...


@require_POST
@login_required
def stop(request: HttpRequest, owner: str, project: str, job_id: uuid.UUID) -> HttpResponse:
    return _act(request, owner, project, job_id, jobs.stop)


@require_POST
@login_required
def pause(request: HttpRequest, owner: str, project: str, job_id: uuid.UUID) -> HttpResponse:
    return _act(request, owner, project, job_id, jobs.pause)


@require_POST
@login_required
def resume(request: HttpRequest, owner: str, project: str, job_id: uuid.UUID) -> HttpResponse:
    return _act(request, owner, project, job_id, jobs.resume)


@require_POST
@login_required
def retry(request: HttpRequest, owner: str, project: str, job_id: uuid.UUID) -> HttpResponse:
    return _act(request, owner, project, job_id, jobs.retry)


@require_POST
@login_required
def allow(request: HttpRequest, owner: str, project: str, job_id: uuid.UUID) -> HttpResponse:
    return _act(request, owner, project, job_id, jobs.allow)


@require_POST
@login_required
def undo(request: HttpRequest, owner: str, project: str, job_id: uuid.UUID) -> HttpResponse:
    return _act(request, owner, project, job_id, undoing.undo)


def _act(request: HttpRequest, owner: str, project: str, job_id: uuid.UUID, verb: Verb) -> HttpResponse:
    """The page hears of the result by the feed, of a refusal by the answer; without scripts both by the redirect."""
    user = cast("User", request.user)
    found = access.get_project(user, owner, project, Ability.EDIT)
    job = jobs.of_project(found, job_id)
    if job is None:
        raise Http404
    try:
        verb(job, by=user)
    except errors.NotPossible as refusal:
        if request.headers.get("HX-Request"):
            return HttpResponse(str(refusal), status=409, content_type="text/plain; charset=utf-8")
        messages.info(request, str(refusal))
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204)
    return redirect(workbench.address(found, job.branch))
