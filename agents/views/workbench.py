"""The workbench: one branch of a project, what was said and done there, its files and its preview."""

from typing import cast
from urllib.parse import urlencode

from django.contrib.admin.views.decorators import staff_member_required
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from agents.forms import MessageForm
from agents.services import estimates, jobs
from projects import access, feed
from projects.enums import Ability
from projects.errors import Missing
from projects.models import Branch, Project, User
from projects.services import branches, files
from sandboxes.services import console

ESTIMATE = "project-estimate"
_REGIONS = ("chat", "stepper", "plan", "preview", "acts")


@require_safe
@login_required
def show(request: HttpRequest, owner: str, project: str) -> HttpResponse:
    found = access.get_project(cast("User", request.user), owner, project, Ability.VIEW)
    context = page_context(found, branch_of(request, found), cast("User", request.user))
    return render(request, "agents/workbench.html", context)


def branch_of(request: HttpRequest, project: Project) -> Branch:
    """That the address names, or the form, or `main`."""
    try:
        return files.branch_of(project, request.GET.get("branch") or request.POST.get("branch", ""))
    except Missing as missing:
        raise Http404 from missing


def address(project: Project, branch: Branch, *, page: str = "workbench") -> str:
    there = reverse(f"agents:{page}", args=[project.owner.handle, project.slug])
    return there if branch.name == branches.MAIN else f"{there}?{urlencode({'branch': branch.name})}"


def page_context(project: Project, branch: Branch, user: User) -> dict[str, object]:
    """`last_seq` is read before anything else: what happens meanwhile comes by the feed."""
    last_seq = project.last_seq
    job = jobs.foreground(project, branch)
    return {
        "project": project,
        "branch": branch.name,
        "last_seq": last_seq,
        "regions": feed.fold(project, _REGIONS, branch=branch),
        "form": MessageForm(),
        "estimate": estimates.line_of(project, branch=branch),
        "estimate_path": address(project, branch, page=ESTIMATE),
        "can_edit": access.can(user, project, Ability.EDIT),
        "feed_path": f"/live/projects/{project.pk}/?branch={branch.pk}",
        "running": job is not None,
        "files": files.listed(files.manifest(branch)),
        "console_errors": console.errors(branch).count(),
    }


@require_safe
@staff_member_required
def gallery(request: HttpRequest) -> HttpResponse:
    """Every component in every state, for those who build them."""
    return render(request, "agents/gallery.html")
