"""What people ask of an app that does not do what it should."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from agents import errors
from agents.services import mending
from agents.views import workbench
from projects import access
from projects.enums import Ability
from projects.models import User


@require_POST
@login_required
def mend(request: HttpRequest, owner: str, project: str) -> HttpResponse:
    """The page hears of the job by the feed, of a refusal by the answer."""
    user = cast("User", request.user)
    found = access.get_project(user, owner, project, Ability.EDIT)
    branch = workbench.branch_of(request, found)
    try:
        mending.mend(branch, by=user)
    except errors.NotPossible as refusal:
        if request.headers.get("HX-Request"):
            return HttpResponse(str(refusal), status=409, content_type="text/plain; charset=utf-8")
        messages.info(request, str(refusal))
    return HttpResponse(status=204) if request.headers.get("HX-Request") else redirect(workbench.address(found, branch))
