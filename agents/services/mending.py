"""Have the app mended: by what it reported while it ran, or by what fails when it is tried."""

from django.db import transaction

from agents import enums
from agents.models import Job
from agents.services import jobs
from projects.models import Branch, User


def mend(branch: Branch, *, by: User | None) -> Job:
    """One that is on its way already, asked for just so, does it for everybody."""
    with transaction.atomic():
        jobs.lock(branch.project)
        on_its_way = Job.objects.active().filter(branch=branch, kind=enums.JobKind.REPAIR).order_by("created_at")
        job = on_its_way.first()
        if job is None:
            return jobs.start(project=branch.project, branch=branch, text="", by=by, kind=enums.JobKind.REPAIR)
        if job.state == enums.JobState.PAUSED:
            jobs.resume(job, by=by)
        return job
