"""The dashboard's door to a preview, for its frame and for a tab of its own: whoever may see it gets a pass."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from projects import errors
from projects.models import User
from projects.services import sessions
from sandboxes.services import previews


@never_cache
@require_safe
@login_required
def enter(request: HttpRequest, name: str) -> HttpResponse:
    """`name` is a sandbox's id, as pages know it, or its label, as a preview does that refused somebody."""
    user = cast("User", request.user)
    session = sessions.number_of(request.session.session_key or "")
    try:
        return redirect(
            previews.entrance_of(previews.find(name, by=user), by=user, session=session, to=request.GET.get("to", ""))
        )
    except errors.Missing as missing:
        raise Http404 from missing
