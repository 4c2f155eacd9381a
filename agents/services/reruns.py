"""A job that has ended, run again with another model: from where it began, on a branch and in a session of its own."""

import re
import uuid
from collections.abc import Collection
from decimal import Decimal
from itertools import count

from django.conf import settings
from django.db import transaction

from agents import chains, tasks
from agents.enums import TRIED, JobKind
from agents.errors import NotPossible, Unfit
from agents.lifecycle import moves, plans, speech, steering
from agents.lifecycle.reruns import BEGAN_AT
from agents.models import Job, Session
from agents.services import jobs, selection, sessions
from projects.models import Branch, ChangeSet, User, Version
from projects.services import branches, secrets

_MOST_WORDS = 40


def start(job: Job, *, model: str, by: User, branch: str = "", idempotency_key: str | None = None) -> Job:
    """The same kind of job with the same words, on a new branch. The same key gives the same job."""
    if not model.strip():
        raise Unfit("Say which model is to do it.")
    selection.check(model)
    with transaction.atomic():
        jobs.lock(job.project)
        known = Job.objects.filter(project=job.project_id, idempotency_key=idempotency_key)
        if idempotency_key and (before := known.select_related("project", "branch").first()):
            return before
        original = _ended(job)
        _check_texts(original)
        began_at = beginning(original)
        name, stack = branch or _free_name(original, model), original.branch.template
        made = branches.create_at(original.project, name, began_at, by=by, template=stack)
        session = sessions.create(made, _title(model), by=by)
        again = _queue(original, session, model, began_at, by=by, key=idempotency_key)
        _say(original, again, by=by)
        moves.announce(again, by=by)
        tasks.execute_job.delay_on_commit(str(again.pk))
    return again


def beginning(job: Job) -> Version | None:
    """The version that its changes were begun over; None where there was nothing yet."""
    made = ChangeSet.objects.filter(project=job.project_id, job_ref=job.pk).select_related("base")
    first = made.defer("base__manifest", "base__raw_commit").order_by("created_at").first()
    if first is not None:
        return first.base
    if job.kind == JobKind.GENERATE:
        return None
    raise NotPossible("This job ended before it began, so nobody knows from which version. Say it anew.")


def refusal(job: Job) -> str:
    """Why it cannot be run again, as things are; nothing when it can."""
    try:
        _check_ended(job)
        beginning(job)
    except NotPossible as refused:
        return str(refused)
    return ""


def _ended(job: Job) -> Job:
    found = Job.objects.select_related("project", "branch", "session").filter(pk=job.pk).first()
    if found is None:
        raise NotPossible("This job does not exist any more.")
    _check_ended(found)
    return found


def _check_ended(job: Job) -> None:
    if job.is_chore or job.kind in TRIED:
        raise NotPossible("This job asked no model. Ask for it anew.")
    if job.is_active:
        raise NotPossible(f"This job is {job.state}. It can be run again when it has ended.")


def _check_texts(job: Job) -> None:
    """What came from elsewhere, or from an older Djinn, is asked for as anything else is."""
    for text in (str(job.input.get("text", "")), str(job.input.get("wish", "")), *steering.said(job)):
        if text.strip():  # a job may have been asked for by its name alone
            jobs.check_text(text)


def _free_name(job: Job, model: str) -> str:
    """Such as again-gpt-5-1: the first of its kind that no branch has."""
    said = chains.names(model)[0].rpartition("/")[2].lower()
    words = re.sub(r"[^a-z0-9]+", "-", said).strip("-")[:_MOST_WORDS].strip("-") or "model"
    return _free(f"again-{words}", set(Branch.objects.filter(project=job.project_id).values_list("name", flat=True)))


def _free(stem: str, taken: Collection[str]) -> str:
    return next(name for number in count(1) if (name := f"{stem}-{number}") not in taken)


def _title(model: str) -> str:
    return f"Again with {model}"[: sessions.MOST_TITLE]


def _queue(original: Job, session: Session, model: str, began_at: Version | None, *, by: User, key: str | None) -> Job:
    """What a person had chosen about it stays chosen; a plan is looked at anew."""
    asks = {plans.KEY: plans.ASK} if plans.KEY in original.input else {}
    mask = secrets.masker(original.project).text
    return Job.objects.create(
        project=original.project,
        branch=session.branch,
        session=session,
        kind=original.kind,
        title=original.title,
        input={
            "text": mask(str(original.input.get("text", ""))),
            "wish": mask(str(original.input.get("wish", ""))),
            steering.FIRST: str(uuid.uuid4()),
            "model": model,
            BEGAN_AT: began_at.number if began_at else None,
            **asks,
        },
        model=model,
        rerun_of=original,
        idempotency_key=key,
        budget=Decimal(str(settings.JOB_BUDGET)) if settings.JOB_BUDGET else None,
        created_by=by,
    )


def _say(original: Job, again: Job, *, by: User) -> None:
    """What asked for it, and what was said to it on its way."""
    mask = secrets.masker(original.project).text
    speech.by_person(again, again.input["text"], by=by, message_id=uuid.UUID(again.input[steering.FIRST]))
    for text in steering.said(original):
        speech.by_person(again, mask(text), by=by)
