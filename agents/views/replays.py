"""A job read once more, and taken elsewhere: what came of each replay, its options, and the file of the job."""

import uuid
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from agents import errors
from agents.enums import Purpose
from agents.forms import ReplayForm
from agents.models import Job
from agents.services import jobs, parcels, replays
from projects import access
from projects.enums import Ability
from projects.models import Project, User
from projects.rest import downloads

_MOST_SHOWN = 20


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def show(request: HttpRequest, owner: str, project: str, job_id: uuid.UUID) -> HttpResponse:
    found = access.get_project(cast("User", request.user), owner, project, Ability.EDIT)
    job = _job(found, job_id)
    if request.method != "POST":
        return _page(request, found, job, ReplayForm(steps=replays.steps(job)))
    form = ReplayForm(request.POST, steps=replays.steps(job))
    if not form.is_valid():
        return _page(request, found, job, form)
    try:
        replays.request(job, purpose=Purpose.REPLAY, by=cast("User", request.user), **form.cleaned_data)
    except errors.NotPossible as refusal:
        form.add_error(None, str(refusal))
        return _page(request, found, job, form)
    messages.success(request, "It is being replayed. What comes of it stands here in a moment.")
    return redirect("agents:job-replay", owner, project, job_id)


@require_GET
@login_required
def export(request: HttpRequest, owner: str, project: str, job_id: uuid.UUID) -> HttpResponseBase:
    job = _job(access.get_project(cast("User", request.user), owner, project, Ability.EDIT), job_id)
    try:
        made = parcels.export(job)
    except errors.NotPossible as refusal:
        return HttpResponse(f"{refusal}\n", status=409, content_type="text/plain; charset=utf-8")
    return downloads.answer(made.pieces, name=made.name, media_type=parcels.MEDIA_TYPE)


def _job(project: Project, job_id: uuid.UUID) -> Job:
    job = jobs.of_project(project, job_id)
    if job is None or job.is_chore:
        raise Http404
    job.project = project
    return job


def _page(request: HttpRequest, project: Project, job: Job, form: ReplayForm) -> HttpResponse:
    context = {
        "project": project,
        "here": "",
        "job": job,
        "title": replays.title(job),
        "replays": replays.of_job(job)[:_MOST_SHOWN],
        "form": form,
    }
    return render(request, "agents/replay.html", context, status=422 if form.is_bound else 200)
