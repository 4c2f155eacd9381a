"""What people say while somebody is at work: to that job, or as a job of its own."""

import uuid

from django.db import transaction

from agents import enums
from agents.errors import NotPossible
from agents.lifecycle import speech, steering
from agents.models import Job, Message
from agents.services import jobs
from projects.models import Branch, Project, User
from projects.services import secrets

STEERED = (enums.JobKind.GENERATE, enums.JobKind.EDIT, enums.JobKind.REPAIR)
MOST = 50


def steer(job: Job, text: str, *, by: User | None, key: str | None = None) -> None:
    """Said to a job at work: heard at the next file boundary of a first build, after the step that any other is in,
    and before it ends in any case. The same key says it once.
    """
    jobs.check_text(text)
    text = secrets.masker(job.project).text(text)
    with transaction.atomic():
        job = jobs.fresh(job)
        if key and is_said(job.project, key):
            return
        if not is_steered(job) or job.intent == enums.Intent.CANCEL:
            raise NotPossible("This job cannot be told anything on its way. Say it as a message of its own.")
        if steering.count(job) >= MOST:
            raise NotPossible(f"A job can be told at most {MOST} things on its way.")
        speech.by_person(job, text, by=by, message_id=_spoken(job.project, key) if key else None)


def tell(project: Project, text: str, *, by: User | None, key: str | None = None, branch: Branch | None = None) -> None:
    """To whatever is at work on the branch (without one: `main`), or else as a job of its own.

    The same key does one of the two, once.
    """
    with transaction.atomic():
        jobs.lock(project)
        if key and is_said(project, key):
            return
        at_work = jobs.foreground(project, branch)
        if at_work and is_steered(at_work) and at_work.intent != enums.Intent.CANCEL:
            steer(at_work, text, by=by, key=key)
        else:
            jobs.start(project=project, branch=branch, text=text, by=by, idempotency_key=key)


def is_said(project: Project, key: str) -> bool:
    """Whether this key has begun a job, or told one something."""
    begun = Job.objects.filter(project=project, idempotency_key=key)
    return begun.exists() or Message.objects.filter(pk=_spoken(project, key)).exists()


def _spoken(project: Project, key: str) -> uuid.UUID:
    return uuid.uuid5(project.pk, key)


def is_steered(job: Job) -> bool:
    """Whether it can be told something on its way."""
    return job.kind in STEERED and job.is_active
