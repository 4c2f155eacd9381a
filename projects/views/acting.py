"""What every page that changes something does: try it, say what stands against it, and lead back."""

from collections.abc import Callable
from typing import TypeVar, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from projects import access, errors
from projects.enums import Ability
from projects.models import Project, User

Found = TypeVar("Found")


def user_of(request: HttpRequest) -> User:
    """Somebody is signed in: the door has asked."""
    return cast("User", request.user)


def project_of(request: HttpRequest, owner: str, project: str, ability: Ability) -> Project:
    return access.get_project(user_of(request), owner, project, ability)


def found(look: Callable[[], Found]) -> Found:
    """What an address names; 404 if it is not there."""
    try:
        return look()
    except (errors.Missing, errors.MissingFile) as missing:
        raise Http404 from missing


def attempt(request: HttpRequest, act: Callable[[], object], *, to: str, said: str = "") -> HttpResponse:
    """Do it and go there; what a service refuses is said on the page one comes to."""
    try:
        act()
    except errors.Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        if said:
            messages.success(request, said)
    return redirect(to)
