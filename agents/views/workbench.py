"""The workbench: one project, its conversation, its files and its preview."""

from typing import cast

from django.contrib.admin.views.decorators import staff_member_required
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from agents.forms import MessageForm
from agents.services import jobs
from projects import access, feed
from projects.enums import Ability
from projects.models import Project, User
from projects.services import files

_REGIONS = ("chat", "stepper", "plan", "preview", "acts")


@require_safe
@login_required
def show(request: HttpRequest, owner: str, project: str) -> HttpResponse:
    found = access.get_project(cast("User", request.user), owner, project, Ability.VIEW)
    return render(request, "agents/workbench.html", page_context(found, cast("User", request.user)))


def page_context(project: Project, user: User) -> dict[str, object]:
    """`last_seq` is read before anything else: what happens meanwhile comes by the feed."""
    last_seq = project.last_seq
    job = jobs.foreground(project)
    return {
        "project": project,
        "branch": "main",
        "last_seq": last_seq,
        "regions": feed.fold(project, _REGIONS),
        "form": MessageForm(),
        "can_edit": access.can(user, project, Ability.EDIT),
        "feed_path": f"/live/projects/{project.pk}/",
        "running": job is not None,
        "files": files.listed(files.manifest(files.branch_of(project))),
    }


@require_safe
@staff_member_required
def gallery(request: HttpRequest) -> HttpResponse:
    """Every component in every state, for those who build them."""
    return render(request, "agents/gallery.html")
