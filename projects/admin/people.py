"""Who is in a project, and who was asked to be."""

from functools import partial

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from projects.admin.rows import ReadOnly, each, operator, to
from projects.enums import Role
from projects.models import Invitation, Member
from projects.services import invitations, members


@admin.register(Member)
class MemberPage(ReadOnly):
    """The owner's row mirrors the project: that one changes by a transfer."""

    list_display = ("__str__", "project_link", "user_link", "role", "joined_at")
    list_filter = ("role", "joined_at")
    search_fields = ("project__name", "project__slug", "user__email")
    list_select_related = ("project", "user")
    ordering = ("-id",)
    actions = ("make_editors", "make_viewers", "remove")

    @admin.display(description="user", ordering="user__email")
    def user_link(self, member: Member) -> str:
        return to(member.user, member.user.email)

    @admin.action(description="Make editors", permissions=["act"])
    def make_editors(self, request: HttpRequest, queryset: QuerySet[Member]) -> None:
        each(self, request, queryset, partial(members.change_role, role=Role.EDITOR, by=operator(request)))

    @admin.action(description="Make viewers", permissions=["act"])
    def make_viewers(self, request: HttpRequest, queryset: QuerySet[Member]) -> None:
        each(self, request, queryset, partial(members.change_role, role=Role.VIEWER, by=operator(request)))

    @admin.action(description="Remove from their projects", permissions=["act"])
    def remove(self, request: HttpRequest, queryset: QuerySet[Member]) -> None:
        each(self, request, queryset, partial(members.remove, by=operator(request)))

    def has_act_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("projects.change_member"))


@admin.register(Invitation)
class InvitationPage(ReadOnly):
    list_display = ("email", "project_link", "role", "created_by", "created_at", "expires_at", "accepted_at")
    list_filter = ("role", ("accepted_at", admin.EmptyFieldListFilter), "created_at")
    search_fields = ("email", "project__name", "project__slug")
    list_select_related = ("project", "created_by")
    exclude = ("digest",)
    actions = ("withdraw",)

    @admin.action(description="Withdraw", permissions=["act"])
    def withdraw(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> None:
        each(self, request, queryset, partial(invitations.revoke, by=operator(request)))

    def has_act_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("projects.delete_invitation"))
