"""Write a job that has ended into one file, to be read, replayed and kept in another installation.

Secrets, mail addresses of people and folders of this machine stay here. It needs neither a server nor a network.
"""

import os
import tempfile
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from agents.errors import NotPossible
from agents.services import parcels, replays
from projects.errors import Refusal

_IMPOSSIBLE = 2


class Command(BaseCommand):
    help = "Write a job that has ended into one file, without secrets."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("job", help="the job's id")
        parser.add_argument("--to", default="", metavar="FILE", help="a new file; named after the job if left out")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            export = parcels.export(replays.find_job(options["job"]))
            target = Path(options["to"] or export.name)
            size = _write(target, export)
        except (NotPossible, Refusal, OSError) as sorry:
            raise CommandError(str(sorry), returncode=_IMPOSSIBLE) from None
        self.stdout.write(f"{target}: {size:,} bytes.")


def _write(target: Path, export: parcels.Export) -> int:
    """Whole or not at all, and never over what is there."""
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".export-", delete=False) as draft:
        try:
            for piece in export.pieces:
                draft.write(piece)
            draft.flush()
            os.link(draft.name, target)
        except FileExistsError:
            raise NotPossible(f"{target} exists already. --to writes a new file.") from None
        finally:
            Path(draft.name).unlink()
    return target.stat().st_size
