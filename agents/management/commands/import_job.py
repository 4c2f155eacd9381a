"""Take in a job that another installation exported: its versions, conversation and calls, as a story that is over.

It never runs here and costs nothing. It needs neither a server nor a network.
"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from agents.errors import NotPossible
from agents.models import Job
from agents.services import parcels
from projects import origins
from projects.errors import Refusal

_IMPOSSIBLE = 2


class Command(BaseCommand):
    help = "Take in a job that another installation exported, as a story that is over."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="what export_job wrote")
        where = parser.add_mutually_exclusive_group(required=True)
        where.add_argument(
            "--project", default="", help="into this project, on a branch of its own: owner/name or an id"
        )
        where.add_argument("--new", action="store_true", help="into a project of its own")
        parser.add_argument("--name", default="", help="with --new: the name of the project; the app's if left out")
        parser.add_argument("--owner", default="", help="with --new: e-mail of the owner; the local one if left out")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with origins.entered("command"):
                job = self._take(options)
        except (NotPossible, Refusal, OSError) as sorry:
            raise CommandError(str(sorry), returncode=_IMPOSSIBLE) from None
        self.stdout.write(
            f"Imported as {job.pk} into {job.project.owner.handle}/{job.project.slug}, {job.branch.name}."
        )
        self.stdout.write(f"Read it once more: manage.py replay_generation {job.pk}")

    def _take(self, options: dict[str, Any]) -> Job:
        with Path(options["file"]).open("rb") as file:
            if options["new"]:
                return parcels.make(file, by=parcels.find_owner(options["owner"]), name=options["name"])
            project = parcels.find_project(options["project"])
            return parcels.take(file, project, by=project.owner)
