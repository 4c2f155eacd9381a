"""A job on its way out, as one file without secrets, and on its way in, as a story that is over.

All of a file is taken or nothing of it. What came never runs, is never tried again and costs nothing here.
"""

import uuid
from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO, NamedTuple

from django.db import transaction
from django.utils import timezone

from agents import enums
from agents.events import PhaseChanged
from agents.lifecycle import facts
from agents.models import AgentState, Job
from agents.parcels import arriving, packing, unpacking
from agents.parcels.unpacking import Parcel
from agents.services import jobs
from projects import errors, storable
from projects.models import Branch, Project, User
from projects.services import accounts, branches, projects, writing
from projects.services.projects import MOST_NAME

MEDIA_TYPE = "application/zip"
_MOST_TRIES = 50


class Export(NamedTuple):
    """`pieces` is made while it is sent."""

    name: str
    pieces: Iterator[bytes]


def export(job: Job) -> Export:
    """The same job gives the same bytes. NotPossible says what stands against it, before the first of them."""
    return Export(f"job-{str(job.pk)[:8]}.zip", packing.pack(job))


def find_project(written: str) -> Project:
    """For an operator, by its id or as its address says it: owner/name."""
    rows = Project.objects.select_related("owner")
    owner, _, slug = written.strip("/ ").removeprefix("p/").partition("/")
    try:
        found = rows.filter(pk=uuid.UUID(written.strip())).first()
    except ValueError:
        found = rows.filter(owner__handle=owner, slug=slug).first()
    if found is None:
        raise errors.Missing(f"There is no project {written[:120]!r}.")
    return found


def find_owner(email: str) -> User:
    """For an operator: whoever has this address, or the local owner."""
    found = accounts.find(email) if email else accounts.local_owner()
    if found is None:
        raise errors.Missing(f"Nobody here has the address {email}.")
    return found


def take(file: BinaryIO, project: Project, *, by: User) -> Job:
    """Into a project that is there, on a branch of its own: nothing that stands there is touched."""
    parcel = unpacking.unpack(file)
    with transaction.atomic():
        jobs.lock(project)
        branch = _branch(project, parcel, by=by)
        return arriving.write(parcel, branch, by=by)


def make(file: BinaryIO, *, by: User, name: str = "") -> Job:
    """Into a project of its own, named as the app unless told; what it made is what the project is."""
    parcel = unpacking.unpack(file)
    with transaction.atomic():
        called = name or storable.name(arriving.title_of(parcel))[:MOST_NAME] or "Imported"
        project = projects.create(name=called, by=by, template=arriving.stack_of(parcel))
        writing.lock(project.pk)
        job = arriving.write(parcel, Branch.objects.get(project=project, name=branches.MAIN), by=by)
        _show(job, by=by)
    return job


def _branch(project: Project, parcel: Parcel, *, by: User) -> Branch:
    """Named after the job, and numbered where the same was imported before."""
    name = f"imported-{str(parcel.rows.job.id)[:8]}"
    taken = set(Branch.objects.filter(project=project).values_list("name", flat=True))
    names = (name if number == 1 else f"{name}-{number}" for number in range(1, _MOST_TRIES + 1))
    free = next((one for one in names if one not in taken), None)
    if free is None:
        raise errors.TooLarge("This job was imported into this project again and again. Delete one of its branches.")
    return branches.create_at(project, free, None, by=by, template=arriving.stack_of(parcel))


def _show(job: Job, *, by: User) -> None:
    """In a project of its own it is what everybody looks at: its plan, and that it is over."""
    AgentState.objects.create(project=job.project, phase=job.phase, blueprint=job.blueprint, job=job)
    if job.blueprint:
        payload = {"job": str(job.pk), "blueprint": job.blueprint, "name": job.project.name}
        facts.record(job, "blueprint_ready", payload, by=by)
    facts.record(job, "phase_changed", _over(job), by=by)


def _over(job: Job) -> PhaseChanged:
    ended: datetime = job.finished_at or timezone.now()
    began = job.started_at or ended
    planned = [file for phase in job.plan for file in phase["files"]]
    return {
        "job": str(job.pk),
        "kind": job.kind,
        "phase": job.phase,
        "phase_before": "",
        "before": enums.Phase.IDLE,
        "state": job.state,
        "waiting_for": "",
        "since": ended.isoformat(),
        "began": began.isoformat(),
        "seconds": max(0, round((ended - began).total_seconds())),
        "files_done": sum(bool(file["closed"]) for file in planned),
        "files_total": len(planned),
    }
