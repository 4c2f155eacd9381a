"""What happened: the feed's events, the audit, and answers kept for programs that ask twice."""

from collections.abc import Iterable

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from projects.admin.rows import EMPTY, ReadOnly, link
from projects.feed import kinds
from projects.models import AuditEntry, Event, IdempotencyRecord


class KindFilter(admin.SimpleListFilter):
    """Of the kinds that programs can record; asking the table which it holds would read all of it."""

    title = "kind"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: object) -> Iterable[tuple[str, str]]:
        return sorted((kind.name, kind.name.replace("_", " ")) for kind in kinds.registered())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Event]) -> QuerySet[Event]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(Event)
class EventPage(ReadOnly):
    list_display = ("seq", "project_link", "kind", "actor", "job_link", "created_at")
    list_filter = (KindFilter, "created_at")
    search_fields = ("project__name", "project__slug", "kind", "job_ref")
    list_select_related = ("project", "actor")
    heavy = ("payload",)
    ordering = ("-id",)


@admin.register(AuditEntry)
class AuditEntryPage(ReadOnly):
    list_display = ("at", "actor_line", "act", "target_kind", "target_line", "about", "door", "address")
    list_filter = ("act", "door", "at")
    search_fields = ("actor_line", "act", "target_line", "project_ref")
    list_select_related = ("actor",)

    @admin.display(description="project")
    def about(self, entry: AuditEntry) -> str:
        """It may be gone: what is written here outlives it."""
        return link("projects_project", entry.project_ref, str(entry.project_ref)[:8]) if entry.project_ref else EMPTY


@admin.register(IdempotencyRecord)
class IdempotencyRecordPage(ReadOnly):
    list_display = ("door", "key", "user", "status", "created_at")
    list_filter = ("created_at",)
    search_fields = ("key", "door", "user__email")
    list_select_related = ("user",)
    ordering = ("-id",)
    exclude = ("body", "headers", "digest")
    heavy = ("body",)
