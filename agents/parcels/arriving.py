"""From a parcel to rows: a job that is over, with the versions, conversation and calls it had elsewhere.

Within the transaction of whoever calls, who holds the project's lock. Every id is new, and what mentions it follows.
"""

import uuid
from typing import Any

from django.utils import timezone

from agents import enums
from agents.events import JobImported
from agents.lifecycle import facts, moves, plans, steering
from agents.models import Attempt, Generation, Job, Message, Session, Step
from agents.parcels import shapes, travelling
from agents.parcels.unpacking import Parcel
from agents.prompts import blueprint
from projects.enums import AuthorKind
from projects.models import Branch, ChangeSet, User, Version
from projects.services import changesets, staging
from projects.store import trees
from projects.store.trees import Manifest

_PHASES = {"completed": enums.Phase.COMPLETE, "failed": enums.Phase.FAILED, "cancelled": enums.Phase.CANCELLED}
_ELSEWHERE = "elsewhere"
# How it ended is told; a button that tries it again, or advice to, would lead nowhere.
_NOTHING_TO_DO = {"retryable": False, "code": "", "user_action": ""}


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
    _events([event for event in rows.events if event.kind not in travelling.ENDS], job, ids)
    if version := _changes(parcel, branch, job, by=by):
        job.output = {**job.output, "version": version.number}
        job.save(update_fields=["output"])
    _events([event for event in rows.events if event.kind in travelling.ENDS][-1:], job, ids)
    return job


def title_of(parcel: Parcel) -> str:
    return str(parcel.rows.job.blueprint.get("name") or parcel.rows.job.title or "Imported")


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
    for part in rows.messages:
        Message.objects.create(
            id=ids[str(part.id)], session=job.session, role=part.role, text=part.text, job=job, author=None
        )


def _steps(rows: shapes.Rows, job: Job) -> dict[str, Step]:
    made = Step.objects.bulk_create(Step(job=job, **_fields(part, "started_at")) for part in rows.steps)
    by_key = {step.key: step for step in made}
    for part in rows.steps:
        Step.objects.filter(pk=by_key[part.key].pk).update(started_at=part.started_at)
    return by_key


def _attempts(rows: shapes.Rows, job: Job) -> None:
    for part in rows.attempts:
        made = Attempt.objects.create(job=job, worker=_ELSEWHERE, **_fields(part, "started_at"))
        Attempt.objects.filter(pk=made.pk).update(started_at=part.started_at)


def _calls(parcel: Parcel, job: Job, steps: dict[str, Step]) -> None:
    """Nobody is charged for them here, so they say no price."""
    for part, asked, came in zip(parcel.rows.calls, parcel.requests, parcel.replies, strict=True):
        made = Generation.objects.create(
            job=job,
            step=steps[part.step],
            state=enums.GenerationState.SETTLED,
            request=asked,
            response=came,
            **_fields(part, "step", "cost", "created_at"),
        )
        Generation.objects.filter(pk=made.pk).update(created_at=part.created_at)


def _fields(part: shapes.Part, *but: str) -> dict[str, Any]:
    return part.model_dump(exclude=set(but))


def _events(events: list[shapes.EventPart], job: Job, ids: dict[str, uuid.UUID]) -> None:
    commands: dict[str, str] = {}
    for event in events:
        payload = {**event.payload, "job": str(job.pk)}
        if event.kind == travelling.MESSAGE:
            payload |= {"message": str(ids[payload["message"]]), "session": str(job.session_id)}
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
