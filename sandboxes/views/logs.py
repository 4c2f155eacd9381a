"""What the app and the commands of its sandbox wrote, to be searched; and what the sandbox takes of the machine."""

from typing import cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from projects import access, errors
from projects.enums import Ability
from projects.models import Project, User
from projects.services import branches
from sandboxes.models import Command, Sandbox
from sandboxes.services import charts, commands, logs, overviews, sandboxes, statistics

_COMMANDS = 12
# A page shows the last so many; a search looks at all.
_LINES = 300
_WORDS = 100


@require_safe
@login_required
def show(request: HttpRequest, owner: str, project: str) -> HttpResponse:
    at = access.get_project(cast("User", request.user), owner, project, Ability.VIEW)
    try:
        sandbox = _sandbox(at, request.GET.get("branch") or branches.MAIN)
        command = _command(sandbox, request.GET.get("command", ""))
    except (errors.Missing, ValueError) as missing:
        raise Http404 from missing
    words = request.GET.get("words", "").replace("\0", "")[:_WORDS].strip()
    log = logs.read(sandbox, command, since=None)
    lines = logs.matching(log, words) if words else log.lines
    context = {
        "project": at,
        "here": "logs",
        "branch": sandbox.branch.name,
        "branches": branches.of_project(at),
        "sandbox": overviews.of(sandbox),
        "command": command,
        "log": log,
        "words": words,
        "lines": lines[-_LINES:],
        "count": len(lines),
        "commands": commands.of(sandbox).order_by("-started_at")[:_COMMANDS],
        "now": statistics.now(sandbox),
        "chart": charts.of(statistics.history(sandbox)),
    }
    return render(request, "sandboxes/logs.html", context)


def _sandbox(project: Project, branch: str) -> Sandbox:
    return sandboxes.find(branches.find(project, branch))


def _command(sandbox: Sandbox, asked: str) -> Command | None:
    return commands.find(sandbox, UUID(asked)) if asked else commands.server(sandbox)
