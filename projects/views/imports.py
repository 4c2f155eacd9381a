"""A zip into a project that is there."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from projects import access, errors
from projects.enums import Ability
from projects.forms.importing import TakeForm
from projects.models import Project, User
from projects.services import branches, importing


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def take(request: HttpRequest, owner: str, project: str) -> HttpResponse:
    user = cast("User", request.user)
    found = access.get_project(user, owner, project, Ability.EDIT)
    form = TakeForm(request.POST or None, request.FILES or None)
    if request.method != "POST":
        return _page(request, found, TakeForm())
    if not form.is_valid():
        return _page(request, found, form, status=422)
    try:
        main = branches.find(found)
        done = importing.take(form.brought, main, filename=form.filename, mode=form.chosen, by=user)
    except errors.BadArchive as refusal:
        return _page(request, found, form, status=422, refusal=refusal)
    except errors.Refusal as refusal:
        form.add_error("file", str(refusal))
        return _page(request, found, form, status=422)
    files = "1 file" if done.files == 1 else f"{done.files} files"
    messages.success(request, f"{files} imported: version {done.version.number}.")
    return redirect("projects:file-list", owner, project)


def _page(
    request: HttpRequest,
    project: Project,
    form: TakeForm,
    *,
    status: int = 200,
    refusal: errors.BadArchive | None = None,
) -> HttpResponse:
    context = {"project": project, "here": "files", "form": form, "refusal": refusal}
    return render(request, "projects/import.html", context, status=status)
