"""What it would cost, beside the wish and the message box: asked anew when the choice there changes."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from agents.enums import JobKind
from agents.forms import ChoiceForm
from agents.services import estimates
from agents.views import workbench
from projects import access
from projects.enums import Ability
from projects.models import User


@require_safe
@login_required
def of_wish(request: HttpRequest) -> HttpResponse:
    says = estimates.line(JobKind.GENERATE, ChoiceForm(request.GET).chosen()["model"])
    return render(request, "components/estimate.html", {"says": says, "address": reverse("agents:estimate")})


@require_safe
@login_required
def of_message(request: HttpRequest, owner: str, project: str) -> HttpResponse:
    found = access.get_project(cast("User", request.user), owner, project, Ability.VIEW)
    branch = workbench.branch_of(request, found)
    says = estimates.line_of(found, branch=branch, **ChoiceForm(request.GET).chosen())
    address = workbench.address(found, branch, page=workbench.ESTIMATE)
    return render(request, "components/estimate.html", {"says": says, "address": address})
