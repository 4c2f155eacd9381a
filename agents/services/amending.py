"""What people amend about a job from outside: its title, its place, its budget; and deleting it."""

from decimal import Decimal

from django.db import transaction

from agents import enums, tasks
from agents.errors import NotPossible
from agents.lifecycle import moves, turns
from agents.models import Job
from agents.services import states
from projects import storable
from projects.enums import ChangeSetState
from projects.models import ChangeSet, Project, User
from projects.services import audit

MOST_TITLE: int = Job._meta.get_field("title").max_length or 0


def amend(job: Job, *, title: str | None = None, priority: int | None = None, budget: Decimal | None = None) -> None:
    """What is None stays. A title of nothing gives it back the words it was asked for with."""
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
        for job_id in turns.upcoming(fresh.lane) if priority is not None else ():
            tasks.execute_job.delay_on_commit(str(job_id))


def _check_active(job: Job) -> None:
    if not job.is_active:
        raise NotPossible(f"This job is {job.state}: its place and its budget are settled.")


def _check_budget(job: Job, budget: Decimal) -> None:
    taken = job.spent + job.reserved
    if budget < taken:
        raise NotPossible(f"{taken.normalize():f} of its budget is spent or set aside already.")


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
