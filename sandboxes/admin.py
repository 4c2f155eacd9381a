"""Boxes and commands for operators. The engine's truth is elsewhere: nothing here is edited."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html

from sandboxes.models import Command, Sandbox, addresses


class _ReadOnly:
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(Sandbox)
class SandboxAdmin(_ReadOnly, admin.ModelAdmin[Sandbox]):
    list_display = ("project", "branch", "state", "backend", "port", "touched_at", "updated_at", "preview")
    list_filter = ("state", "backend")
    search_fields = ("project__name", "project__slug", "label", "id")
    list_select_related = ("project", "branch")
    date_hierarchy = "updated_at"

    @admin.display(description="preview")
    def preview(self, sandbox: Sandbox) -> str:
        return format_html('<a href="{}" rel="noreferrer">open</a>', addresses.url(sandbox.label))


@admin.register(Command)
class CommandAdmin(_ReadOnly, admin.ModelAdmin[Command]):
    list_display = ("title", "kind", "state", "exit_code", "sandbox", "started_at", "finished_at")
    list_filter = ("kind", "state")
    search_fields = ("title", "sandbox__project__name", "job_ref")
    list_select_related = ("sandbox__project",)
    date_hierarchy = "started_at"
