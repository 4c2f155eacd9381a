"""How much more a job may spend that has used up its budget: by a button of its card, or as a person types it."""

import uuid
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from agents import errors
from agents.forms import BudgetForm
from agents.models import Job
from agents.services import amending, jobs, showing, waiting
from agents.views import workbench
from projects import access
from projects.enums import Ability
from projects.models import Project, User


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def allow(request: HttpRequest, owner: str, project: str, job_id: uuid.UUID) -> HttpResponse:
    found = access.get_project(cast("User", request.user), owner, project, Ability.EDIT)
    job = jobs.of_project(found, job_id)
    if job is None:
        raise Http404
    if request.method == "POST":
        return _allow(request, found, job, BudgetForm(request.POST))
    if not amending.waits_for_budget(job):
        messages.info(request, "This job does not wait for a budget.")
        return redirect(workbench.address(found, job.branch))
    return _page(request, found, job, BudgetForm(initial={"budget": amending.offers(job)[0]}))


def _allow(request: HttpRequest, project: Project, job: Job, form: BudgetForm) -> HttpResponse:
    if form.is_valid():
        try:
            amending.allow(job, form.cleaned_data["budget"], by=cast("User", request.user))
        except errors.NotPossible as refusal:
            form.add_error("budget", str(refusal))
    is_in_page = bool(request.headers.get("HX-Request"))
    if not form.errors:
        return HttpResponse(status=204) if is_in_page else redirect(workbench.address(project, job.branch))
    if is_in_page:
        return HttpResponse(form.errors["budget"][0], status=409, content_type="text/plain; charset=utf-8")
    return _page(request, project, job, form, status=422)


def _page(request: HttpRequest, project: Project, job: Job, form: BudgetForm, *, status: int = 200) -> HttpResponse:
    context = {"project": project, "here": "budget", "job": job, "title": showing.title(job), "form": form}
    context |= {"waits": waiting.reason(job), "workbench": workbench.address(project, job.branch)}
    return render(request, "agents/budget.html", context, status=status)
