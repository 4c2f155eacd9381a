"""Settings → Remotes: where a project is pushed to. What signs in there is taken and never shown."""

import uuid
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from agents import errors
from agents.forms import RemoteForm
from agents.services import chores
from projects import access
from projects import errors as refusals
from projects.enums import Ability
from projects.models import Project, Remote, User
from projects.services import remotes


@sensitive_post_parameters("username", "password", "url")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def show(request: HttpRequest, owner: str, project: str) -> HttpResponse:
    found = _project(request, owner, project, Ability.OWN if request.method == "POST" else Ability.KEEP)
    form = RemoteForm(request.POST or None, initial={"name": "" if found.remotes.exists() else "origin"})
    if request.method == "POST" and form.is_valid():
        try:
            remotes.add(found, **form.cleaned_data, by=cast("User", request.user))
            return redirect("agents:remotes", owner, project)
        except refusals.Refusal as refusal:
            _complain(form, refusal)
    shown = [_shown(remote) for remote in found.remotes.all()]
    context = {"project": found, "here": "settings", "remotes": shown, "form": form}
    return render(request, "agents/remotes.html", context, status=422 if form.errors else 200)


@sensitive_post_parameters("username", "password", "url")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def change(request: HttpRequest, owner: str, project: str, remote_id: uuid.UUID) -> HttpResponse:
    found = _project(request, owner, project, Ability.OWN if request.method == "POST" else Ability.KEEP)
    remote = _remote(found, remote_id)
    kept = {"name": remote.name, "url": remote.url, "is_automatic": remote.is_automatic}
    form = RemoteForm(request.POST or None, initial={**kept, "username": remotes.username_of(remote)})
    if request.method == "POST" and form.is_valid():
        try:
            remotes.change(remote, **_said(form, remote), by=cast("User", request.user))
            return redirect("agents:remotes", owner, project)
        except refusals.Refusal as refusal:
            _complain(form, refusal)
    context = {"project": found, "here": "settings", "remote": remote, "form": form}
    return render(request, "agents/remote.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
def remove(request: HttpRequest, owner: str, project: str, remote_id: uuid.UUID) -> HttpResponse:
    remote = _remote(_project(request, owner, project, Ability.KEEP), remote_id)
    remotes.remove(remote, by=cast("User", request.user))
    messages.success(request, f"{remote.name} is removed. What was pushed there stays there.")
    return redirect("agents:remotes", owner, project)


@require_POST
@login_required
def push(request: HttpRequest, owner: str, project: str, remote_id: uuid.UUID) -> HttpResponse:
    remote = _remote(_project(request, owner, project), remote_id)
    try:
        chores.push(remote, by=cast("User", request.user))
    except errors.NotPossible as refusal:
        messages.error(request, str(refusal))
        return redirect("agents:remotes", owner, project)
    return redirect("agents:workbench", owner, project)


def _project(request: HttpRequest, owner: str, project: str, ability: Ability = Ability.OWN) -> Project:
    return access.get_project(cast("User", request.user), owner, project, ability)


def _remote(project: Project, remote_id: uuid.UUID) -> Remote:
    found = remotes.find(project, remote_id)
    if found is None:
        raise Http404
    return found


def _said(form: RemoteForm, remote: Remote) -> dict[str, Any]:
    """Who leaves the password empty and the user as it was leaves both; without a user name there is none."""
    said = dict(form.cleaned_data)
    if not said["password"] and said["username"] == remotes.username_of(remote):
        del said["username"], said["password"]
    elif not said["password"] and said["username"]:
        del said["password"]
    return said


def _complain(form: RemoteForm, refusal: refusals.Refusal) -> None:
    form.add_error("name" if isinstance(refusal, refusals.BadName) else "url", str(refusal))


def _shown(remote: Remote) -> dict[str, object]:
    job = chores.newest_push(remote)
    return {
        "remote": remote,
        "job": job,
        "is_held_back": chores.is_held_back(remote),
        "user": remotes.username_of(remote),
    }
