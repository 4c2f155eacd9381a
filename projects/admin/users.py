"""People and their tokens."""

from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from projects import errors
from projects.admin.accounts import may
from projects.admin.rows import ReadOnly, each, listed, operator, to
from projects.models import ApiToken, User
from projects.services import accounts, audit, departures, tokens


class UserForm(UserChangeForm[User]):
    """A handle is given when one is first needed: who has none can be locked out all the same."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "handle" in self.fields:  # not for who may only look
            self.fields["handle"].required = False

    def clean_handle(self) -> str | None:
        handle: str | None = self.cleaned_data["handle"]
        if not handle and self.instance.handle:
            raise ValidationError("The addresses of their projects begin with it: it can be another, and not none.")
        return handle


RIGHTS = ["is_staff", "is_superuser", "groups", "user_permissions"]


@admin.register(User)
class UserPage(UserAdmin[User]):
    """The one page that can be filled in; what is done on it stands in the audit, too."""

    form = UserForm
    actions = ("lock_out", "let_in")
    list_display = ("email", "name", "handle", "is_active", "is_staff", "date_joined", "last_login")
    list_filter = ("is_active", "is_staff", "is_superuser")
    search_fields = ("email", "name", "handle")
    ordering = ("email",)
    show_full_result_count = False
    readonly_fields = ("last_login", "date_joined", "link_epoch", "belongs")
    fieldsets = (
        (None, {"fields": ("email", "password", "name", "handle")}),
        ("Rights", {"fields": ("is_active", *RIGHTS)}),
        ("Times", {"fields": ("last_login", "date_joined", "link_epoch")}),
        ("Theirs", {"fields": ("belongs",)}),
    )
    add_fieldsets = ((None, {"fields": ("email", "name", "password1", "password2")}),)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        """Rights are a superuser's to give: others could give themselves every one. Nobody locks themselves out."""
        fixed = [*self.readonly_fields]
        if not operator(request).is_superuser:
            fixed += RIGHTS
        if obj is not None and obj == request.user:
            fixed.append("is_active")
        return fixed

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_change_permission(request, obj) and self._is_theirs_to_touch(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        is_themselves = obj is not None and obj == request.user
        return (
            super().has_delete_permission(request, obj) and self._is_theirs_to_touch(request, obj) and not is_themselves
        )

    @staticmethod
    def _is_theirs_to_touch(request: HttpRequest, user: User | None) -> bool:
        """Only a superuser touches a superuser: whoever sets somebody's password is them."""
        return user is None or not user.is_superuser or operator(request).is_superuser

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Letting in and locking out is the service's, as it is from everywhere else."""
        wanted = obj.is_active
        if change and "is_active" in form.changed_data:
            obj.is_active = not wanted
        super().save_model(request, obj, form, change)
        if obj.is_active != wanted:
            accounts.admit(obj, active=wanted, by=operator(request))

    @admin.display(description="belongs")
    def belongs(self, user: User) -> SafeString:
        links = (
            listed("projects_project", "projects", owner__id__exact=user.pk),
            listed("projects_member", "memberships", user__id__exact=user.pk),
            listed("projects_apitoken", "tokens", user__id__exact=user.pk),
            listed("projects_auditentry", "acts", actor__id__exact=user.pk),
        )
        return format_html_join(" · ", "{}", ((one,) for one in links))

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        audit.write("user_added", by=operator(request), target=obj)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Which fields were changed, and not to what: a password may be among them."""
        fields = message[0].get("changed", {}).get("fields", []) if isinstance(message, list) and message else [message]
        audit.write("user_changed", by=operator(request), target=obj, detail={"fields": [str(name) for name in fields]})
        return super().log_change(request, obj, message)

    @admin.action(description="Lock out", permissions=["change"])
    def lock_out(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        each(self, request, queryset, partial(accounts.admit, active=False, by=operator(request)))

    @admin.action(description="Let in again", permissions=["change"])
    def let_in(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        each(self, request, queryset, partial(accounts.admit, active=True, by=operator(request)))

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[Any, Any], set[Any], list[Any]]:
        """Whoever may delete a person needs no right of their own for the rows that go with them."""
        rows, counts, _, protected = super().get_deleted_objects(objs, request)
        is_barred = any(not self.has_delete_permission(request, user) for user in objs)
        return rows, counts, {self.opts.verbose_name} if is_barred else set(), protected

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        """What was settled when the page was shown may not be any more."""
        try:
            return super().delete_view(request, object_id, extra_context)
        except errors.Refusal as refusal:
            self.message_user(request, str(refusal), messages.WARNING)
            return redirect("admin:projects_user_changelist")

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        departures.delete(obj, by=operator(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        each(self, request, queryset, partial(departures.delete, by=operator(request)))


@admin.register(ApiToken)
class ApiTokenPage(ReadOnly):
    """A token can be taken away; its secret was shown when it was made."""

    list_display = ("name", "prefix", "user_link", "scopes", "last_used_at", "expires_at", "created_at")
    list_filter = (("expires_at", admin.EmptyFieldListFilter), ("last_used_at", admin.EmptyFieldListFilter))
    search_fields = ("name", "prefix", "user__email")
    list_select_related = ("user",)
    ordering = ("-id",)
    exclude = ("digest",)

    @admin.display(description="user", ordering="user__email")
    def user_link(self, token: ApiToken) -> str:
        return to(token.user, token.user.email)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return may(request, obj, "projects.delete_apitoken")

    def delete_model(self, request: HttpRequest, obj: ApiToken) -> None:
        tokens.revoke(obj, by=operator(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        each(self, request, queryset, partial(tokens.revoke, by=operator(request)))
