"""What all pages of the admin share: they are to look at, lead to one another, and stay quick at many rows."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from projects import errors
from projects.models import Project, User

EMPTY = "–"


class ReadOnly(admin.ModelAdmin[Any]):
    """Written by services alone. `heavy` is what a list can do without: it may be megabytes for each row."""

    show_full_result_count = False
    empty_value_display = EMPTY
    heavy: tuple[str, ...] = ()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer(*self.heavy)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        """Also what nobody fills in: numbers, hashes, moments."""
        left_out = self.exclude or ()
        plain = [field.name for field in self.opts.concrete_fields if not field.editable and field.name not in left_out]
        return [*plain, *self.readonly_fields]

    @admin.display(description="project", ordering="project__name")
    def project_link(self, row: Any) -> str:
        return to(row.project)

    @admin.display(description="job")
    def job_link(self, row: Any) -> str:
        return link("agents_job", row.job_ref, str(row.job_ref)[:8]) if row.job_ref else EMPTY


def operator(request: HttpRequest) -> User:
    """Who acts: the admin lets in nobody else."""
    assert isinstance(request.user, User)  # noqa: S101 - for the type checker
    return request.user


def each(page: admin.ModelAdmin[Any], request: HttpRequest, rows: QuerySet[Any], act: Callable[[Any], object]) -> None:
    """What is refused for one is said, and the others are done."""
    done = 0
    for row in rows:
        try:
            act(row)
            done += 1
        except errors.Refusal as refusal:
            page.message_user(request, f"{row}: {refusal}", messages.WARNING)
    if done:
        page.message_user(request, f"Done for {done}.")


def to(row: Model | None, text: str = "") -> str:
    """A link to the page of a row."""
    if row is None:
        return EMPTY
    return link(f"{row._meta.app_label}_{row._meta.model_name}", row.pk, text or str(row))


def link(model: str, pk: object, text: str) -> SafeString:
    return format_html('<a href="{}">{}</a>', reverse(f"admin:{model}_change", args=[pk]), text)


def listed(model: str, text: str, **where: object) -> SafeString:
    """A link to the rows of a list to which this applies."""
    address = reverse(f"admin:{model}_changelist")
    return format_html('<a href="{}?{}">{}</a>', address, urlencode(where), text)


def of_project(project: Project) -> SafeString:
    """Links to everything that belongs to it."""
    models = {
        "projects_version": "versions",
        "projects_changeset": "change sets",
        "projects_branch": "branches",
        "projects_event": "events",
        "projects_projectfile": "files",
        "projects_checkpoint": "checkpoints",
        "projects_member": "members",
        "projects_invitation": "invitations",
        "projects_secret": "secrets",
        "projects_remote": "remotes",
        "agents_job": "jobs",
        "agents_session": "sessions",
        "sandboxes_sandbox": "boxes",
    }
    links = [listed(model, text, project__id__exact=project.pk) for model, text in models.items()]
    links.append(listed("projects_auditentry", "audit", project_ref__exact=project.pk))
    return format_html_join(" · ", "{}", ((one,) for one in links))
