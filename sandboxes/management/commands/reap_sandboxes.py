"""One round of the reaper, now: rows and boxes are compared, and what nobody uses is paused or put away."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from sandboxes.runtime import reaper


class Command(BaseCommand):
    help = "Compare all sandboxes with the boxes that really run, once. Ends with 1 when something could not be done."

    def handle(self, *args: Any, **options: Any) -> None:
        done = reaper.reap()
        failed = done.pop("failed", 0)
        for what, count in sorted(done.items()):
            self.stdout.write(f"{count} {what}")
        if not done:
            self.stdout.write("Nothing had to be done.")
        if failed:
            raise CommandError(f"{failed} could not be done; the log says why. The next round tries again.")
