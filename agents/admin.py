"""The operators' view of sessions, jobs and model calls. Facts are read-only here."""

from typing import cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db.models import QuerySet
from django.http import HttpRequest

from agents import errors
from agents.enums import Purpose
from agents.models import AgentState, Artifact, Attempt, Generation, Job, Message, Replay, Session, Step
from agents.services import replays, reruns, selection
from projects.errors import Refusal
from projects.models import User

# A page of the list is a hundred.
_MOST_AT_ONCE = 100


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


class ArtifactRows(admin.TabularInline):  # type: ignore[type-arg]  # as above
    model = Artifact
    extra = 0
    can_delete = False
    fields = readonly_fields = ("name", "media_type", "size", "sha256", "created_at")

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class ReplayRows(admin.TabularInline):  # type: ignore[type-arg]  # as above
    model = Replay
    extra = 0
    can_delete = False
    fields = readonly_fields = ("purpose", "verdict", "message", "tree_hash", "created_by", "created_at", "finished_at")

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class RerunForm(ActionForm):
    """Beside the choice of an action: the model for those that run jobs again."""

    model = forms.CharField(required=False, max_length=selection.MOST_NAME, label="Model:")


@admin.register(Job)
class JobAdmin(Facts):
    list_display = ("__str__", "project", "kind", "state", "phase", "model", "attempts", "spent", "created_at")
    list_filter = ("state", "kind", "phase", "model")
    search_fields = ("id", "project__name", "project__slug", "created_by__email")
    date_hierarchy = "created_at"
    list_select_related = ("project",)
    inlines = (StepRows, AttemptRows, ArtifactRows, ReplayRows)
    action_form = RerunForm
    actions = ("replay", "record", "rerun")

    @admin.action(description="Replay", permissions=["replay"])
    def replay(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        self._ask_for(Purpose.REPLAY, request, queryset)

    @admin.action(description="Record as demo", permissions=["record"])
    def record(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        self._ask_for(Purpose.RECORD, request, queryset)

    @admin.action(description="Run again with the model", permissions=["rerun"])
    def rerun(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        by, model, asked = cast("User", request.user), request.POST.get("model", ""), 0
        for job in queryset.select_related("project")[:_MOST_AT_ONCE]:
            try:
                reruns.start(job, model=model, by=by)
                asked += 1
            except (errors.NotPossible, Refusal) as sorry:
                self.message_user(request, f"{job}: {sorry}", messages.WARNING)
        if asked:
            self.message_user(request, f"Run again: {asked} asked for, each on a branch of its own.")

    def has_rerun_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("agents.add_job")

    def has_replay_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("agents.add_replay")

    def has_record_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("agents.record_demo")

    def _ask_for(self, purpose: Purpose, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        by = request.user if isinstance(request.user, User) else None
        asked = 0
        for job in queryset[:_MOST_AT_ONCE]:
            try:
                replays.request(job, purpose=purpose, by=by)
                asked += 1
            except errors.NotPossible as sorry:
                self.message_user(request, f"{job}: {sorry}", messages.WARNING)
        if asked:
            self.message_user(request, f"{purpose.label}: {asked} asked for. What comes of it stands under Replays.")


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


@admin.register(Replay)
class ReplayAdmin(Facts):
    list_display = ("__str__", "verdict", "message", "created_by", "created_at", "finished_at")
    list_filter = ("verdict", "purpose")
    search_fields = ("id", "job__id", "job__project__name", "tree_hash")
    list_select_related = ("job", "created_by")


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
