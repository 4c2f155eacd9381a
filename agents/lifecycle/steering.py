"""What people say to a job that is at work: heard at the next file boundary, and in any case before it ends."""

from agents import enums
from agents.models import Job, Message

# Of a step that took words in: up to how many of them.
HEARD = "heard"
KEY = "steer"


def said(job: Job) -> list[str]:
    """In their order, without what the job was asked for."""
    spoken = Message.objects.filter(job=job, role=enums.Author.USER).order_by("created_at", "id")
    return list(spoken.values_list("text", flat=True))[1:]


def count(job: Job) -> int:
    return max(Message.objects.filter(job=job, role=enums.Author.USER).count() - 1, 0)


def heard(job: Job) -> int:
    done = job.steps.filter(key__startswith=f"{KEY}-", state=enums.StepState.DONE).values_list("output", flat=True)
    return max((int(output[HEARD]) for output in done), default=0)


def is_due(job: Job) -> bool:
    """Whether something was said that no step has taken in."""
    return count(job) > heard(job)
