"""The console: what pages of the app said in people's browsers, beside the app or as a page of its own."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from agents.views import workbench
from projects import access
from projects.enums import Ability
from projects.models import Branch, Project, User
from projects.services import files
from sandboxes.enums import ConsoleLevel
from sandboxes.services import console

_MOST = 100
_CHOICES = {
    "": ("All", tuple(ConsoleLevel.values)),
    "error": ("Errors", (ConsoleLevel.ERROR,)),
    "warn": ("Warnings", (ConsoleLevel.WARN,)),
    "log": ("Log", (ConsoleLevel.INFO, ConsoleLevel.LOG, ConsoleLevel.DEBUG)),
}


@require_safe
@login_required
def show(request: HttpRequest, owner: str, project: str) -> HttpResponse:
    found = access.get_project(cast("User", request.user), owner, project, Ability.VIEW)
    return _page(request, found, workbench.branch_of(request, found))


@require_POST
@login_required
def clear(request: HttpRequest, owner: str, project: str) -> HttpResponse:
    found = access.get_project(cast("User", request.user), owner, project, Ability.EDIT)
    branch = workbench.branch_of(request, found)
    console.clear(branch)
    if request.headers.get("HX-Request"):
        return _page(request, found, branch)
    return redirect(workbench.address(found, branch, page="console"))


def _page(request: HttpRequest, project: Project, branch: Branch) -> HttpResponse:
    """In the workbench only what is in the pane; `last_seq` comes before anything else, as there."""
    last_seq = project.last_seq
    asked = request.POST if request.method == "POST" else request.GET
    level = asked.get("level", "") if asked.get("level") in _CHOICES else ""
    counts = {tally.level: tally.entries for tally in console.statistics(branch).levels}
    context = {
        "project": project,
        "here": "console",
        "branch": branch.name,
        "entries": console.entries(branch, levels=_CHOICES[level][1])[:_MOST],
        "level": level,
        "choices": [(value, word, sum(counts.get(each, 0) for each in of)) for value, (word, of) in _CHOICES.items()],
        "errors": counts.get(ConsoleLevel.ERROR, 0),
        "tree": console.shown_tree(branch),
        "paths": files.manifest(branch).keys(),
        "in_bench": "bench" in asked,
        "can_edit": access.can(cast("User", request.user), project, Ability.EDIT),
        "last_seq": last_seq,
        "feed_path": f"/live/projects/{project.pk}/?branch={branch.pk}",
    }
    is_part = request.headers.get("HX-Request")
    return render(request, "agents/console_view.html" if is_part else "agents/console.html", context)
