"""What is said about a job: a message in its session, and the event that shows it, in one transaction."""

import uuid

from agents import enums
from agents.lifecycle import facts
from agents.models import Job, Message
from projects.models import User
from projects.services import accounts

AGENT = "Djinn"
# What a prompt calls whoever asked: no model needs a name, nor does whoever reads a prompt.
PERSON = "A person"


def by_person(job: Job, text: str, *, by: User | None, message_id: uuid.UUID | None = None) -> None:
    assert job.session is not None  # noqa: S101 - a constraint: only a chore has none, and nobody talks to it
    message = Message.objects.create(
        id=message_id or uuid.uuid4(), session=job.session, role=enums.Author.USER, text=text, job=job, author=by
    )
    _tell(job, message, author=accounts.shown(by) if by else "", by=by)


def by_agent(job: Job, text: str, *, message_id: uuid.UUID) -> None:
    """Its words were hinted under this id while they came."""
    assert job.session is not None  # noqa: S101 - as above
    role = enums.Author.ASSISTANT
    message = Message.objects.create(id=message_id, session=job.session, role=role, text=text, job=job)
    _tell(job, message, author=AGENT, by=None)


def _tell(job: Job, message: Message, *, author: str, by: User | None) -> None:
    payload = {
        "message": str(message.pk),
        "session": str(job.session_id),
        "job": str(job.pk),
        "role": message.role,
        "text": message.text,
        "author": author,
    }
    facts.record(job, "message_sent", payload, by=by)
