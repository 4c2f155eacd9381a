"""Turn a finished job into a recording that the demo model plays.

A first build becomes a recording of its own in DJINN_HOME/recordings; a change is added to the recording
of that build. It works in this process, without a server and without a network.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from agents.engine import recording
from agents.errors import NotPossible
from agents.services import replays
from projects.errors import Refusal

_IMPOSSIBLE = 2


class Command(BaseCommand):
    help = "Turn a finished job into a recording that the demo model plays."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("job", help="the job's id")
        parser.add_argument("--name", default="", help="its name; made of the app's if left out")
        parser.add_argument("--title", default="", help="what people read; the app's name if left out")
        parser.add_argument("--force", action="store_true", help="replace a recording of that name")
        parser.add_argument("--keep-secrets", action="store_true", help="record what looks like a secret, too")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = recording.make(
                replays.find_job(options["job"]),
                name=options["name"],
                title=options["title"],
                replaces=options["force"],
                keeps_secrets=options["keep_secrets"],
            )
        except (NotPossible, Refusal, OSError) as sorry:
            raise CommandError(str(sorry), returncode=_IMPOSSIBLE) from None
        for note in made.notes:
            self.stdout.write(note)
        self.stdout.write(f"Recorded as “{made.name}” in {made.folder}")
        self.stdout.write(f"Played back, it gives {made.tree_hash}")
        self.stdout.write(f"Use it: a wish like it with the demo model, or the model demo/{made.name}.")
