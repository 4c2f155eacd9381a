"""Change sets, and the changes in them. A set may hold thousands: they are a list of their own."""

from django.contrib import admin

from projects.admin.rows import ReadOnly, listed, to
from projects.models import Change, ChangeSet

_VERSIONS = ("base", "merges", "applied_as")


@admin.register(ChangeSet)
class ChangeSetPage(ReadOnly):
    list_display = (
        "__str__",
        "project_link",
        "branch_name",
        "state",
        "author_kind",
        "author",
        "version",
        "job_link",
        "created_at",
    )
    list_filter = ("state", "author_kind", "created_at")
    search_fields = ("title", "project__name", "project__slug", "id", "job_ref")
    list_select_related = ("project", "author", *_VERSIONS)
    heavy = tuple(f"{name}__{field}" for name in _VERSIONS for field in ("manifest", "raw_commit"))
    readonly_fields = ("changes_link",)

    @admin.display(description="applied as")
    def version(self, changeset: ChangeSet) -> str:
        return to(changeset.applied_as)

    @admin.display(description="changes")
    def changes_link(self, changeset: ChangeSet) -> str:
        return listed("projects_change", "changes", changeset__id__exact=changeset.pk)


@admin.register(Change)
class ChangePage(ReadOnly):
    list_display = ("path", "changeset_link", "kind", "executable", "decision", "staged_at")
    list_filter = ("decision", "staged_at")
    search_fields = ("path", "changeset__project__name", "changeset__title")
    list_select_related = ("changeset",)
    ordering = ("-id",)
    exclude = ("before", "after")
    readonly_fields = ("blob_before", "blob_after")

    @admin.display(description="change set")
    def changeset_link(self, change: Change) -> str:
        return to(change.changeset)

    @admin.display(description="change")
    def kind(self, change: Change) -> str:
        if change.after_id is None:
            return "deleted"
        return "changed" if change.before_id else "added"

    @admin.display(description="before")
    def blob_before(self, change: Change) -> str:
        return change.before_id or "–"

    @admin.display(description="after")
    def blob_after(self, change: Change) -> str:
        return change.after_id or "–"
