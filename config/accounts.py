"""Who may make an account, and how second factors are kept."""

import re
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponseRedirect

from projects import errors
from projects.models import User
from projects.services import factors, invitations

_LINK = re.compile(r"/join/([\w-]+)/")


class Adapter(DefaultAccountAdapter):
    """Closed unless DJINN_SIGNUP_OPEN says otherwise, or somebody who is in asked this person in."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return bool(settings.SIGNUP_OPEN) or invitations.lets_in(_secret_in(request))

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        """An account made by an invitation takes it in the same moment, so that one link makes one account."""
        secret = _secret_in(request)
        if not secret or not commit:
            return _saved(super().save_user(request, user, form, commit))
        try:
            with transaction.atomic():
                made = _saved(super().save_user(request, user, form, commit))
                invitations.accept(secret, by=made)
        except errors.Refusal as refusal:
            messages.error(request, str(refusal))
            raise ImmediateHttpResponse(HttpResponseRedirect(f"/join/{secret}/")) from None
        return made


def _saved(user: Any) -> User:
    assert isinstance(user, User)  # noqa: S101 - allauth brings no types
    return user


def _secret_in(request: HttpRequest) -> str:
    """Of the invitation that whoever signs up will be led back to."""
    found = _LINK.fullmatch(request.POST.get("next", "") or request.GET.get("next", ""))
    return found[1] if found else ""


class Factors(DefaultMFAAdapter):
    """What an app's codes are made from, and codes for recovery, are encrypted at rest."""

    def encrypt(self, text: str) -> str:
        return factors.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return factors.open(encrypted_text)
