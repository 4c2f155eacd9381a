"""A job run again with another model: asking for it, and looking at what came of both."""

import uuid
from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from agents import errors as agents_errors
from agents.forms import AgainForm
from agents.models import Job
from agents.services import comparisons, jobs, reruns, selection, showing
from agents.views import workbench
from projects import access, errors
from projects.enums import Ability
from projects.models import Project, User
from projects.services import comparing


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def again(request: HttpRequest, owner: str, project: str, job_id: uuid.UUID) -> HttpResponse:
    user = cast("User", request.user)
    found = access.get_project(user, owner, project, Ability.EDIT)
    job, form = _job(found, job_id), AgainForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = reruns.start(job, model=form.cleaned_data["model"], by=user, idempotency_key=form.idempotency_key)
            return redirect(workbench.address(found, made.branch))
        except (agents_errors.NotPossible, errors.Refusal) as refusal:
            form.add_error("model", str(refusal))
    context = {
        **_context(found, job),
        "title": showing.title(job),
        "form": form,
        "models": selection.offered(found),
        "refusal": reruns.refusal(job),
    }
    return render(request, "agents/rerun.html", context, status=422 if form.errors else 200)


@require_safe
@login_required
def compare(request: HttpRequest, owner: str, project: str, job_id: uuid.UUID) -> HttpResponse:
    found = access.get_project(cast("User", request.user), owner, project, Ability.VIEW)
    job = _job(found, job_id)
    try:
        pair = comparisons.of(job)
    except errors.Missing as missing:
        raise Http404 from missing
    context = {**_context(found, job), "pair": pair}
    if pair.compared is not None:
        files = comparing.on_a_page(pair.compared)
        context |= {"files": files, "more": len(pair.compared.files) - len(files)}
    return render(request, "agents/rerun_compare.html", context)


def _job(project: Project, job_id: uuid.UUID) -> Job:
    job = jobs.of_project(project, job_id)
    if job is None:
        raise Http404
    return job


def _context(project: Project, job: Job) -> dict[str, object]:
    return {"project": project, "here": "rerun", "job": job, "workbench": workbench.address(project, job.branch)}
