"""What people say to the agent."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from agents.forms import MessageForm
from agents.services import jobs
from projects import access
from projects.enums import Ability
from projects.models import User


@require_POST
@login_required
def send(request: HttpRequest, owner: str, project: str) -> HttpResponse:
    user = cast("User", request.user)
    found = access.get_project(user, owner, project, Ability.EDIT)
    form = MessageForm(request.POST)
    if form.is_valid():
        jobs.start(project=found, text=form.cleaned_data["text"], by=user)
        form = MessageForm()
    if not request.headers.get("HX-Request"):
        return redirect("agents:workbench", owner, project)
    context = {"form": form, "project": found, "can_edit": True}
    return render(request, "agents/composer.html", context)
