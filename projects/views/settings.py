"""Settings → General: the name of a project, putting it away, handing it on, deleting it."""

from typing import cast

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from projects import access, errors
from projects.enums import Ability
from projects.forms.people import TransferForm
from projects.forms.settings import DeleteForm, NameForm
from projects.models import Project, User
from projects.services import accounts, members, projects, review


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def show(request: HttpRequest, owner: str, project: str) -> HttpResponse:
    """For its owner; who else is in a project is led to its members."""
    user = cast("User", request.user)
    if request.method != "POST" and not access.can(
        user, access.get_project(user, owner, project, Ability.VIEW), Ability.KEEP
    ):
        return redirect("projects:members", owner, project)
    found = access.get_project(user, owner, project, Ability.OWN if request.method == "POST" else Ability.KEEP)
    form = NameForm(request.POST or None, initial={"name": found.name})
    if request.method == "POST" and form.is_valid():
        try:
            projects.rename(found, name=form.cleaned_data["name"], by=user)
            return redirect("projects:settings", owner, project)
        except errors.Refusal as refusal:
            form.add_error("name", str(refusal))
    return _page(request, found, name_form=form)


@require_POST
@login_required
def look_first(request: HttpRequest, owner: str, project: str) -> HttpResponse:
    """Whether what Djinn makes waits for somebody to look at it."""
    found = access.get_project(cast("User", request.user), owner, project, Ability.OWN)
    review.want(found, bool(request.POST.get("wanted")))
    messages.success(request, "Kept.")
    return redirect("projects:settings", owner, project)


@require_POST
@login_required
def archive(request: HttpRequest, owner: str, project: str) -> HttpResponse:
    projects.archive(_kept(request, owner, project), by=cast("User", request.user))
    messages.success(request, "It is archived. Nothing can be changed in it until it is restored.")
    return redirect("projects:settings", owner, project)


@require_POST
@login_required
def restore(request: HttpRequest, owner: str, project: str) -> HttpResponse:
    projects.unarchive(_kept(request, owner, project), by=cast("User", request.user))
    messages.success(request, "It is restored.")
    return redirect("projects:settings", owner, project)


@require_POST
@login_required
def delete(request: HttpRequest, owner: str, project: str) -> HttpResponse:
    found = _kept(request, owner, project)
    raise_if_reauthentication_required(request, app="")
    form = DeleteForm(found, request.POST)
    if not form.is_valid():
        return _page(request, found, delete_form=form)
    gone = projects.delete(found, by=cast("User", request.user))
    messages.success(request, f"{gone.name} is deleted.")
    return redirect("agents:project-list")


@require_POST
@login_required
def transfer(request: HttpRequest, owner: str, project: str) -> HttpResponse:
    found = _kept(request, owner, project)
    raise_if_reauthentication_required(request, app="")
    form = TransferForm(found, request.POST)
    if form.is_valid():
        try:
            heir = members.find(found, form.cleaned_data["to"])
            moved = members.transfer(found, to=heir, by=cast("User", request.user))
        except errors.Refusal as refusal:
            form.add_error("to", str(refusal))
        else:
            messages.success(
                request, f"{accounts.shown(heir.user)} owns {moved.name} now, and you are an editor of it."
            )
            return redirect("agents:workbench", moved.owner.handle, moved.slug)
    return _page(request, found, transfer_form=form)


def _kept(request: HttpRequest, owner: str, project: str) -> Project:
    return access.get_project(cast("User", request.user), owner, project, Ability.KEEP)


def _page(request: HttpRequest, project: Project, **forms: NameForm | DeleteForm | TransferForm) -> HttpResponse:
    context = {
        "project": project,
        "here": "settings",
        "is_review_wanted": review.is_wanted(project),
        "name_form": NameForm(initial={"name": project.name}),
        "delete_form": DeleteForm(project),
        "transfer_form": TransferForm(project),
        **forms,
    }
    return render(
        request, "projects/settings.html", context, status=422 if any(f.errors for f in forms.values()) else 200
    )
