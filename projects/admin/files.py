"""Files of projects. What is in them stays where it is: it may be large, and it is people's."""

from django.contrib import admin

from projects.admin.rows import ReadOnly, link
from projects.models import Blob, ProjectFile


@admin.register(Blob)
class BlobPage(ReadOnly):
    list_display = ("sha256", "git_oid", "size")
    search_fields = ("sha256", "git_oid")
    exclude = ("content",)
    heavy = ("content",)


@admin.register(ProjectFile)
class ProjectFilePage(ReadOnly):
    list_display = ("path", "project_link", "size", "executable", "blob_link")
    list_filter = ("executable",)
    search_fields = ("path", "project__name", "project__slug")
    list_select_related = ("project",)
    ordering = ("-id",)
    exclude = ("blob",)
    readonly_fields = ("blob_link",)

    @admin.display(description="content")
    def blob_link(self, file: ProjectFile) -> str:
        return link("projects_blob", file.blob_id, file.blob_id[:12])
