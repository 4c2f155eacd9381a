"""Jobs as people look at them: those they may see, what each waits for, and what it did."""

from datetime import datetime
from uuid import UUID

from django.db.models import F, Q, QuerySet

from agents.lifecycle import moves
from agents.models import Attempt, Generation, Job, Session, Step
from agents.models.jobs import JobQuerySet
from projects.models import User
from projects.services import secrets
from sandboxes.models import Command

_HEAVY = ("blueprint", "plan", "output")


def visible(user: User) -> JobQuerySet:
    """Those of all projects this person is a member of, without what only a single one shows."""
    return _light(Job.objects.filter(project__members__user=user))


def of_session(session: Session) -> JobQuerySet:
    return _light(Job.objects.filter(session=session))


def _light(rows: JobQuerySet) -> JobQuerySet:
    return rows.select_related("branch", "created_by").defer(*_HEAVY)


def saying(rows: JobQuerySet, text: str) -> JobQuerySet:
    """Those called so, or asked for with these words."""
    return rows.filter(Q(title__icontains=text) | Q(input__text__icontains=text))


def since(rows: JobQuerySet, moment: datetime) -> JobQuerySet:
    return rows.filter(created_at__gte=moment)


def find(job_id: UUID) -> Job | None:
    """Whoever asks for it has to ask for its project, too."""
    return Job.objects.select_related("branch", "created_by", "session").filter(pk=job_id).first()


def title(job: Job) -> str:
    return moves.title(job)


def steps(job: Job) -> "QuerySet[Step]":
    return Step.objects.filter(job=job).defer("output")


def attempts(job: Job) -> "QuerySet[Attempt]":
    return Attempt.objects.filter(job=job)


def generations(job: Job) -> "QuerySet[Generation]":
    """What each call was, in their order; what was said in them is for those who may edit."""
    rows = Generation.objects.filter(job=job).annotate(step_key=F("step__key"))
    return rows.defer("request", "response")


def generation(job: Job, generation_id: UUID) -> Generation | None:
    """With every word of it. What was made a secret only later is taken out now."""
    found = Generation.objects.filter(job=job, pk=generation_id).annotate(step_key=F("step__key")).first()
    if found is not None:
        masker = secrets.masker(job.project)
        found.request, found.response = masker.value(found.request), masker.text(found.response)
    return found


def commands(job: Job) -> "QuerySet[Command]":
    """What ran for it in its box."""
    return Command.objects.filter(job_ref=job.pk)
