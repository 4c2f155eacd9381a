"""What people say to a job that is at work: heard at the next file boundary, and in any case before it ends."""

from django.db.models import QuerySet

from agents import enums
from agents.models import Job, Message, Step

# Of a step that took words in: which messages.
HEARD = "heard"
KEY = "steer"
# In a job's input: the message that asked for it. It is no word on the way, whatever the clocks of several hosts say.
FIRST = "message"


def said(job: Job) -> list[str]:
    """All of it, in its order."""
    return [message.text for message in _messages(job)]


def count(job: Job) -> int:
    return len(_messages(job))


def unheard(job: Job) -> list[Message]:
    """What was said and no step has taken in."""
    heard = set[str]()
    for output in _steps(job).values_list("output", flat=True):
        heard.update(output[HEARD])
    return [message for message in _messages(job) if str(message.pk) not in heard]


def next_key(job: Job) -> str:
    return f"{KEY}-{_steps(job).count() + 1}"


def _steps(job: Job) -> "QuerySet[Step]":
    return job.steps.filter(key__startswith=f"{KEY}-", state=enums.StepState.DONE)


def _messages(job: Job) -> list[Message]:
    spoken = Message.objects.filter(job=job, role=enums.Author.USER).order_by("created_at", "id")
    return list(spoken.exclude(pk=job.input[FIRST])) if FIRST in job.input else list(spoken[1:])
