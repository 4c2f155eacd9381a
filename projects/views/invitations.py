"""The link of an invitation. Opening it changes nothing; pressing the button joins."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from projects import errors
from projects.models import User
from projects.services import invitations


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, secret: str) -> HttpResponse:
    """Who is not signed in is asked to, or makes an account; the link brings them back here."""
    user = request.user if isinstance(request.user, User) else None
    invitation = invitations.open_with(secret)
    if user and (known := invitations.taken_with(secret, by=user)):
        return redirect("agents:workbench", known.owner.handle, known.slug)
    if request.method == "POST" and user is None:
        return redirect(f"{resolve_url('account_login')}?next={request.path}")
    if request.method == "POST":
        try:
            project = invitations.accept(secret, by=cast("User", user)).project
            return redirect("agents:workbench", project.owner.handle, project.slug)
        except errors.Refusal as refusal:
            return _page(request, invitation, str(refusal), status=409 if invitation else 404)
    return _page(request, invitation, status=200 if invitation else 404)


def _page(request: HttpRequest, invitation: object, refusal: str = "", *, status: int) -> HttpResponse:
    context = {"invitation": invitation, "refusal": refusal, "redirect_field_value": request.path}
    return render(request, "projects/invitation.html", context, status=status)
