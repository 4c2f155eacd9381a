"""Boxes, commands and samples for operators. Nothing is edited here; what is asked for is done by a worker."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html

from sandboxes.models import Command, ConsoleEntry, Sample, Sandbox, addresses
from sandboxes.services import sandboxes

# A page of the list is a hundred.
_MOST_AT_ONCE = 100


class _ReadOnly:
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(Sandbox)
class SandboxAdmin(_ReadOnly, admin.ModelAdmin[Sandbox]):
    list_display = ("project", "branch", "state", "backend", "port", "touched_at", "updated_at", "preview", "more")
    list_filter = ("state", "backend")
    search_fields = ("project__name", "project__slug", "label", "id")
    list_select_related = ("project", "branch")
    date_hierarchy = "updated_at"
    actions = ("stop", "sleep", "wake", "remove")
    # What was started with secrets keeps them sealed in its handle: nobody looks at them.
    exclude = ("handle",)

    @admin.display(description="preview")
    def preview(self, sandbox: Sandbox) -> str:
        return format_html('<a href="{}" rel="noreferrer">open</a>', addresses.url(sandbox.label))

    @admin.display(description="more")
    def more(self, sandbox: Sandbox) -> str:
        places = [reverse(f"admin:sandboxes_{model}_changelist") for model in ("command", "sample")]
        links = '<a href="{0}?sandbox__id__exact={2}">commands</a>, <a href="{1}?sandbox__id__exact={2}">statistics</a>'
        return format_html(links, *places, sandbox.pk)

    @admin.action(description="Stop", permissions=["steer"])
    def stop(self, request: HttpRequest, queryset: QuerySet[Sandbox]) -> None:
        self._ask(request, queryset, sandboxes.request_stop, "to stop")

    @admin.action(description="Put to sleep", permissions=["steer"])
    def sleep(self, request: HttpRequest, queryset: QuerySet[Sandbox]) -> None:
        self._ask(request, queryset, sandboxes.request_rest, "to sleep")

    @admin.action(description="Wake", permissions=["steer"])
    def wake(self, request: HttpRequest, queryset: QuerySet[Sandbox]) -> None:
        self._ask(request, queryset, sandboxes.request_start, "to wake")

    @admin.action(description="Remove, with its history and address", permissions=["steer"])
    def remove(self, request: HttpRequest, queryset: QuerySet[Sandbox]) -> None:
        self._ask(request, queryset, sandboxes.request_removal, "to be removed")

    def has_steer_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("sandboxes.change_sandbox")

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """The row alone: its box would be nobody's. To remove both is asked for."""
        return False

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Deleting the row alone would leave its box to be found."""
        return {name: action for name, action in super().get_actions(request).items() if name != "delete_selected"}

    def _ask(
        self, request: HttpRequest, queryset: QuerySet[Sandbox], verb: Callable[[Sandbox], None], what: str
    ) -> None:
        chosen = list(queryset[:_MOST_AT_ONCE])
        for sandbox in chosen:
            verb(sandbox)
        self.message_user(request, f"Asked {len(chosen)} {what}; a worker does it.")


@admin.register(Command)
class CommandAdmin(_ReadOnly, admin.ModelAdmin[Command]):
    # As it was typed: a secret may stand in it. Its title is the same without one.
    exclude = ("argv",)
    list_display = ("title", "kind", "state", "exit_code", "sandbox", "asked_by", "started_at", "finished_at")
    list_filter = ("kind", "state")
    search_fields = ("title", "sandbox__project__name", "job_ref")
    list_select_related = ("sandbox__project", "asked_by")
    date_hierarchy = "started_at"


@admin.register(Sample)
class SampleAdmin(_ReadOnly, admin.ModelAdmin[Sample]):
    list_display = ("taken_at", "sandbox", "memory", "disk", "processes", "processor")
    search_fields = ("sandbox__project__name",)
    list_select_related = ("sandbox__project",)
    date_hierarchy = "taken_at"

    @admin.display(description="memory", ordering="memory_bytes")
    def memory(self, sample: Sample) -> str:
        return filesizeformat(sample.memory_bytes)

    @admin.display(description="disk", ordering="disk_bytes")
    def disk(self, sample: Sample) -> str:
        return filesizeformat(sample.disk_bytes)

    @admin.display(description="processor", ordering="cpu_share")
    def processor(self, sample: Sample) -> str:
        return "" if sample.cpu_share is None else f"{sample.cpu_share:.0%}"


@admin.register(ConsoleEntry)
class ConsoleEntryAdmin(_ReadOnly, admin.ModelAdmin[ConsoleEntry]):
    list_display = ("title", "level", "source", "count", "page", "sandbox", "last_at")
    list_filter = ("level", "source")
    search_fields = ("title", "text", "sandbox__project__name")
    list_select_related = ("sandbox__project",)
    date_hierarchy = "last_at"
