"""Start, stop, pause, resume and retry jobs. A door's whole power over a running job is its intent."""

import uuid
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.db.models import Case, Q, When

from agents import enums, tasks
from agents.errors import NotPossible, Unfit
from agents.lifecycle import leases, moves, naming, plans, speech, steering, turns
from agents.models import AgentState, Job, Message, Session
from agents.models.sessions import MOST_TEXT
from agents.services import selection
from projects.enums import ChangeSetState
from projects.models import Branch, ChangeSet, Project, User
from projects.services import secrets


def start(
    *,
    project: Project,
    text: str,
    by: User | None,
    session: Session | None = None,
    branch: Branch | None = None,
    model: str = "",
    kind: enums.JobKind | None = None,
    approval: str = "",
    idempotency_key: str | None = None,
) -> Job:
    """A message becomes a job, in one transaction. The same key gives the same job.

    Its kind follows from what is there; who names one wants that or nothing, or only an answer (plan), or something
    done with the app that is there, of which nothing more needs to be said. Without a session it belongs to the newest
    of the branch, or of `main`. `approval` says whether somebody looks at its plan first: "ask" or "auto", or as it is
    set for all.
    """
    text = naming.words(kind, text)
    check_text(text)
    text = secrets.masker(project).text(text)  # pasted by mistake, it would be in the log and in every prompt
    selection.check(model)
    with transaction.atomic():
        lock(project)
        known = Job.objects.filter(project=project, idempotency_key=idempotency_key)
        if idempotency_key and (job := known.first()):
            return job
        session = session or _session(project, branch, by=by)
        _check_reviewed(session.branch)
        fits = _kind(session)
        _check_kind(kind, session, fits=fits)
        asks = _choices(model, approval or settings.PLAN_APPROVAL)
        job = _queue(session, kind or fits, text, by=by, model=model, choices=asks, idempotency_key=idempotency_key)
        speech.by_person(job, text, by=by, message_id=uuid.UUID(job.input[steering.FIRST]))
        moves.announce(job, by=by)
        _wake(job.pk)
    return job


def check_text(text: str) -> None:
    if not text.strip():
        raise Unfit("There is nothing said.")
    if len(text) > MOST_TEXT:
        raise Unfit(f"A message may have up to {MOST_TEXT:,} characters.")


def _check_reviewed(branch: Branch) -> None:
    """What comes next would be made without what waits, and in place of it."""
    done = Job.objects.filter(branch=branch, state=enums.JobState.COMPLETED)
    waiting = ChangeSet.objects.filter(branch=branch, state=ChangeSetState.OPEN, job_ref__in=done.values("pk"))
    if waiting.exists():
        raise NotPossible("What Djinn made last waits for your review. Apply or reject it under Changes, then go on.")


def lock(project: Project) -> None:
    """Nothing starts or goes on in a project that is put away or gone."""
    found = Project.objects.select_for_update(no_key=True).filter(pk=project.pk).only("archived_at").first()
    if found is None:
        raise NotPossible("This project does not exist any more.")
    if found.archived_at is not None:
        raise NotPossible("This project is archived.")


def _session(project: Project, asked: Branch | None, *, by: User | None) -> Session:
    """The branch's newest session, or its first."""
    named = Q(name="main") if asked is None else Q(pk=asked.pk)
    branch = Branch.objects.filter(named, project=project).first()
    if branch is None:
        raise NotPossible("This branch does not exist any more.")
    newest = Session.objects.filter(project=project, branch=branch, archived_at=None)
    title = "First build" if branch.name == "main" else branch.name
    return newest.order_by("-created_at").first() or Session.objects.create(
        project=project, branch=branch, title=title, created_by=by
    )


def _kind(session: Session) -> enums.JobKind:
    return kind_on(session.branch)


def kind_on(branch: Branch) -> enums.JobKind:
    """What becomes of what is said now: a first build, or a change of what is there."""
    at_work = Job.objects.filter(branch=branch).active().exclude(kind=enums.JobKind.PLAN)
    is_first_build = branch.head_id is None and not at_work.exists()
    return enums.JobKind.GENERATE if is_first_build else enums.JobKind.EDIT


def _check_kind(asked: enums.JobKind | None, session: Session, *, fits: enums.JobKind) -> None:
    if asked in (None, fits, enums.JobKind.PLAN):
        return
    if asked in enums.NAMED:
        if session.branch.head_id is None:
            raise NotPossible("There is no app yet that this could be done with.")
        return
    if fits == enums.JobKind.GENERATE:
        raise NotPossible("There is nothing yet that could be edited.")
    raise NotPossible("This has been built, or is being built: what comes next is an edit.")


def _choices(model: str, approval: str) -> dict[str, str]:
    """What a person chose for this job: a model answers every step then, and a plan is looked at."""
    return {**({"model": model} if model else {}), **({plans.KEY: plans.ASK} if approval == plans.ASK else {})}


def _queue(
    session: Session,
    kind: enums.JobKind,
    text: str,
    *,
    by: User | None,
    model: str,
    choices: dict[str, str],
    idempotency_key: str | None,
) -> Job:
    return Job.objects.create(
        project=session.project,
        branch=session.branch,
        session=session,
        kind=kind,
        input={
            "text": text,
            "wish": text if kind == enums.JobKind.GENERATE else _wish(session, text),
            steering.FIRST: str(uuid.uuid4()),
            **choices,
        },
        model=model or settings.DJINN_MODEL,
        idempotency_key=idempotency_key,
        budget=Decimal(str(settings.JOB_BUDGET)) if settings.JOB_BUDGET else None,
        created_by=by,
    )


