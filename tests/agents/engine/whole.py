"""Whole jobs, step by step: wished for, run, and looked at afterwards."""

import threading
from typing import Any

from django.db.models import F

from agents.engine import design, edit, finish, implement, runner
from agents.engine.context import Context
from agents.enums import Phase
from agents.lifecycle import leases, moves
from agents.models import Job
from agents.services import jobs
from projects import feed
from projects.models import Project, User
from projects.services import files
from tests.threads import begin


def wish(project: Project, owner: User, text: str = "A shelf for my books", *, model: str = "own-model") -> Job:
    return jobs.start(project=project, text=text, by=owner, model=model)


def run(job: Job, *, times: int = 1) -> Job:
    """Attempt after attempt, without waiting for the time in between."""
    for _ in range(times):
        Job.objects.filter(pk=job.pk, state="queued").update(not_before=None)
        runner.execute(job.pk)
        # On a machine with much to do a job gives way: that is no attempt of its own.
        while job.attempt_rows.filter(outcome="yielded", number=F("job__attempts")).exists():
            runner.execute(job.pk)
    job.refresh_from_db()
    return job


def in_background(job: Job) -> threading.Thread:
    return begin(runner.execute, job.pk)


def payloads(project: Project, kind: str) -> list[dict[str, Any]]:
    return [event.payload for event in feed.since(project.pk, 0, limit=2000) if event.kind == kind]


def tree(project: Project) -> dict[str, str]:
    manifest = files.manifest(project.branches.get())
    return {path: files.read(manifest, path).decode() for path in manifest}


def build_without_a_box(job: Job) -> Job:
    """All of a job but the running of its app: what `install` and `start` would do changes no file."""
    context = work_on(job)
    if context.job.kind == "generate":
        design.run(context)
        advance(context, Phase.IMPLEMENTING)
        implement.run(context)
    else:
        edit.run(context)
    advance(context, Phase.INSTALL)
    advance(context, Phase.START)
    finish.run(context)
    job.refresh_from_db()
    return job


def advance(context: Context, phase: Phase) -> None:
    with context.hold() as held:
        moves.advance(held, phase)


def work_on(job: Job) -> Context:
    """Claimed and begun, without a heartbeat."""
    lease = leases.claim(job.pk, worker="test")
    assert lease is not None
    context = Context(lease, Job.objects.select_related("project", "branch").get(pk=job.pk))
    with context.hold() as held:
        moves.begin(held)
    return context
