"""Settings → Members: who is in a project, asking somebody in, changing what they may, going."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from projects import access, errors
from projects.enums import Ability
from projects.forms.people import ROLES, InviteForm, RoleForm
from projects.models import Project, User
from projects.services import invitations, members
from projects.services.invitations import Offer


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def show(request: HttpRequest, owner: str, project: str) -> HttpResponse:
    """The link of a new invitation is on the answer to the form and nowhere else."""
    if request.method != "POST":
        return _page(request, access.get_project(cast("User", request.user), owner, project, Ability.VIEW))
    found = access.get_project(cast("User", request.user), owner, project, Ability.OWN)
    form = InviteForm(request.POST)
    if form.is_valid():
        try:
            return _page(request, found, offer=invitations.invite(found, **form.cleaned_data, by=_user(request)))
        except errors.Refusal as refusal:
            form.add_error("email", str(refusal))
    return _page(request, found, form=form)


@require_POST
@login_required
def change(request: HttpRequest, owner: str, project: str, handle: str) -> HttpResponse:
    found = access.get_project(cast("User", request.user), owner, project, Ability.OWN)
    form = RoleForm(request.POST)
    role = form.cleaned_data["role"] if form.is_valid() else ""
    _try(request, lambda: members.change_role(members.find(found, handle), role=role, by=_user(request)))
    return redirect("projects:members", owner, project)


@require_POST
@login_required
def remove(request: HttpRequest, owner: str, project: str, handle: str) -> HttpResponse:
    found = access.get_project(cast("User", request.user), owner, project, Ability.KEEP)
    _try(request, lambda: members.remove(members.find(found, handle), by=_user(request)))
    return redirect("projects:members", owner, project)


@require_POST
@login_required
def leave(request: HttpRequest, owner: str, project: str) -> HttpResponse:
    found = access.get_project(cast("User", request.user), owner, project, Ability.VIEW)
    if not _try(request, lambda: members.leave(found, by=_user(request))):
        return redirect("projects:members", owner, project)
    messages.success(request, f"You left {found.name}.")
    return redirect("agents:project-list")


@never_cache
@require_POST
@login_required
def resend(request: HttpRequest, owner: str, project: str, invitation_id: str) -> HttpResponse:
    found = access.get_project(cast("User", request.user), owner, project, Ability.OWN)
    try:
        offer = invitations.resend(invitations.find_waiting(found, invitation_id), by=_user(request))
    except errors.Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("projects:members", owner, project)
    return _page(request, found, offer=offer)


@require_POST
@login_required
def revoke(request: HttpRequest, owner: str, project: str, invitation_id: str) -> HttpResponse:
    found = access.get_project(cast("User", request.user), owner, project, Ability.KEEP)
    _try(request, lambda: invitations.revoke(invitations.find_waiting(found, invitation_id), by=_user(request)))
    return redirect("projects:members", owner, project)


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)


def _try(request: HttpRequest, act: Callable[[], Any]) -> bool:
    try:
        act()
    except errors.Refusal as refusal:
        messages.error(request, str(refusal))
        return False
    return True


def _page(
    request: HttpRequest, project: Project, *, form: InviteForm | None = None, offer: Offer | None = None
) -> HttpResponse:
    is_owner = access.can(request.user, project, Ability.KEEP)
    context = {
        "project": project,
        "here": "settings",
        "members": members.of_project(project),
        "roles": ROLES,
        "is_owner": is_owner,
        "can_invite": is_owner and project.archived_at is None,
        "waiting": invitations.waiting(project) if is_owner else (),
        "form": form or InviteForm(),
        "offer": offer,
    }
    return render(request, "projects/members.html", context, status=422 if form and form.errors else 200)
