"""What operators see. Facts that are only ever added cannot be changed here either."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from projects.models import (
    ApiToken,
    AuditEntry,
    Blob,
    Branch,
    Change,
    ChangeSet,
    Checkpoint,
    Event,
    IdempotencyRecord,
    Invitation,
    Member,
    Parentage,
    Project,
    ProjectFile,
    Remote,
    Secret,
    User,
    Version,
)


class ReadOnly(admin.ModelAdmin[Any]):
    """To look at: written by services alone."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(User)
class UserPage(UserAdmin[User]):
    list_display = ("email", "name", "handle", "is_active", "is_staff", "date_joined", "last_login")
    list_filter = ("is_active", "is_staff", "is_superuser")
    search_fields = ("email", "name", "handle")
    ordering = ("email",)
    readonly_fields = ("last_login", "date_joined", "link_epoch")
    fieldsets = (
        (None, {"fields": ("email", "password", "name", "handle")}),
        ("Rights", {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")}),
        ("Times", {"fields": ("last_login", "date_joined", "link_epoch")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "name", "password1", "password2")}),)


@admin.register(ApiToken)
class ApiTokenPage(ReadOnly):
    """A token can be taken away; its secret was shown when it was made."""

    list_display = ("name", "prefix", "user", "scopes", "last_used_at", "expires_at", "created_at")
    search_fields = ("name", "prefix", "user__email")
    list_select_related = ("user",)
    exclude = ("digest",)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return bool(request.user.has_perm("projects.delete_apitoken"))


class MemberRows(admin.TabularInline[Member, Project]):
    """The owner's row mirrors the project and stays."""

    model = Member
    extra = 0
    autocomplete_fields = ("user",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Member]:
        return super().get_queryset(request).exclude(role="owner")

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "role":
            kwargs["choices"] = [choice for choice in db_field.choices if choice[0] != "owner"]
        return super().formfield_for_choice_field(db_field, request, **kwargs)


@admin.register(Project)
class ProjectPage(admin.ModelAdmin[Project]):
    list_display = ("name", "slug", "owner", "template", "last_seq", "updated_at", "archived_at")
    list_filter = ("template", ("archived_at", admin.EmptyFieldListFilter))
    search_fields = ("name", "slug", "owner__email", "id")
    list_select_related = ("owner",)
    readonly_fields = ("id", "slug", "owner", "last_seq", "created_at", "updated_at")
    inlines = (MemberRows,)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(Member)
class MemberPage(ReadOnly):
    list_display = ("project", "user", "role")
    list_filter = ("role",)
    search_fields = ("project__name", "user__email")
    list_select_related = ("project", "user")


@admin.register(Branch)
class BranchPage(ReadOnly):
    list_display = ("name", "project", "head")
    search_fields = ("name", "project__name")
    list_select_related = ("project", "head")


@admin.register(Version)
class VersionPage(ReadOnly):
    list_display = ("number", "project", "author_kind", "author_line", "message", "tree_hash", "created_at")
    list_filter = ("author_kind", "created_at")
    search_fields = ("project__name", "message", "author_line", "tree_hash")
    list_select_related = ("project",)


class ChangeRows(admin.TabularInline[Change, ChangeSet]):
    model = Change
    extra = 0
    can_delete = False
    fields = readonly_fields = ("path", "before", "after", "executable", "decision", "staged_at")

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(ChangeSet)
class ChangeSetPage(ReadOnly):
    list_display = ("title", "project", "branch", "state", "author_kind", "author", "applied_as", "created_at")
    list_filter = ("state", "author_kind", "created_at")
    search_fields = ("title", "project__name", "id", "job_ref")
    list_select_related = ("project", "branch", "author", "applied_as")
    inlines = (ChangeRows,)


@admin.register(Change)
class ChangePage(ReadOnly):
    list_display = ("path", "changeset", "executable", "decision", "staged_at")
    list_filter = ("decision",)
    search_fields = ("path", "changeset__project__name")
    list_select_related = ("changeset",)


@admin.register(Blob)
class BlobPage(ReadOnly):
    """Contents stay where they are: they may be large, and they are people's."""

    list_display = ("sha256", "git_oid", "size")
    search_fields = ("sha256", "git_oid")
    exclude = ("content",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Blob]:
        return super().get_queryset(request).defer("content")


@admin.register(ProjectFile)
class ProjectFilePage(ReadOnly):
    list_display = ("path", "project", "size", "executable")
    search_fields = ("path", "project__name")
    list_select_related = ("project",)


@admin.register(Event)
class EventPage(ReadOnly):
    list_display = ("seq", "project", "kind", "actor", "job_ref", "created_at")
    list_filter = ("kind", "created_at")
    search_fields = ("project__name", "kind", "job_ref")
    list_select_related = ("project", "actor")


@admin.register(Parentage)
class ParentagePage(ReadOnly):
    list_display = ("version", "parent", "position")
    search_fields = ("version__project__name",)
    list_select_related = ("version", "parent")


@admin.register(Checkpoint)
class CheckpointPage(ReadOnly):
    list_display = ("label", "project", "version", "created_by", "created_at")
    search_fields = ("label", "project__name")
    list_select_related = ("project", "version", "created_by")


@admin.register(Invitation)
class InvitationPage(ReadOnly):
    list_display = ("email", "project", "role", "created_by", "created_at", "expires_at", "accepted_at")
    list_filter = ("role",)
    search_fields = ("email", "project__name")
    list_select_related = ("project", "created_by")
    exclude = ("digest",)


@admin.register(AuditEntry)
class AuditEntryPage(ReadOnly):
    list_display = ("at", "actor_line", "act", "target_kind", "target_line", "door", "address")
    list_filter = ("act", "door", "at")
    search_fields = ("actor_line", "act", "target_line", "project_ref")


@admin.register(Secret)
class SecretPage(ReadOnly):
    """Its name alone: the value is for the box."""

    list_display = ("name", "project", "created_by", "updated_at")
    search_fields = ("name", "project__name")
    list_select_related = ("project", "created_by")
    exclude = ("ciphertext",)


@admin.register(Remote)
class RemotePage(ReadOnly):
    list_display = ("name", "project", "url", "is_automatic", "pushed_at")
    search_fields = ("name", "url", "project__name")
    list_select_related = ("project",)
    exclude = ("ciphertext",)


@admin.register(IdempotencyRecord)
class IdempotencyRecordPage(ReadOnly):
    list_display = ("door", "key", "user", "status", "created_at")
    search_fields = ("key", "door", "user__email")
    list_select_related = ("user",)
    exclude = ("body", "headers")
