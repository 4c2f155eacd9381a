"""The operators' view of sessions, jobs and model calls. Facts are read-only here."""

from django.contrib import admin
from django.http import HttpRequest

from agents.models import AgentState, Attempt, Generation, Job, Message, Session, Step


class Facts(admin.ModelAdmin):  # type: ignore[type-arg]  # the class is not generic at run time
    """Rows that only the engine writes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class AttemptRows(admin.TabularInline):  # type: ignore[type-arg]  # as above
    model = Attempt
    extra = 0
    can_delete = False
    readonly_fields = ("number", "worker", "started_at", "finished_at", "outcome", "error")


class StepRows(admin.TabularInline):  # type: ignore[type-arg]  # as above
    model = Step
    extra = 0
    can_delete = False
    readonly_fields = ("ordinal", "key", "role", "title", "state", "started_at", "finished_at")
    exclude = ("output",)


@admin.register(Job)
class JobAdmin(Facts):
    list_display = ("__str__", "project", "kind", "state", "phase", "model", "attempts", "spent", "created_at")
    list_filter = ("state", "kind", "phase", "model")
    search_fields = ("id", "project__name", "project__slug", "created_by__email")
    date_hierarchy = "created_at"
    list_select_related = ("project",)
    inlines = (StepRows, AttemptRows)


@admin.register(Generation)
class GenerationAdmin(Facts):
    list_display = (
        "__str__",
        "job",
        "state",
        "finish_reason",
        "error_code",
        "input_tokens",
        "output_tokens",
        "cost",
        "duration_ms",
        "created_at",
    )
    list_filter = ("state", "provider", "model", "error_code")
    search_fields = ("id", "job__id", "job__project__name")
    list_select_related = ("job",)


@admin.register(Session)
class SessionAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # as above
    list_display = ("title", "project", "branch", "created_by", "created_at")
    search_fields = ("title", "project__name")
    list_select_related = ("project", "branch", "created_by")


@admin.register(Message)
class MessageAdmin(Facts):
    list_display = ("__str__", "role", "session", "job", "created_at")
    list_filter = ("role",)
    search_fields = ("text", "session__project__name")
    list_select_related = ("session", "job")


@admin.register(AgentState)
class AgentStateAdmin(Facts):
    list_display = ("project", "phase", "job", "updated_at")
    list_filter = ("phase",)
    list_select_related = ("project", "job")
