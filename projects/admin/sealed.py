"""What is encrypted: names and addresses alone. Values are for the box and for git."""

from django.contrib import admin

from projects.admin.rows import ReadOnly
from projects.models import Remote, Secret


@admin.register(Secret)
class SecretPage(ReadOnly):
    list_display = ("name", "project_link", "created_by", "created_at", "updated_at")
    list_filter = ("updated_at",)
    search_fields = ("name", "project__name", "project__slug")
    list_select_related = ("project", "created_by")
    ordering = ("-id",)
    exclude = ("ciphertext",)
    heavy = ("ciphertext",)


@admin.register(Remote)
class RemotePage(ReadOnly):
    list_display = ("name", "project_link", "url", "is_automatic", "pushed_at", "created_by")
    list_filter = ("is_automatic", "pushed_at")
    search_fields = ("name", "url", "project__name", "project__slug")
    list_select_related = ("project", "created_by")
    ordering = ("-created_at",)
    exclude = ("ciphertext",)
    heavy = ("ciphertext",)
