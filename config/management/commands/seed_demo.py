"""Fill an installation: one project per recording this machine can run, built and then changed once.

Asking twice makes nothing twice and tries again what failed. The work is done by the running
server, as for any other wish.
"""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from agents.enums import JobState
from agents.models import Job
from agents.recordings import catalogue
from agents.services import jobs, wishes
from config.management import server
from config.management.numbers import bounded
from projects.models import User
from projects.services import accounts
from sandboxes.runtime import stacks

_LOOK_EVERY = 0.5


class Command(BaseCommand):
    help = "Fill this installation with one project per recorded generation."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--timeout", type=bounded(1, 86_400), default=900, help="seconds to wait at most")

    def handle(self, *args: Any, **options: Any) -> None:
        server.need(self.stdout)  # before any question to the database, which it makes on an empty home
        owner = accounts.local_owner()
        able = stacks.available()
        recordings = [recording for recording in catalogue.all() if recording.stack in able]
        wanted = [job for recording in recordings for job in _project(recording, owner)]
        self._wait(wanted, seconds=options["timeout"])
        for job in wanted:
            self.stdout.write(f"{job.project.name}: {job.input['text']} ({job.state})")
        if failed := [job for job in wanted if job.state != "completed"]:
            raise CommandError(f"{len(failed)} of {len(wanted)} jobs did not complete.")

    def _wait(self, wanted: list[Job], *, seconds: int) -> None:
        deadline = time.monotonic() + seconds
        while any(job.is_active for job in wanted):
            if time.monotonic() > deadline:
                raise CommandError(f"Not done after {seconds} s. The jobs go on; see them in the browser.")
            time.sleep(_LOOK_EVERY)
            for job in wanted:
                job.refresh_from_db()


def _project(recording: catalogue.Recording, owner: User) -> list[Job]:
    """The build of a recording and its first change, if it has one; those that exist already are given back."""
    key = f"seed:{recording.name}"
    model = f"demo/{recording.name}"
    build = Job.objects.filter(created_by=owner, idempotency_key=key).select_related("project").first()
    build = build or wishes.make(text=recording.wish, by=owner, model=model, idempotency_key=key)
    made = [build]
    for followup in recording.followups[:1]:  # an operator's own recording may have none
        text, key = followup.says, f"{key}:change"
        made.append(jobs.start(project=build.project, text=text, by=owner, model=model, idempotency_key=key))
    for job in made:
        if job.state == JobState.FAILED:
            jobs.retry(job, by=owner)
            job.refresh_from_db()
    return made
