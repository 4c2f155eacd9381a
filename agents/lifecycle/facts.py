"""A fact about a job, as the log of its project keeps it: it belongs to the branch that the job works on."""

from collections.abc import Mapping
from typing import Any

from agents.models import Job
from projects import feed
from projects.models import User


def record(job: Job, kind: str, payload: Mapping[str, Any], *, by: User | None = None) -> None:
    """In the transaction of the fact itself."""
    feed.record(job.project, kind, payload, actor=by, job_ref=job.pk, branch_id=job.branch_id)
