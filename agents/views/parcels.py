"""A job that another Djinn exported: into a project that is there, or as one of its own."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from agents.errors import NotPossible
from agents.forms import JobFileForm, NewJobFileForm
from agents.services import parcels
from projects import access, errors
from projects.enums import Ability
from projects.models import Project, User


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def take(request: HttpRequest, owner: str, project: str) -> HttpResponse:
    user = cast("User", request.user)
    found = access.get_project(user, owner, project, Ability.EDIT)
    if request.method != "POST":
        return _page(request, JobFileForm(), project=found)
    form = JobFileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, project=found)
    try:
        job = parcels.take(form.brought, found, by=user)
    except (errors.Refusal, NotPossible) as refusal:
        return _page(request, form, project=found, refusal=refusal)
    messages.success(request, f"The job was imported on the branch {job.branch.name}.")
    return redirect("agents:job-replay", owner, project, job.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def make(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request, NewJobFileForm())
    form = NewJobFileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form)
    try:
        job = parcels.make(form.brought, by=cast("User", request.user), name=form.cleaned_data["name"])
    except (errors.Refusal, NotPossible) as refusal:
        return _page(request, form, refusal=refusal)
    return redirect("agents:workbench", job.project.owner.handle, job.project.slug)


def _page(
    request: HttpRequest, form: JobFileForm, *, project: Project | None = None, refusal: Exception | None = None
) -> HttpResponse:
    """`faults` of an archive are shown each; any other refusal stands at the file."""
    archive = refusal if isinstance(refusal, errors.BadArchive) else None
    if refusal is not None and archive is None:
        form.add_error("file", str(refusal))
    context = {"form": form, "refusal": archive, "project": project, "here": "files"}
    page = "agents/job_take.html" if project else "agents/job_make.html"
    return render(request, page, context, status=422 if form.is_bound else 200)
