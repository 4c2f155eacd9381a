"""Conversations about a project: begun, renamed, put away, gone on with, and labelled on their way."""

from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from agents.errors import NotPossible
from agents.models import Job, Message, Session
from agents.services import jobs
from projects import errors, storable
from projects.models import Branch, Checkpoint, Project, User, Version
from projects.services import checkpoints, versions

MOST = 500
MOST_TITLE: int = Session._meta.get_field("title").max_length or 0


def listed(project: Project) -> "QuerySet[Session]":
    return Session.objects.filter(project=project).select_related("branch", "created_by")


def find(project: Project, session_id: UUID) -> Session:
    found = listed(project).select_related("project", "branch", "created_by").filter(pk=session_id).first()
    if found is None:
        raise errors.Missing("There is no such session.")
    return found


def create(branch: Branch, title: str, *, by: User) -> Session:
    title = _checked(title)
    with transaction.atomic():
        Project.objects.select_for_update(no_key=True).get(pk=branch.project_id)
        if Session.objects.filter(project=branch.project_id).count() >= MOST:
            raise NotPossible(f"A project has at most {MOST} sessions. Go on with one that is there.")
        return Session.objects.create(project_id=branch.project_id, branch=branch, title=title, created_by=by)


def rename(session: Session, title: str) -> None:
    session.title = _checked(title)
    session.save(update_fields=["title"])


def archive(session: Session) -> None:
    """It is for reading from now on; what was asked for in it goes on."""
    session.archived_at = session.archived_at or timezone.now()
    session.save(update_fields=["archived_at"])


def unarchive(session: Session) -> None:
    session.archived_at = None
    session.save(update_fields=["archived_at"])


def messages(session: Session) -> "QuerySet[Message]":
    return Message.objects.filter(session=session).select_related("author")


def say(session: Session, text: str, *, by: User, model: str = "", idempotency_key: str | None = None) -> Job:
    """A message in it, which becomes a job."""
    check_open(session)
    return jobs.start(
        project=session.project, text=text, by=by, session=session, model=model, idempotency_key=idempotency_key
    )


def check_open(session: Session) -> None:
    if session.archived_at is not None:
        raise NotPossible("This session is archived. Bring it back, then go on with it.")


def checkpoint(session: Session, label: str, *, by: User) -> Checkpoint:
    """A label on what its branch is now, that knows where in the conversation it was made."""
    head = versions.number_of_head(session.branch)
    if head is None:
        raise errors.Empty("There is no version yet that could be labelled.")
    newest = messages(session).order_by("-created_at", "-id").first()
    version = versions.find(session.project, head)
    return checkpoints.create(version, label, by=by, session=session.pk, message=newest.pk if newest else None)


def checkpoints_of(session: Session) -> "QuerySet[Checkpoint]":
    return checkpoints.listed(session.project).filter(session_ref=session.pk)


def find_checkpoint(session: Session, checkpoint_id: UUID) -> Checkpoint:
    found = checkpoints.find(session.project, checkpoint_id)
    if found.session_ref != session.pk:
        raise errors.Missing("There is no such checkpoint in this session.")
    return found


def restore(session: Session, checkpoint: Checkpoint, *, by: User, seen: int | None = None) -> Version:
    """Its branch gets the files of back then, as a new version."""
    made = checkpoints.restore(checkpoint, session.branch, by=by, seen=seen)
    return versions.detailed([made])[0]


def _checked(title: str) -> str:
    title = storable.name(title)
    if not title:
        raise errors.BadName("A session needs a title.")
    if len(title) > MOST_TITLE:
        raise errors.BadName(f"A title has at most {MOST_TITLE} characters.")
    return title
