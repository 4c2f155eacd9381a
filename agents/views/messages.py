"""What people say to the agent."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from agents import errors
from agents.forms import ChoiceForm, MessageForm
from agents.services import estimates, jobs, telling
from agents.views import workbench
from projects import access
from projects.enums import Ability
from projects.models import Branch, Project, User


@require_POST
@login_required
def send(request: HttpRequest, owner: str, project: str) -> HttpResponse:
    user = cast("User", request.user)
    found = access.get_project(user, owner, project, Ability.EDIT)
    branch = workbench.branch_of(request, found)
    form = MessageForm(request.POST)
    if form.is_valid():
        form = _start(form, found, branch, user)
    if not request.headers.get("HX-Request"):
        for fault in form.errors.get("text", []):
            messages.error(request, str(fault))
        return redirect(workbench.address(found, branch))
    context = {
        "form": form,
        "project": found,
        "branch": branch.name,
        "can_edit": True,
        "estimate": _estimate(form, found, branch),
        "estimate_path": workbench.address(found, branch, page=workbench.ESTIMATE),
    }
    return render(request, "agents/composer.html", context)


def _start(form: MessageForm, project: Project, branch: Branch, user: User) -> MessageForm:
    """An empty form for the next message, or this one with what stands against it."""
    text, key = form.cleaned_data["text"], form.idempotency_key
    try:
        if "now" in form.data and form.kind is None:
            telling.tell(project, text, by=user, key=key, branch=branch)
        else:
            jobs.start(
                project=project, branch=branch, text=text, by=user, kind=form.kind, model=form.cleaned_data["model"],
                idempotency_key=key,
            )  # fmt: skip
    except errors.NotPossible as refusal:
        form.add_error("text", str(refusal))
        return form
    return MessageForm(initial={name: form.cleaned_data[name] for name in ("talk", "model")})


def _estimate(form: MessageForm, project: Project, branch: Branch) -> str:
    """Of the next one, with what is chosen beside it."""
    choice = ChoiceForm({name: form[name].value() for name in ("talk", "model")})
    return estimates.line_of(project, branch=branch, **choice.chosen())
