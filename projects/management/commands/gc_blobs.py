"""`manage.py gc_blobs`: delete contents that no version, file or change names any more."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import filesizeformat

from projects.services import collecting

_MOST_HOURS = 24 * 365


class Command(BaseCommand):
    help = (
        "Delete contents that nothing names any more. The first run marks them; a later one deletes what was marked "
        "long enough ago. Safe while people write."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        least, usual = (span // timedelta(hours=1) for span in (collecting.LEAST_GRACE, collecting.GRACE))
        parser.add_argument(
            "--grace-hours",
            type=int,
            default=usual,
            help=f"so long after it was marked (default {usual}, least {least})",
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would be deleted, and change nothing")

    def handle(self, *_: Any, **options: Any) -> None:
        hours, is_dry = options["grace_hours"], options["dry_run"]
        if not collecting.LEAST_GRACE <= timedelta(hours=hours) <= timedelta(hours=_MOST_HOURS):
            raise CommandError(f"--grace-hours must be between 1 and {_MOST_HOURS:,}.")
        done = collecting.collect(grace=timedelta(hours=hours), dry_run=is_dry)
        verb = "Would delete" if is_dry else "Deleted"
        self.stdout.write(f"{verb} {done.deleted:,} contents ({filesizeformat(done.bytes)}); {done.waiting:,} wait.")
