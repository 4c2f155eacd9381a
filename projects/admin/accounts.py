"""How people sign in: where they are, with what, and the addresses they confirmed.

allauth brings pages of its own, on which a session's row goes while the session stays and nothing is audited. Ours
take their place.
"""

from contextlib import suppress
from typing import Any

from allauth.account import admin as account_pages
from allauth.account.models import EmailAddress
from allauth.mfa import admin as factor_pages
from allauth.mfa.models import Authenticator
from allauth.usersessions import admin as session_pages
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from projects import errors
from projects.admin.rows import ReadOnly, operator, to
from projects.services import factors, sessions

# Imported, they are registered: so they come first in whatever order apps are looked through, and can go.
admin.site.unregister((account_pages.EmailAddress, factor_pages.Authenticator, session_pages.UserSession))


class OfSomebody(ReadOnly):
    """A row of a person, found by who it is."""

    list_select_related = ("user",)
    ordering = ("-id",)

    @admin.display(description="user", ordering="user__email")
    def user_link(self, row: Any) -> str:
        return to(row.user, row.user.email)


def may(request: HttpRequest, of: Model | None, right: str) -> bool:
    """What lets a superuser in is taken away by superusers alone."""
    is_above = getattr(getattr(of, "user", None), "is_superuser", False)
    return bool(request.user.has_perm(right) and (request.user.is_superuser or not is_above))


@admin.register(UserSession)
class UserSessionPage(OfSomebody):
    """To delete one is to sign that person out there. Its key is the session, so it is shown nowhere."""

    list_display = ("user_link", "created_at", "last_seen_at", "ip", "user_agent")
    list_filter = ("last_seen_at",)
    search_fields = ("user__email", "user__name", "user__handle", "ip")
    exclude = ("session_key", "data")

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return may(request, obj, "usersessions.delete_usersession")

    def delete_model(self, request: HttpRequest, obj: UserSession) -> None:
        with suppress(errors.Missing):  # they signed out meanwhile
            sessions.end(obj.user, obj.pk, by=operator(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[UserSession]) -> None:
        for session in queryset:
            self.delete_model(request, session)


@admin.register(Authenticator)
class AuthenticatorPage(OfSomebody):
    """Second factors, which are taken from somebody who lost theirs. What codes are made from is shown nowhere."""

    list_display = ("user_link", "type", "created_at", "last_used_at")
    list_filter = ("type", "created_at", "last_used_at")
    search_fields = ("user__email", "user__name", "user__handle")
    exclude = ("data",)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return may(request, obj, "mfa.delete_authenticator")

    def delete_model(self, request: HttpRequest, obj: Authenticator) -> None:
        factors.remove_one(obj, by=operator(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Authenticator]) -> None:
        for factor in queryset:
            self.delete_model(request, factor)


@admin.register(EmailAddress)
class EmailAddressPage(OfSomebody):
    """Confirmed by whoever reads its letters, and by nobody else."""

    list_display = ("email", "user_link", "primary", "verified")
    list_filter = ("primary", "verified")
    search_fields = ("email", "user__name", "user__handle")
