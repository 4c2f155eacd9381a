"""Where one is signed in, and signing out there."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from projects import errors
from projects.models import User
from projects.services import sessions


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def show(request: HttpRequest) -> HttpResponse:
    """Sent as a form it signs out everywhere else."""
    user, key = cast("User", request.user), request.session.session_key or ""
    if request.method == "POST":
        sessions.end_others(user, key, by=user)
        messages.success(request, "You are signed out everywhere else.")
        return redirect("projects:sessions")
    return render(request, "projects/sessions.html", {"sessions": sessions.of_user(user), "current": key})


@require_POST
@login_required
def end(request: HttpRequest, session_id: int) -> HttpResponse:
    user = cast("User", request.user)
    try:
        sessions.end(user, session_id, by=user)
    except errors.Missing as missing:
        messages.error(request, str(missing))
    return redirect("projects:sessions")
