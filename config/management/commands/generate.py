"""Make a wish from the terminal and watch it come true.

It writes the job's row and follows the feed; the work is done by the running server. When none
runs, it starts one, says so, and leaves it running.
"""

import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from agents import errors
from agents.models import Job
from agents.models.sessions import MOST_TEXT
from agents.services import selection, wishes
from config.management import progress, server
from config.management.numbers import bounded
from projects import feed
from projects.models import User
from projects.services import accounts
from sandboxes.services import sandboxes

_LOOK_EVERY = 0.2


class Command(BaseCommand):
    help = "Turn a wish into a running web application, from the terminal."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("wish", help="what you would like to have made")
        parser.add_argument("--owner", default="", help="e-mail of the owner; the local one if left out")
        parser.add_argument("--model", default="", help="the model to use instead of DJINN_MODEL")
        parser.add_argument("--timeout", type=bounded(1, 86_400), default=1800, help="seconds to wait at most")

    def handle(self, *args: Any, **options: Any) -> None:
        wish = options["wish"].strip()
        if not wish:
            raise CommandError("Say what you would like to have made.")
        if len(wish) > MOST_TEXT:
            raise CommandError(f"A wish may have up to {MOST_TEXT:,} characters.")
        try:
            selection.check(options["model"])
        except errors.NotPossible as refusal:
            raise CommandError(str(refusal)) from None
        server.need(self.stdout)  # before any question to the database, which it makes on an empty home
        owner = self._owner(options["owner"])
        job = wishes.make(text=wish, by=owner, model=options["model"])
        try:
            self._follow(job, seconds=options["timeout"])
        except KeyboardInterrupt:
            raise CommandError("You left. The job goes on; see it in the browser.", returncode=130) from None
        except Job.DoesNotExist:
            raise CommandError("The project was deleted meanwhile.") from None
        self._end(job)

    def _owner(self, email: str) -> User:
        if not email:
            return accounts.local_owner()
        owner = User.objects.filter(email__iexact=email).first()
        if owner is None:
            raise CommandError(f"There is no account with the address {email}.")
        accounts.ensure_handle(owner)
        return owner

    def _follow(self, job: Job, *, seconds: int) -> None:
        shown = progress.Progress(self.stdout, is_terminal=sys.stdout.isatty())
        seq, deadline = 0, time.monotonic() + seconds
        while time.monotonic() < deadline:
            for event in feed.since(job.project_id, seq):
                seq = event.seq
                shown.tell(event.kind, event.payload)
            job.refresh_from_db()
            if not job.is_active and seq == feed.last_seq(job.project_id):
                return
            if job.state == "paused":
                raise CommandError("The job is paused; resume it in the browser.")
            time.sleep(_LOOK_EVERY)
        raise CommandError(f"Not done after {seconds} s. The job goes on; see it in the browser.")

    def _end(self, job: Job) -> None:
        if job.state != "completed":
            error = job.error or {}
            said = error.get("message") or f"The job was {job.state}."
            raise CommandError(f"{said} {error.get('user_action', '')}".strip())
        url = sandboxes.preview_url(sandboxes.for_branch(job.branch))
        self.stdout.write(f"\nReady: {url}")
        self.stdout.write(f"Where that name does not resolve: {progress.curl(url)}")
