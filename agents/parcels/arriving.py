"""From a parcel to rows: a job that is over, with the versions, conversation and calls it had elsewhere.

Within the transaction of whoever calls, who holds the project's lock. Every id is new, and what mentions it follows.
"""

import json
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, TypeVar

from django.db.models import Model
from django.utils import timezone

from agents import enums
from agents.events import JobImported
from agents.lifecycle import facts, moves, plans, speech, steering
from agents.models import Attempt, Generation, Job, Message, Session, Step
from agents.parcels import shapes, travelling
from agents.parcels.unpacking import Parcel
from agents.prompts import blueprint
from projects.enums import AuthorKind
from projects.models import Branch, ChangeSet, User, Version
from projects.services import changesets, staging
from projects.store import trees
from projects.store.trees import Manifest
from sandboxes import stacks

_PHASES = {"completed": enums.Phase.COMPLETE, "failed": enums.Phase.FAILED, "cancelled": enums.Phase.CANCELLED}
_ELSEWHERE = "elsewhere"
# Rows in one statement.
_AT_ONCE = 100
# How it ended is told; a button that tries it again, or advice to, would lead nowhere.
_NOTHING_TO_DO = {"retryable": False, "code": "", "user_action": ""}

Row = TypeVar("Row", bound=Model)


def write(parcel: Parcel, branch: Branch, *, by: User) -> Job:
    """On a branch that has nothing in it."""
    rows = parcel.rows
    base = parcel.trees["base"]
    if base:
        _version(parcel, branch, {}, base, by=by, message="What an imported job began with")
    ids = {str(message.id): uuid.uuid4() for message in rows.messages}
    job = _job(parcel, branch, ids, by=by)
    _tell_arrival(parcel, job, by=by)
    _messages(rows, job, ids)
    steps = _steps(rows, job)
    _attempts(rows, job)
    _calls(parcel, job, steps)
    _events(rows, [event for event in rows.events if event.kind not in travelling.ENDS], job, ids)
    if version := _changes(parcel, branch, job, by=by):
        job.output = {**job.output, "version": version.number}
        job.save(update_fields=["output"])
    _events(rows, [event for event in rows.events if event.kind in travelling.ENDS][-1:], job, ids)
    return job


def title_of(parcel: Parcel) -> str:
    return str(parcel.rows.job.blueprint.get("name") or parcel.rows.job.title or "Imported")


def stack_of(parcel: Parcel) -> str:
    """As it was planned, or as its files say; nothing where there are none."""
    tree = parcel.trees.get("made") or parcel.trees.get("staged") or parcel.trees["base"]
    seen = stacks.choose("", tree).name if tree else ""
    return str(parcel.rows.job.blueprint.get("stack") or seen)


def _job(parcel: Parcel, branch: Branch, ids: dict[str, uuid.UUID], *, by: User) -> Job:
    part, rows, now = parcel.rows.job, parcel.rows, timezone.now()
    session = Session.objects.create(
        project=branch.project, branch=branch, title=f"Imported: {part.title}"[:120], created_by=by
    )
    told = {"job": str(part.id), "spent": str(part.spent), "asked_at": part.created_at.isoformat()}
    return Job.objects.create(
        project=branch.project,
        branch=branch,
        session=session,
        kind=part.kind,
        title=part.title,
        state=part.state,
        phase=_PHASES[part.state],
        blueprint=blueprint.from_dict(part.blueprint).as_dict() if part.blueprint else {},
        plan=[phase.model_dump() for phase in part.plan],
        input=_input(rows, ids),
        output={"version": None, shapes.IMPORTED: told},
        error={**part.error.model_dump(), "retryable": False} if part.error else None,
        model=part.model,
        attempts=max((attempt.number for attempt in rows.attempts), default=0),
        created_by=by,
        started_at=part.started_at,
        finished_at=part.finished_at,
        imported_at=now,
    )


def _input(rows: shapes.Rows, ids: dict[str, uuid.UUID]) -> dict[str, Any]:
    said = rows.job.input
    asked = next((message for message in rows.messages if message.is_first), None)
    first = {steering.FIRST: str(ids[str(asked.id)])} if asked else {}
    chosen = {name: value for name, value in {"model": said.model, plans.KEY: said.approval}.items() if value}
    edited = {plans.EDITED: True} if said.is_plan_edited else {}
    return {"text": said.text, "wish": said.wish, **first, **chosen, **edited}


def _tell_arrival(parcel: Parcel, job: Job, *, by: User) -> None:
    part = parcel.rows.job
    payload: JobImported = {
        "job": str(job.pk),
        "title": part.title,
        "model": part.model,
        "state": part.state,
        "ran": part.created_at.isoformat(),
        "calls": len(parcel.rows.calls),
        "cost": f"{part.spent:.2f}" if part.spent else "",
        "removed": parcel.removed,
    }
    facts.record(job, "job_imported", payload, by=by)


