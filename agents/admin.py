"""The operators' view of sessions, jobs and model calls. Facts are read-only here."""

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from agents import errors
from agents.enums import Purpose
from agents.forms import OperatorsJobFileForm
from agents.models import AgentState, Artifact, Attempt, Generation, Job, Message, Replay, Session, Step
from agents.services import parcels, replays, reruns, selection
from projects import errors as projects_errors
from projects.models import User
from projects.rest import downloads

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
    fields = readonly_fields = (
        "purpose", "verdict", "message", "from_step", "into", "figures", "tree_hash", "created_by", "created_at",
        "finished_at",
    )  # fmt: skip

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class Options(ActionForm):
    """Beside the actions. The model is for running again, the others for “Replay”."""

    model = forms.CharField(required=False, max_length=selection.MOST_NAME, label="Model")
    from_step = forms.CharField(label="From step", required=False, max_length=60)
    into = forms.CharField(label="Into branch", required=False, max_length=120)


@admin.register(Job)
class JobAdmin(Facts):
    action_form = Options
    change_list_template = "admin/agents/job/change_list.html"
    list_display = ("__str__", "project", "kind", "state", "phase", "model", "attempts", "spent", "created_at")
    list_filter = ("state", "kind", "phase", "model", ("imported_at", admin.EmptyFieldListFilter))
    search_fields = ("id", "project__name", "project__slug", "created_by__email")
    date_hierarchy = "created_at"
    list_select_related = ("project",)
    inlines = (StepRows, AttemptRows, ArtifactRows, ReplayRows)
    actions = ("replay", "record", "rerun", "export")

    @admin.action(description="Replay", permissions=["replay"])
    def replay(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        chosen = {name: request.POST.get(name, "").strip() for name in ("from_step", "into")}
        self._ask_for(Purpose.REPLAY, request, queryset, **chosen)

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
            except (errors.NotPossible, projects_errors.Refusal) as sorry:
                self.message_user(request, f"{job}: {sorry}", messages.WARNING)
        if asked:
            self.message_user(request, f"Run again: {asked} asked for, each on a branch of its own.")

    def has_rerun_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("agents.add_job")

    @admin.action(description="Export as a file", permissions=["export"])
    def export(self, request: HttpRequest, queryset: QuerySet[Job]) -> HttpResponseBase | None:
        chosen = list(queryset.select_related("project", "branch")[:2])
        if len(chosen) > 1:
            self.message_user(request, "A file holds one job: choose one.", messages.WARNING)
            return None
        try:
            made = parcels.export(chosen[0])
        except errors.NotPossible as sorry:
            self.message_user(request, f"{chosen[0]}: {sorry}", messages.WARNING)
            return None
        return downloads.answer(made.pieces, name=made.name, media_type=parcels.MEDIA_TYPE)

    def get_urls(self) -> list[URLPattern]:
        mine = path("import/", self.admin_site.admin_view(self.take_in), name="agents_job_import")
        return [mine, *super().get_urls()]

    def take_in(self, request: HttpRequest) -> HttpResponse:
        """An exported job, into any project or as one of anybody's."""
        if not request.user.has_perm("agents.add_job"):
            raise PermissionDenied
        form = OperatorsJobFileForm(request.POST, request.FILES) if request.method == "POST" else OperatorsJobFileForm()
        if form.is_bound and form.is_valid():
            try:
                job = _take(form)
            except (projects_errors.Refusal, errors.NotPossible) as refusal:
                form.add_error(None, str(refusal))
            else:
                self.message_user(request, f"Imported as {job} into {job.project}, {job.branch.name}.")
                return redirect("admin:agents_job_change", job.pk)
        context = {**self.admin_site.each_context(request), "title": "Import a job", "opts": self.opts, "form": form}
        return TemplateResponse(request, "admin/agents/job/import.html", context, status=422 if form.errors else 200)

    def has_export_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("agents.view_generation")

    def has_replay_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("agents.add_replay")

    def has_record_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("agents.record_demo")

    def _ask_for(self, purpose: Purpose, request: HttpRequest, queryset: QuerySet[Job], **options: Any) -> None:
        by = request.user if isinstance(request.user, User) else None
        asked = 0
        for job in queryset[:_MOST_AT_ONCE]:
            try:
                replays.request(job, purpose=purpose, by=by, **options)
                asked += 1
            except errors.NotPossible as sorry:
                self.message_user(request, f"{job}: {sorry}", messages.WARNING)
        if asked:
            self.message_user(request, f"{purpose.label}: {asked} asked for. What comes of it stands under Replays.")


def _take(form: OperatorsJobFileForm) -> Job:
    """In the name of the project's owner: operators are in no project."""
    said = form.cleaned_data
    if said["project"]:
        project = parcels.find_project(said["project"])
        return parcels.take(form.brought, project, by=project.owner)
    return parcels.make(form.brought, by=parcels.find_owner(said["owner"]), name=said["name"])


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
