"""Branches, versions and what was made from what."""

from django.contrib import admin

from projects.admin.rows import EMPTY, ReadOnly, listed, to
from projects.models import Branch, Checkpoint, Parentage, Version


@admin.register(Branch)
class BranchPage(ReadOnly):
    list_display = ("name", "project_link", "head_link", "created_by", "created_at")
    search_fields = ("name", "project__name", "project__slug")
    list_filter = ("created_at",)
    list_select_related = ("project", "head", "created_by")
    heavy = ("head__manifest", "head__raw_commit")
    ordering = ("-id",)

    @admin.display(description="head")
    def head_link(self, branch: Branch) -> str:
        return to(branch.head)


@admin.register(Version)
class VersionPage(ReadOnly):
    list_display = (
        "number",
        "project_link",
        "author_kind",
        "author_line",
        "line",
        "short_hash",
        "job_link",
        "created_at",
    )
    list_filter = ("author_kind", "created_at")
    search_fields = ("project__name", "project__slug", "message", "author_line", "tree_hash", "commit_oid")
    list_select_related = ("project",)
    heavy = ("manifest", "raw_commit")
    exclude = ("manifest", "raw_commit", "parents")
    readonly_fields = ("made_from",)
    ordering = ("-created_at",)

    @admin.display(description="message")
    def line(self, version: Version) -> str:
        return version.message.partition("\n")[0][:80]

    @admin.display(description="tree")
    def short_hash(self, version: Version) -> str:
        return version.tree_hash[:12]

    @admin.display(description="parents and change sets")
    def made_from(self, version: Version) -> str:
        return listed("projects_parentage", "parents", version__id__exact=version.pk) + (
            " · " + listed("projects_changeset", "change sets", applied_as__id__exact=version.pk)
        )


@admin.register(Parentage)
class ParentagePage(ReadOnly):
    list_display = ("__str__", "version_link", "parent_link", "position")
    search_fields = ("version__project__name", "version__project__slug")
    list_select_related = ("version__project", "parent")
    heavy = ("version__manifest", "version__raw_commit", "parent__manifest", "parent__raw_commit")
    ordering = ("-id",)

    @admin.display(description="version")
    def version_link(self, parentage: Parentage) -> str:
        return to(parentage.version, f"{parentage.version.project} {parentage.version.number}")

    @admin.display(description="parent")
    def parent_link(self, parentage: Parentage) -> str:
        return to(parentage.parent)


@admin.register(Checkpoint)
class CheckpointPage(ReadOnly):
    list_display = ("label", "project_link", "version_link", "created_by", "created_at")
    list_filter = ("created_at",)
    search_fields = ("label", "project__name", "project__slug")
    list_select_related = ("project", "version", "created_by")
    heavy = ("version__manifest", "version__raw_commit")

    @admin.display(description="version")
    def version_link(self, checkpoint: Checkpoint) -> str:
        return to(checkpoint.version) if checkpoint.version_id else EMPTY
