"""The one-time sign-in link that the terminal prints."""

from typing import cast

from allauth.account.utils import perform_login
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from projects.services import accounts

# The link is for whoever has the terminal; no letter has to be answered first.
NONE = "none"


@never_cache
@require_GET
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """Sign in whoever holds the token, and void it. It stands for a password: a second factor is asked for, too."""
    if request.headers.get("Sec-Purpose", "").startswith("prefetch"):
        return HttpResponse(status=204)  # a browser that only looks ahead must not use the link up
    user = accounts.redeem(token)
    if user is None:
        messages.error(request, "This sign-in link has been used or is too old. Start Djinn again for a new one.")
        return redirect(settings.LOGIN_URL)
    return cast("HttpResponse", perform_login(request, user, email_verification=NONE, redirect_url=_start()))


def _start() -> str:
    return resolve_url(settings.LOGIN_REDIRECT_URL)
