"""Facts to put into the log, with a bell and without."""

from django.db import transaction
from django.db.models import F

from projects import feed
from projects.models import Branch, Event, Project


def applied(number: int, changeset: str = "") -> dict[str, object]:
    """The payload of a `changeset_applied`; one card per change set."""
    return {
        "changeset": changeset or f"c{number}",
        "branch": "main",
        "title": "",
        "author_kind": "user",
        "message": f"message {number}",
        "version": number,
        "version_id": f"v{number}",
        "files": [],
        "count": number,
        "added": 0,
        "removed": 0,
    }


def opened(changeset: str = "c") -> dict[str, object]:
    return {"changeset": changeset, "branch": "main", "title": "", "author_kind": "user"}


def record(project: Project, number: int = 1, changeset: str = "", *, branch: Branch | None = None) -> Event:
    branch_id = branch.pk if branch else None
    with transaction.atomic():
        return feed.record(project, "changeset_applied", applied(number, changeset), branch_id=branch_id)


def record_silently(project: Project, count: int = 1) -> None:
    """As a process does that dies between the commit and the bell."""
    with transaction.atomic():
        Project.objects.filter(pk=project.pk).update(last_seq=F("last_seq") + count)
        project.refresh_from_db(fields=["last_seq"])
        numbers = range(project.last_seq - count + 1, project.last_seq + 1)
        Event.objects.bulk_create(
            Event(project=project, seq=seq, kind="changeset_applied", payload=applied(seq)) for seq in numbers
        )
