"""The one-time sign-in link that the terminal prints."""

from django.conf import settings
from django.contrib import auth, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from projects.services import accounts

BACKEND = "django.contrib.auth.backends.ModelBackend"


@never_cache
@require_GET
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """Sign in whoever holds the token, and void it."""
    if request.headers.get("Sec-Purpose", "").startswith("prefetch"):
        return HttpResponse(status=204)  # a browser that only looks ahead must not use the link up
    user = accounts.redeem(token)
    if user is None:
        messages.error(request, "This sign-in link has been used or is too old. Start Djinn again for a new one.")
        return redirect(settings.LOGIN_URL)
    auth.login(request, user, backend=BACKEND)
    return redirect(resolve_url(settings.LOGIN_REDIRECT_URL))