def _messages(rows: shapes.Rows, job: Job, ids: dict[str, uuid.UUID]) -> None:
    """Said here when they came, in their order: nobody here had said them before."""
    assert job.session is not None  # noqa: S101 - made with it
    now = timezone.now()
    made = [
        Message(
            id=ids[str(part.id)],
            session=job.session,
            role=part.role,
            text=part.text,
            job=job,
            created_at=now + timedelta(microseconds=place),
        )
        for place, part in enumerate(rows.messages)
    ]
    _create(Message, made, "created_at")


def _steps(rows: shapes.Rows, job: Job) -> dict[str, Step]:
    made = [Step(job=job, **_fields(part)) for part in rows.steps]
    _create(Step, made, "started_at")
    return {step.key: step for step in made}


def _attempts(rows: shapes.Rows, job: Job) -> None:
    _create(Attempt, [Attempt(job=job, worker=_ELSEWHERE, **_fields(part)) for part in rows.attempts], "started_at")


def _calls(parcel: Parcel, job: Job, steps: dict[str, Step]) -> None:
    """Nobody is charged for them here, so they say no price. A few at a time stand unpacked."""
    for numbers in _portions(parcel):
        _create(Generation, [_call(parcel, number, job, steps) for number in numbers], "created_at")


def _portions(parcel: Parcel) -> Iterator[list[int]]:
    """As many calls as are one large request together."""
    numbers, size = list[int](), 0
    for number, (asked, came) in enumerate(zip(parcel.requests, parcel.replies, strict=True)):
        size += len(asked) + len(came)
        if numbers and (size > shapes.MOST_REQUEST or len(numbers) >= _AT_ONCE):
            yield numbers
            numbers, size = [], len(asked) + len(came)
        numbers.append(number)
    if numbers:
        yield numbers


def _call(parcel: Parcel, number: int, job: Job, steps: dict[str, Step]) -> Generation:
    part = parcel.rows.calls[number]
    return Generation(
        job=job,
        step=steps[part.step],
        state=enums.GenerationState.SETTLED,
        request=json.loads(parcel.requests[number]),
        response=parcel.replies[number].decode(),
        **_fields(part, "step", "cost"),
    )


def _create(kind: type[Row], rows: list[Row], moment: str) -> None:
    """With the moment that each had: a new row is given that of its making."""
    moments = [getattr(row, moment) for row in rows]
    manager = kind._default_manager
    manager.bulk_create(rows)
    for row, had in zip(rows, moments, strict=True):
        setattr(row, moment, had)
    manager.bulk_update(rows, [moment], batch_size=_AT_ONCE)


def _fields(part: shapes.Part, *but: str) -> dict[str, Any]:
    return part.model_dump(exclude=set(but))


def _events(rows: shapes.Rows, events: list[shapes.EventPart], job: Job, ids: dict[str, uuid.UUID]) -> None:
    """Of a message only its place is taken from its event: what it said, and who, stands in the message."""
    commands: dict[str, str] = {}
    said = {str(message.id): message for message in rows.messages}
    for event in events:
        payload = {**event.payload, "job": str(job.pk)}
        if event.kind == travelling.MESSAGE:
            part = said[payload["message"]]
            author = speech.AGENT if part.role == "assistant" else ""
            payload |= {"message": str(ids[str(part.id)]), "session": str(job.session_id)}
            payload |= {"role": part.role, "text": part.text, "author": author}
        if event.kind == travelling.COMMAND:
            payload["command"] = commands.setdefault(payload["command"], str(uuid.uuid4()))
        if event.kind in travelling.FILES:
            payload["path_id"] = trees.path_id(payload["path"])
        if event.kind in travelling.ENDS:
            payload |= {"cost": "", "state": job.state, "phase": job.phase, **_NOTHING_TO_DO}
        facts.record(job, event.kind, payload)


def _changes(parcel: Parcel, branch: Branch, job: Job, *, by: User) -> Version | None:
    """What it staged, as its own change set: applied if it was, otherwise turned down."""
    staged, made = parcel.trees.get("staged"), parcel.trees.get("made")
    if staged is None:
        return None
    changeset = changesets.open(
        branch=branch, author_kind=AuthorKind.AGENT, by=by, job_ref=job.pk, title=moves.title(job)[:200]
    )
    _stage(changeset, parcel, parcel.trees["base"], staged)
    if not made:
        changesets.reject(changeset, by=by)
        return None
    version = changesets.apply(changeset, by=by, message=moves.title(job))
    if made != staged:
        _version(parcel, branch, staged, made, by=by, message="What others had made meanwhile")
    return version


def _version(parcel: Parcel, branch: Branch, before: Manifest, after: Manifest, *, by: User, message: str) -> None:
    changeset = changesets.open(branch=branch, author_kind=AuthorKind.USER, by=by, title=message)
    _stage(changeset, parcel, before, after)
    changesets.apply(changeset, by=by, message=message)


def _stage(changeset: ChangeSet, parcel: Parcel, before: Manifest, after: Manifest) -> None:
    packed = parcel.packed(before, after)
    if packed.entries:
        staging.put(changesets.locked_open(changeset), packed)
