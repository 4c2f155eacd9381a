"""The files of a project's `main`, to look at."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from projects import access, errors
from projects.enums import Ability
from projects.models import User
from projects.services import files

# More than this is no reading matter; the download has it.
MOST_SHOWN = 1024 * 1024


@require_safe
@login_required
def show_list(request: HttpRequest, owner: str, project: str) -> HttpResponse:
    found = access.get_project(cast("User", request.user), owner, project, Ability.VIEW)
    return render(request, "projects/file_list.html", {"project": found, "files": found.files.all(), "current": ""})


@require_safe
@login_required
def show(request: HttpRequest, owner: str, project: str, path: str) -> HttpResponse:
    found = access.get_project(cast("User", request.user), owner, project, Ability.VIEW)
    tree = files.manifest(found.branches.get(name="main"))
    try:
        content = files.read(tree, path)
    except errors.MissingFile as missing:
        raise Http404 from missing
    text = files.text_of(content) if len(content) <= MOST_SHOWN else None
    context = {"project": found, "path": path, "text": text, "size": len(content), "lines": files.count_lines(text)}
    return render(request, "projects/file_read.html", context)
