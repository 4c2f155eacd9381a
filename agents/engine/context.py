"""What every step of a job is given: the job, its lease, and what was asked of it meanwhile.

A thread beats for the job: it keeps the lease alive and reads the intent twice a second, so that
a stop is seen within a second while a model streams or a command runs.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from django.conf import settings

from agents import chains, enums
from agents.engine import heartbeat
from agents.lifecycle import leases, steering
from agents.models import Job
from projects.enums import AuthorKind
from projects.models import ChangeSet, Project
from projects.services import changesets
from sandboxes.models import Sandbox
from sandboxes.services import sandboxes


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
        self._heart = heartbeat.Heartbeat(
            extend=partial(leases.extend, lease),
            ask=partial(leases.intent, lease),
            seconds=settings.LEASE_SECONDS,
            intent=job.intent,
        )

    @property
    def project(self) -> Project:
        return self.job.project

    @property
    def wish(self) -> str:
        return str(self.job.input.get("wish", ""))

    @property
    def said(self) -> str:
        """By people since the job began; nothing while nobody said anything."""
        said = "\n".join(f"- {text}" for text in steering.said(self.job))
        return f"Said since, while it was made:\n{said}" if said else ""

    @property
    def wishes(self) -> str:
        """With what was said since."""
        return f"{self.wish}\n\n{self.said}".rstrip() if self.said else self.wish

    @property
    def text(self) -> str:
        return str(self.job.input.get("text", ""))

    def models(self, step: str) -> tuple[str, ...]:
        """Those that may answer this step, the preferred one first."""
        is_chosen = bool(self.job.input.get("model"))
        return chains.of_step(step, job=self.job.model, is_chosen=is_chosen, by_kind=settings.MODEL_OF_STEP)

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
        return self._heart.intent != enums.Intent.NONE

    def is_lost(self) -> bool:
        return self._heart.intent is None

    def heed(self) -> None:
        """Between two pieces of work: do what was asked."""
        if self._heart.intent is None:
            raise leases.LeaseLost
        if self._heart.intent:
            raise Interrupted(enums.Intent(self._heart.intent))

    @contextmanager
    def beating(self) -> Iterator[None]:
        ended = threading.Event()
        thread = threading.Thread(target=self._heart.run, args=(ended,), name=f"beat-{self.job.pk}", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join(timeout=30)
