"""Settings → Secrets: which there are, setting one, removing one, starting the app with those of now."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from projects import access, errors
from projects.enums import Ability
from projects.forms.secrets import SecretForm
from projects.models import Project, User
from projects.services import secrets


@sensitive_post_parameters("value")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def show(request: HttpRequest, owner: str, project: str) -> HttpResponse:
    found = _found(request, owner, project, Ability.OWN if request.method == "POST" else Ability.KEEP)
    form = SecretForm(request.POST or None, initial={"name": request.GET.get("name", "")[: secrets.MOST_NAME]})
    if request.method == "POST" and form.is_valid() and not form.save(found, by=cast("User", request.user)):
        messages.success(
            request, f"{form.cleaned_data['name'].strip()} is set. The app sees it from its next start on."
        )
        return redirect("projects:secrets", owner, project)
    context = {"project": found, "here": "settings", "secrets": secrets.names(found), "form": form}
    return render(request, "projects/secrets.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
def remove(request: HttpRequest, owner: str, project: str, name: str) -> HttpResponse:
    found = _found(request, owner, project, Ability.KEEP)
    try:
        secrets.remove(found, name=name, by=cast("User", request.user))
        messages.success(request, f"{name} is removed. A running app has it until it is started anew.")
    except errors.Missing as missing:
        messages.error(request, str(missing))
    return redirect("projects:secrets", owner, project)


@require_POST
@login_required
def restart(request: HttpRequest, owner: str, project: str) -> HttpResponse:
    found = _found(request, owner, project, Ability.OWN)
    secrets.restart(found, by=cast("User", request.user))
    messages.success(request, "If the app runs, it is started anew with these secrets. This takes a few seconds.")
    return redirect("projects:secrets", owner, project)


def _found(request: HttpRequest, owner: str, project: str, ability: Ability) -> Project:
    return access.get_project(cast("User", request.user), owner, project, ability)
