"""Labels that people put on versions, to come back to."""

from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from projects import errors, feed, storable
from projects.events import CheckpointCreated
from projects.models import Branch, Checkpoint, Project, User, Version
from projects.services import versions, writing

MOST_LABEL = 120
MOST = 500


def create(
    version: Version, label: str, *, by: User | None, session: UUID | None = None, message: UUID | None = None
) -> Checkpoint:
    """With the conversation it came from, and the last message in it by then."""
    label = _checked(label)
    with transaction.atomic():
        project = writing.lock(version.project_id)
        if Checkpoint.objects.filter(project=project).count() >= MOST:
            raise errors.TooLarge(f"A project has at most {MOST} checkpoints. Delete one you no longer need.")
        made = Checkpoint.objects.create(
            project=project,
            version=version,
            label=label,
            created_by=by,
            session_ref=session,
            message_ref=message,
        )
        payload: CheckpointCreated = {"checkpoint": str(made.pk), "label": label, "version": version.number}
        feed.record(project, "checkpoint_created", payload, actor=by)
    return made


def rename(checkpoint: Checkpoint, label: str) -> None:
    checkpoint.label = _checked(label)
    checkpoint.save(update_fields=["label"])


def delete(checkpoint: Checkpoint) -> None:
    """The label goes, the version stays."""
    checkpoint.delete()


def restore(checkpoint: Checkpoint, branch: Branch, *, by: User | None, seen: int | None = None) -> Version:
    """As `versions.restore`; the version says which label it came from."""
    version = versions.find(checkpoint.project, checkpoint.version.number)
    return versions.restore(branch, version, by=by, seen=seen, label=checkpoint.label)


def listed(project: Project) -> "QuerySet[Checkpoint]":
    """The newest first."""
    rows = Checkpoint.objects.filter(project=project).select_related("version", "created_by")
    return rows.defer("version__manifest", "version__raw_commit").order_by("-created_at", "-id")


def find(project: Project, checkpoint_id: UUID) -> Checkpoint:
    found = listed(project).select_related("project").filter(pk=checkpoint_id).first()
    if found is None:
        raise errors.Missing("There is no such checkpoint.")
    return found


def _checked(label: str) -> str:
    label = storable.name(label)
    if not label:
        raise errors.BadName("A checkpoint needs a label.")
    if len(label) > MOST_LABEL:
        raise errors.BadName(f"A label has at most {MOST_LABEL} characters.")
    return label
