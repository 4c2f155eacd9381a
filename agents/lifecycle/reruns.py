"""A job that is run again: the line it stands in, and the card that says so on the pages of both branches."""

from agents.events import JobRunAgain
from agents.lifecycle import facts
from agents.models import Job

# In its input: the number of the version it begins from, None for nothing.
BEGAN_AT = "began_at"
_MOST_LINKS = 100


def first_of(job: Job) -> Job:
    """What was asked for first, and all of the line were run again from; as far as it is kept."""
    for _ in range(_MOST_LINKS):
        if job.rerun_of is None:
            break
        job = job.rerun_of
    return job


def tell(job: Job, *, title: str) -> None:
    """Whoever looks at the one or the other sees where the other is, and how it stands."""
    original = job.rerun_of
    if original is None:
        return
    payload: JobRunAgain = {
        "job": str(job.pk),
        "original": str(original.pk),
        "title": title,
        "model": job.model,
        "state": job.state,
        "branch": job.branch.name,
        "original_branch": original.branch.name,
        "began_at": job.input.get(BEGAN_AT),
    }
    for one in (original, job):
        facts.record(one, "job_run_again", payload)
