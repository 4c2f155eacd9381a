"""Links with which anybody may look at a preview: in a dialog of the workbench, or as a page of their own."""

from typing import cast
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from projects import access, errors
from projects.enums import Ability
from projects.models import Branch, Project, User
from projects.services import branches
from sandboxes.services import links

_CHOICES = {"1": "1 day", "7": "7 days", "30": "30 days", "": "Until it is taken back"}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def show(request: HttpRequest, owner: str, project: str) -> HttpResponse:
    """The address of a new link is on the answer to the form and nowhere else."""
    at, branch = _asked(request, owner, project)
    if request.method != "POST":
        return _page(request, at, branch)
    chosen = request.POST.get("days", "")
    days = int(chosen) if chosen.isdecimal() and chosen in _CHOICES else None if not chosen else 0
    try:
        return _page(request, at, branch, shared=links.make(branch, days=days, by=cast("User", request.user)))
    except errors.Refusal as refusal:
        return _page(request, at, branch, refusal=str(refusal))


@never_cache
@require_POST
@login_required
def revoke(request: HttpRequest, owner: str, project: str, link_id: UUID) -> HttpResponse:
    at, branch = _asked(request, owner, project)
    said = ""
    try:
        links.revoke(links.find(at, link_id), by=cast("User", request.user))
    except errors.Refusal as refusal:
        said = str(refusal)
    if request.headers.get("HX-Request"):
        return _page(request, at, branch, refusal=said)
    if said:
        messages.error(request, said)
    return redirect(_address(at, branch))


def _asked(request: HttpRequest, owner: str, project: str) -> tuple[Project, Branch]:
    at = access.get_project(cast("User", request.user), owner, project, Ability.EDIT)
    try:
        return at, branches.find(at, request.GET.get("branch") or request.POST.get("branch") or branches.MAIN)
    except errors.Missing as missing:
        raise Http404 from missing


def _address(project: Project, branch: Branch) -> str:
    there = reverse("sandboxes:share", args=[project.owner.handle, project.slug])
    return there if branch.name == branches.MAIN else f"{there}?{urlencode({'branch': branch.name})}"


def _page(
    request: HttpRequest, project: Project, branch: Branch, *, shared: links.Shared | None = None, refusal: str = ""
) -> HttpResponse:
    context = {
        "project": project,
        "here": "workbench",
        "branch": branch.name,
        "links": links.of(branch),
        "lasting": links.lasting(branch),
        "shared": shared,
        "choices": _CHOICES.items(),
        "refusal": refusal,
    }
    is_part = request.headers.get("HX-Request")
    # htmx places what was refused only where the number says that all is well.
    status = 422 if refusal and not is_part else 200
    return render(request, "sandboxes/share_view.html" if is_part else "sandboxes/share.html", context, status=status)
