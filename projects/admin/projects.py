"""Projects, and what operators may do with them: put away, bring back, hand over, verify. Never: open."""

from collections.abc import Callable
from functools import partial
from itertools import islice

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from projects import errors
from projects.admin import transfer
from projects.admin.rows import EMPTY, ReadOnly, link, of_project, operator, to
from projects.models import Project
from projects.services import projects, storekeeping

# A page of the list is a hundred.
MOST_AT_ONCE = 100
# Of these every byte is read, while somebody waits.
MOST_VERIFIED = 10
MOST_SAID = 10


@admin.register(Project)
class ProjectPage(ReadOnly):
    list_display = ("name", "slug", "owner_link", "template", "last_seq", "created_at", "updated_at", "archived_at")
    list_filter = ("template", ("archived_at", admin.EmptyFieldListFilter), "created_at")
    search_fields = ("name", "slug", "owner__email", "owner__handle", "id")
    list_select_related = ("owner",)
    exclude = ("forked_from",)
    readonly_fields = ("origin", "everything")
    actions = ("archive", "restore", "transfer", "verify")

    @admin.display(description="owner", ordering="owner__email")
    def owner_link(self, project: Project) -> str:
        return to(project.owner, project.owner.email)

    @admin.display(description="forked from")
    def origin(self, project: Project) -> str:
        return link("projects_version", project.forked_from_id, "a version") if project.forked_from_id else EMPTY

    @admin.display(description="leads to")
    def everything(self, project: Project) -> str:
        return of_project(project)

    @admin.action(description="Archive", permissions=["act"])
    def archive(self, request: HttpRequest, queryset: QuerySet[Project]) -> None:
        self._each(request, queryset.filter(archived_at=None), partial(projects.archive, by=operator(request)))

    @admin.action(description="Restore", permissions=["act"])
    def restore(self, request: HttpRequest, queryset: QuerySet[Project]) -> None:
        self._each(request, queryset.exclude(archived_at=None), partial(projects.unarchive, by=operator(request)))

    @admin.action(description="Transfer to somebody else", permissions=["act"])
    def transfer(self, request: HttpRequest, queryset: QuerySet[Project]) -> HttpResponse | None:
        return transfer.ask_or_do(self, request, queryset[:MOST_AT_ONCE])

    @admin.action(description="Verify what is stored")
    def verify(self, request: HttpRequest, queryset: QuerySet[Project]) -> None:
        for project in queryset[:MOST_VERIFIED]:
            faults = list(islice(storekeeping.verify(project), MOST_SAID))
            for fault in faults:
                self.message_user(request, f"{project}: {fault}", messages.ERROR)
            if not faults:
                self.message_user(request, f"{project}: everything is there and as it was written.")
        if queryset.count() > MOST_VERIFIED:
            said = f"Only {MOST_VERIFIED} are read at once; 'manage.py verify_store' reads them all."
            self.message_user(request, said, messages.WARNING)

    def has_act_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("projects.change_project"))

    def _each(self, request: HttpRequest, chosen: QuerySet[Project], act: Callable[[Project], None]) -> None:
        done = 0
        for project in chosen[:MOST_AT_ONCE]:
            try:
                act(project)
                done += 1
            except errors.Refusal as refusal:
                self.message_user(request, f"{project}: {refusal}", messages.WARNING)
        self.message_user(request, f"Done for {done}." if done else "There was nothing to do.")
