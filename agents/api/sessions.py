"""Sessions: the conversations about a project, what is said in them, and the checkpoints made on their way."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Query

from agents.api import jobs as of_jobs
from agents.models import Session
from agents.schemas.jobs import JobOut, WholeJobOut
from agents.schemas.sessions import HeadIn, LabelIn, MessageIn, MessageOut, SessionIn, SessionOut, SessionPatch
from agents.services import sessions, showing, waiting
from projects import access
from projects.enums import Ability
from projects.rest import Page, Paging, Request, Room
from projects.schemas.versions import CheckpointOut, VersionOut
from projects.services import branches

room = Room("sessions")


@room.get("/projects/{uuid:project}/sessions", Page[SessionOut])
def list_sessions(request: Request, project: UUID, page: Query[Paging]) -> Any:
    """List the sessions of a project, the newest first; archived ones stand among them."""
    found = access.get_project_by_id(request.user, project, Ability.VIEW)
    return page.of(request, sessions.listed(found), by=("-created_at", "-id"))


@room.post("/projects/{uuid:project}/sessions", SessionOut, refuses=(409,))
def create_session(request: Request, project: UUID, body: SessionIn, response: HttpResponse) -> Any:
    """Begin a conversation about a branch."""
    found = access.get_project_by_id(request.user, project, Ability.EDIT)
    made = sessions.create(branches.find(found, body.branch), body.title, by=request.user)
    response.headers["Location"] = f"{request.path}/{made.pk}"
    return made


@room.get("/projects/{uuid:project}/sessions/{uuid:session}", SessionOut)
def read_session(request: Request, project: UUID, session: UUID) -> Any:
    """Read one session."""
    return _found(request, project, session, Ability.VIEW)


@room.patch("/projects/{uuid:project}/sessions/{uuid:session}", SessionOut)
def change_session(request: Request, project: UUID, session: UUID, body: SessionPatch) -> Any:
    """Rename a session, archive it or bring it back."""
    found = _found(request, project, session, Ability.EDIT)
    if body.title is not None:
        sessions.rename(found, body.title)
    if body.archived is not None:
        (sessions.archive if body.archived else sessions.unarchive)(found)
    return found


@room.get("/projects/{uuid:project}/sessions/{uuid:session}/messages", Page[MessageOut])
def list_messages(request: Request, project: UUID, session: UUID, page: Query[Paging]) -> Any:
    """List what was said in a session, in order."""
    found = _found(request, project, session, Ability.VIEW)
    return page.of(request, sessions.messages(found), by=("created_at", "id"))


@room.post("/projects/{uuid:project}/sessions/{uuid:session}/messages", WholeJobOut, status=202, most=of_jobs.MOST_SAID)
def send_message(request: Request, project: UUID, session: UUID, body: MessageIn, response: HttpResponse) -> Any:
    """Say something in a session, which starts a job. Follow the job or the events."""
    found = _found(request, project, session, Ability.EDIT)
    key = of_jobs.key_of(request)
    job = sessions.say(found, body.text, by=request.user, model=body.model, idempotency_key=key)
    return of_jobs.begun(job, response)


@room.get("/projects/{uuid:project}/sessions/{uuid:session}/jobs", Page[JobOut])
def list_session_jobs(request: Request, project: UUID, session: UUID, page: Query[Paging]) -> Any:
    """List the jobs of a session, the newest first."""
    found = _found(request, project, session, Ability.VIEW)
    return page.of(request, showing.of_session(found), by=("-created_at", "-id"), fill=waiting.told)


@room.get("/projects/{uuid:project}/sessions/{uuid:session}/checkpoints", Page[CheckpointOut])
def list_session_checkpoints(request: Request, project: UUID, session: UUID, page: Query[Paging]) -> Any:
    """List the checkpoints made in a session, the newest first."""
    found = _found(request, project, session, Ability.VIEW)
    return page.of(request, sessions.checkpoints_of(found), by=("-created_at", "-id"))


@room.post("/projects/{uuid:project}/sessions/{uuid:session}/checkpoint", CheckpointOut, refuses=(409,))
def create_session_checkpoint(request: Request, project: UUID, session: UUID, body: LabelIn) -> Any:
    """Put a label on what the session's branch is now."""
    return sessions.checkpoint(_found(request, project, session, Ability.EDIT), body.label, by=request.user)


@room.post(
    "/projects/{uuid:project}/sessions/{uuid:session}/checkpoints/{uuid:checkpoint}/restore",
    VersionOut,
    refuses=(409, 412),
)
def restore_session_checkpoint(request: Request, project: UUID, session: UUID, checkpoint: UUID, body: HeadIn) -> Any:
    """Make a new version of the session's branch, whose files are those of the checkpoint."""
    found = _found(request, project, session, Ability.EDIT)
    kept = sessions.find_checkpoint(found, checkpoint)
    return sessions.restore(found, kept, by=request.user, seen=body.head)


def _found(request: Request, project: UUID, session: UUID, ability: Ability) -> Session:
    return sessions.find(access.get_project_by_id(request.user, project, ability), session)
