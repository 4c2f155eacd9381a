"""What people amend about a job from outside: its title, its place, its budget; and deleting it."""

from decimal import Decimal

from django.db import transaction

from agents import enums, tasks
from agents.errors import NotPossible
from agents.lifecycle import budgets, moves, turns
from agents.models import Job
from agents.services import jobs, states
from projects import storable
from projects.enums import ChangeSetState
from projects.models import ChangeSet, Project, User
from projects.services import audit

MOST_TITLE: int = Job._meta.get_field("title").max_length or 0


def amend(
    job: Job,
    *,
    title: str | None = None,
    priority: int | None = None,
    budget: Decimal | None = None,
    by: User | None = None,
) -> None:
    """What is None stays. A title of nothing gives it back the words it was asked for with.

    A job that waits for a larger budget goes on with one that is enough.
    """
    with transaction.atomic():
        fresh = _fresh(job)
        if title is not None:
            fresh.title = storable.name(title)
        if priority is not None or budget is not None:
            _check_active(fresh)
        if priority is not None:
            fresh.priority = priority
        if budget is not None:
            _check_budget(fresh, budget)
            fresh.budget = budget
        fresh.save(update_fields=["title", "priority", "budget"])
        if budget is not None and waits_for_budget(fresh) and budgets.is_enough(fresh):
            jobs.resume(fresh, by=by)
        for job_id in turns.upcoming(fresh.lane) if priority is not None else ():
            tasks.execute_job.delay_on_commit(str(job_id))


def allow(job: Job, budget: Decimal, *, by: User | None) -> None:
    """A job that waits for a larger budget goes on with this one, or stays as it is."""
    with transaction.atomic():
        fresh = jobs.fresh(job)
        if not waits_for_budget(fresh):
            raise NotPossible("This job does not wait for a budget.")
        fresh.budget = budget
        fresh.save(update_fields=["budget"])
        jobs.resume(fresh, by=by)


def offers(job: Job) -> list[str]:
    """Budgets with which it could go on."""
    return budgets.offers(job)


def waits_for_budget(job: Job) -> bool:
    return job.state == enums.JobState.PAUSED and job.waiting_for == enums.WaitingFor.BUDGET


def _check_active(job: Job) -> None:
    if not job.is_active:
        raise NotPossible(f"This job is {job.state}: its place and its budget are settled.")


def _check_budget(job: Job, budget: Decimal) -> None:
    taken = budgets.taken(job)
    if budget < taken:
        raise NotPossible(f"{budgets.dollars(taken)} of its budget are spent or set aside already.")


def delete(job: Job, *, by: User | None) -> None:
    """With its steps and what was said to models. Its versions, events and messages stay."""
    with transaction.atomic():
        fresh = _fresh(job)
        if fresh.is_active:
            raise NotPossible(f"This job is {fresh.state}. Cancel it first, then delete it.")
        if _is_in_review(fresh):
            raise NotPossible("What this job made waits for review. Apply or reject it first, then delete the job.")
        audit.write("job_deleted", by=by, project=fresh.project, target=fresh, detail={"kind": fresh.kind})
        if moves.is_in_view(fresh):
            states.clear(fresh.branch, before=fresh.phase, by=by)
        fresh.delete()


def _is_in_review(job: Job) -> bool:
    return (
        job.state == enums.JobState.COMPLETED
        and ChangeSet.objects.filter(project=job.project_id, job_ref=job.pk, state=ChangeSetState.OPEN).exists()
    )


def _fresh(job: Job) -> Job:
    """As it is under its project's lock. Somebody else may have deleted it meanwhile."""
    Project.objects.select_for_update(no_key=True).filter(pk=job.project_id).first()
    found = (
        Job.objects.select_for_update(no_key=True, of=("self",))
        .select_related("project", "branch")
        .filter(pk=job.pk)
        .first()
    )
    if found is None:
        raise NotPossible("This job does not exist any more.")
    return found
