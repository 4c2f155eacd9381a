"""A project from elsewhere: a file, which is read at once, or an address, which a worker visits."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from agents.forms import BringForm, BroughtForm
from agents.services import chores
from projects import errors
from projects.models import Project, User
from projects.services import importing, importing_git, projects


@require_safe
@login_required
def show(request: HttpRequest) -> HttpResponse:
    return _page(request)


@require_POST
@login_required
def bring_file(request: HttpRequest) -> HttpResponse:
    form = BroughtForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, file_form=form)
    try:
        project = (_unbundle if form.is_bundle else _unzip)(form, cast("User", request.user))
    except errors.BadArchive as refusal:
        return _page(request, file_form=form, refusal=refusal)
    except errors.Refusal as refusal:
        form.add_error("file", str(refusal))
        return _page(request, file_form=form)
    return redirect("agents:workbench", project.owner.handle, project.slug)


@sensitive_post_parameters("username", "password", "url")
@require_POST
@login_required
def bring_address(request: HttpRequest) -> HttpResponse:
    form = BringForm(request.POST)
    if not form.is_valid():
        return _page(request, address_form=form)
    try:
        job = chores.bring_in(**form.cleaned_data, by=cast("User", request.user))
    except errors.Refusal as refusal:
        form.add_error("url", str(refusal))
        return _page(request, address_form=form)
    return redirect("agents:workbench", job.project.owner.handle, job.project.slug)


def _unzip(form: BroughtForm, user: User) -> Project:
    name = form.cleaned_data["name"]
    return importing.make(form.brought, filename=form.filename, by=user, name=name).project


def _unbundle(form: BroughtForm, user: User) -> Project:
    shown = importing.shown(form.filename)
    with importing_git.unbundled(form.brought) as history, transaction.atomic():
        name = form.cleaned_data["name"] or shown.removesuffix(".bundle").replace("-", " ").replace("_", " ")
        project = projects.create(name=name or "Imported", by=user)
        importing_git.bring_in(project, history, by=user, said=f"Imported {shown}")
    return project


def _page(
    request: HttpRequest,
    *,
    file_form: BroughtForm | None = None,
    address_form: BringForm | None = None,
    refusal: errors.BadArchive | None = None,
) -> HttpResponse:
    is_refused = bool(file_form or address_form)
    context = {
        "file_form": file_form or BroughtForm(auto_id="file_%s"),
        "address_form": address_form or BringForm(auto_id="address_%s"),
        "refusal": refusal,
    }
    return render(request, "agents/import.html", context, status=422 if is_refused else 200)
