"""A project of one's own, begun where another one stands."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from projects import access, errors
from projects.enums import Ability
from projects.forms.importing import ForkForm
from projects.models import User
from projects.services import forking


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def fork(request: HttpRequest, owner: str, project: str) -> HttpResponse:
    user = cast("User", request.user)
    found = access.get_project(user, owner, project, Ability.VIEW)
    form = ForkForm(request.POST or None, initial={"name": found.name, "version": request.GET.get("version")})
    if request.method == "POST" and form.is_valid():
        try:
            made = forking.fork(found, by=user, version=form.cleaned_data["version"], name=form.cleaned_data["name"])
            return redirect("agents:workbench", made.owner.handle, made.slug)
        except errors.Refusal as refusal:
            form.add_error(None, str(refusal))
    context = {"project": found, "here": "", "form": form, "version": form["version"].value()}
    return render(request, "projects/fork.html", context, status=422 if form.errors else 200)
