"""The plan of a first build, put right by a person before it is built."""

import uuid
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from agents import errors
from agents.forms import PlanForm
from agents.models import Job
from agents.services import jobs, planning
from agents.views import workbench
from projects import access
from projects.enums import Ability
from projects.models import Project, User


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def change(request: HttpRequest, owner: str, project: str, job_id: uuid.UUID) -> HttpResponse:
    found = access.get_project(cast("User", request.user), owner, project, Ability.EDIT)
    job = jobs.of_project(found, job_id)
    if job is None:
        raise Http404
    if not planning.is_changeable(job):
        messages.info(request, "This plan does not wait to be looked at.")
        return redirect(workbench.address(found, job.branch))
    if request.method != "POST":
        return _page(request, found, job, PlanForm.of(job))
    return _keep(request, found, job)


def _keep(request: HttpRequest, project: Project, job: Job) -> HttpResponse:
    form, user = PlanForm(request.POST), cast("User", request.user)
    if not form.is_valid():
        if "seen" in form.errors:
            form.add_error(None, "It cannot be told which plan this was made from. Open the plan again.")
        return _page(request, project, job, form, status=422)
    try:
        planning.change(job, form.plan(job), by=user, seen=form.cleaned_data["seen"])
        if "build" in request.POST:
            jobs.resume(job, by=user)
    except planning.Overtaken:
        newest = jobs.of_project(project, job.pk)
        return _page(request, project, newest or job, form.again(newest or job), status=409)
    except errors.NotPossible as refusal:
        form.add_error(None, str(refusal))
        return _page(request, project, job, form, status=422)
    return redirect(workbench.address(project, job.branch))


def _page(request: HttpRequest, project: Project, job: Job, form: PlanForm, *, status: int = 200) -> HttpResponse:
    context = {"project": project, "here": "plan", "job": job, "form": form}
    context["workbench"] = workbench.address(project, job.branch)
    return render(request, "agents/plan_edit.html", context, status=status)