def _wish(session: Session, text: str) -> str:
    """What the branch was last built from, or else the project."""
    builds = Job.objects.filter(project=session.project, kind=enums.JobKind.GENERATE)
    # One that came from elsewhere stands on a branch of its own, and says nothing about the others.
    builds = builds.filter(Q(imported_at=None) | Q(branch=session.branch_id))
    is_here = Case(When(branch=session.branch, then=1), default=0)
    newest = builds.order_by(is_here.desc(), "-created_at").first()
    if newest is not None:
        return str(newest.input["wish"])
    first = _first_message(session.project)  # it stays when its job is deleted
    return first.text if first else text


def stop(job: Job, *, by: User | None) -> bool:
    """A job that somebody works on is asked to stop; one that nobody owns stops now. False: it has ended before."""
    with transaction.atomic():
        job = fresh(job)
        if leases.is_owned(job):
            _ask(job, enums.Intent.CANCEL)
        elif job.is_active:
            leases.settle_lost_calls(job)
            moves.cancel(job, by=by)
            _wake(*turns.upcoming(job.lane))
        else:
            return False
    return True


def pause(job: Job, *, by: User | None) -> bool:
    """False when there is nothing to pause, as after a stop: that was asked for first and cannot be taken back."""
    with transaction.atomic():
        job = fresh(job)
        if job.intent == enums.Intent.CANCEL:
            return False
        if leases.is_owned(job):
            _ask(job, enums.Intent.PAUSE)
        elif job.state in (enums.JobState.QUEUED, enums.JobState.RUNNING):
            leases.settle_lost_calls(job)
            moves.pause(job, waiting_for=enums.WaitingFor.USER, by=by)
        else:
            return False
    return True


def resume(job: Job, *, by: User | None) -> None:
    """A plan that waits for approval is approved by it."""
    _go_on(job, enums.JobState.PAUSED, by=by)


def allow(job: Job, *, by: User | None) -> None:
    """A job that spent its budget gets the same once more, and goes on."""
    with transaction.atomic():
        job = fresh(job)
        if job.state != enums.JobState.PAUSED or job.waiting_for != enums.WaitingFor.BUDGET or job.budget is None:
            raise NotPossible("This job does not wait for a budget.")
        job.budget += job.budget
        job.save(update_fields=["budget"])
        moves.requeue(job, by=by)
        _wake(job.pk)


def retry(job: Job, *, by: User | None) -> None:
    """A failed job goes on where it failed; what it had done is not done again, and so it must still be there."""
    made = ChangeSet.objects.filter(branch=job.branch_id, job_ref=job.pk)
    kept = made.filter(state__in=(ChangeSetState.OPEN, ChangeSetState.APPLIED))
    if job.kind not in enums.TRIED and made.exists() and not kept.exists():
        raise NotPossible("What this job had made was turned down. Say anew what you would like.")
    _go_on(job, enums.JobState.FAILED, by=by)


def _go_on(job: Job, expected: enums.JobState, *, by: User | None) -> None:
    with transaction.atomic():
        job = fresh(job)
        if job.state != expected:
            raise NotPossible(f"This job is {job.state}, not {expected}.")
        if job.imported_at is not None:
            raise NotPossible("This job ran elsewhere and is only kept here. Say anew what you would like.")
        if job.waiting_for == enums.WaitingFor.BUDGET:
            raise NotPossible("The budget of this job is used up. Raise it, and it goes on.")
        if job.waiting_for == enums.WaitingFor.APPROVAL:
            plans.approve(job)
        moves.requeue(job, by=by)
        _wake(job.pk)


def _wake(*job_ids: uuid.UUID) -> None:
    for job_id in job_ids:
        tasks.execute_job.delay_on_commit(str(job_id))


def fresh(job: Job) -> Job:
    lock(job.project)
    return Job.objects.select_related("project", "branch").get(pk=job.pk)


def _ask(job: Job, intent: enums.Intent) -> None:
    job.intent = intent
    job.save(update_fields=["intent"])


def of_project(project: Project, job_id: uuid.UUID) -> Job | None:
    return Job.objects.filter(project=project, pk=job_id).first()


def session_of(project: Project, session_id: uuid.UUID) -> Session:
    found = Session.objects.filter(project=project, pk=session_id, archived_at=None).first()
    if found is None:
        raise NotPossible("There is no such session in this project.")
    return found


def first_wish(project: Project) -> str:
    """What the project was begun with."""
    first = _first_message(project)
    if first is None:
        raise NotPossible("Nobody has said yet what to make; send a prompt.")
    return first.text


def _first_message(project: Project) -> Message | None:
    asked = Message.objects.filter(session__project=project).exclude(job__kind=enums.JobKind.PLAN)
    return asked.order_by("created_at").first()


def foreground(project: Project, branch: Branch | None = None) -> Job | None:
    """The job that is going on in this branch, or in the project's `main`, if any."""
    at = branch or project.branches.filter(name="main").first()
    return turns.foreground(at.pk) if at else None


def state_of(project: Project) -> AgentState:
    """What the agent is doing, kept or idle."""
    kept = AgentState.objects.filter(project=project).select_related("job").first()
    return kept or AgentState(project=project)


def free_leases() -> int:
    """At the start of a one-machine installation: whoever held a lease is dead. Tell everybody."""
    freed = leases.release_all()
    for job_id in leases.claimable():
        tasks.execute_job.delay(str(job_id))
    return freed
