"""What every step of a job is given: the job, its lease, and what was asked of it meanwhile.

A thread beats for the job: it keeps the lease alive and reads the intent twice a second, so that
a stop is seen within a second while a model streams or a command runs.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection

from agents import enums
from agents.lifecycle import leases
from agents.models import Job
from projects.enums import AuthorKind
from projects.models import ChangeSet, Project
from projects.services import changesets
from sandboxes.models import Sandbox
from sandboxes.services import sandboxes

log = logging.getLogger(__name__)

_LOOK_EVERY = 0.4


class Interrupted(Exception):
    """A door asked for a pause or a cancel."""

    def __init__(self, intent: enums.Intent) -> None:
        super().__init__(intent)
        self.intent = intent


class Context:
    """One attempt at a job. `job` is re-read by `hold`; never write it outside."""

    def __init__(self, lease: leases.Lease, job: Job) -> None:
        self.lease = lease
        self.job = job
        self._intent: str | None = job.intent
        self._ended = threading.Event()

    @property
    def project(self) -> Project:
        return self.job.project

    @property
    def wish(self) -> str:
        return str(self.job.input.get("wish", ""))

    @property
    def text(self) -> str:
        return str(self.job.input.get("text", ""))

    @contextmanager
    def hold(self) -> Iterator[Job]:
        """The fence: whatever is written inside is written by the owner of the job."""
        with leases.hold(self.lease) as job:
            self.job = job
            yield job

    @contextmanager
    def hold_on_course(self) -> Iterator[Job]:
        """As `hold`, for moving on: not after a door has asked for something else."""
        with self.hold() as job:
            if job.intent:
                raise Interrupted(enums.Intent(job.intent))
            yield job

    def changeset(self) -> ChangeSet:
        """The job's own change set, opened the first time it is asked for."""
        with self.hold() as job:
            return changesets.open(
                branch=job.branch,
                author_kind=AuthorKind.AGENT,
                by=job.created_by,
                job_ref=job.pk,
                title=self.text[:200],
            )

    def sandbox(self) -> Sandbox:
        return sandboxes.for_branch(self.job.branch)

    def should_stop(self) -> bool:
        """Whether to drop what is going on right now: asked to, or no longer ours."""
        return self._intent != enums.Intent.NONE

    def is_lost(self) -> bool:
        return self._intent is None

    def heed(self) -> None:
        """Between two pieces of work: do what was asked."""
        if self._intent is None:
            raise leases.LeaseLost
        if self._intent:
            raise Interrupted(enums.Intent(self._intent))

    @contextmanager
    def beating(self) -> Iterator[None]:
        thread = threading.Thread(target=self._beat, name=f"beat-{self.job.pk}", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._ended.set()
            thread.join(timeout=30)

    def _beat(self) -> None:
        looks_per_beat = max(1, int(settings.LEASE_SECONDS / 3 / _LOOK_EVERY))
        looks = 0
        try:
            while not self._ended.wait(_LOOK_EVERY):
                looks += 1
                is_ours = looks % looks_per_beat != 0 or leases.extend(self.lease)
                self._intent = leases.intent(self.lease) if is_ours else None
                if self._intent is None:
                    return
        except Exception:
            # Without a beat the job is not surely ours: better to step aside.
            log.exception("The heartbeat of job %s broke.", self.lease.job_id)
            self._intent = None
        finally:
            connection.close()
