"""Why nothing goes on in a branch, as it is now: in the words of the API, and asked for again by the page."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from agents.services import waiting
from agents.views import workbench
from projects import access
from projects.enums import Ability
from projects.models import User


@require_safe
def show(request: HttpRequest, owner: str, project: str) -> HttpResponse:
    """Part of a page: nobody who is signed out there is shown the way in instead."""
    if not request.user.is_authenticated:
        return HttpResponse(status=401)
    found = access.get_project(cast("User", request.user), owner, project, Ability.VIEW)
    branch = workbench.branch_of(request, found)
    address = workbench.address(found, branch, page=workbench.WAITS)
    return render(request, "components/waits.html", {"waits": waiting.of_branch(branch), "address": address})
