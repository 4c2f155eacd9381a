"""Read a job's stored replies once more and say whether they give the same tree.

It works in this process, without a server and without a network, and writes nothing
(docs/adr/0016-a-replay-runs-where-it-is-asked-for.md). Exit codes: 0 identical, 1 different, 2 cannot be said.
"""

import json
import sys
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from agents.engine import comparing, replay
from agents.engine.replay import Outcome
from agents.errors import NotPossible
from agents.recordings import drafts
from agents.services import replays
from projects.errors import Refusal

IDENTICAL, DIFFERENT, IMPOSSIBLE = 0, 1, 2
_MOST_CHUNK = 10_000_000
_MOST_PATHS = 1000
_MOST_SHOWN = 20
_MOST_LINES = 200


class Command(BaseCommand):
    help = "Read a job's stored replies once more and say whether they give the same tree."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("job", help="the job's id")
        parser.add_argument("--chunk", type=int, default=replay.CHUNK, help="characters given to the parser at once")
        parser.add_argument("--json", action="store_true", help="answer in JSON")
        parser.add_argument("--keep", default="", metavar="FOLDER", help="write the replayed files into a new folder")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            outcome = self._replay(options)
        except (NotPossible, Refusal, OSError) as sorry:
            if options["json"]:
                self.stdout.write(json.dumps({"verdict": "impossible", "message": str(sorry)}))
                sys.exit(IMPOSSIBLE)
            raise CommandError(str(sorry), returncode=IMPOSSIBLE) from None
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(outcome), indent=1))
        else:
            self._tell(outcome)
        if not outcome.is_identical:
            sys.exit(DIFFERENT)

    def _replay(self, options: dict[str, Any]) -> Outcome:
        if not 1 <= options["chunk"] <= _MOST_CHUNK:
            raise NotPossible(f"--chunk is a number from 1 to {_MOST_CHUNK:,}.")
        outcome = replay.run(replays.find_job(options["job"]), chunk=options["chunk"])
        if options["keep"]:
            _write(outcome, Path(options["keep"]))
        return outcome

    def _tell(self, outcome: Outcome) -> None:
        self.stdout.write(f"{outcome.replies} replies, {outcome.characters:,} characters, no model asked.")
        self.stdout.write(f"The job staged   {outcome.expected_hash}{_version(outcome)}")
        self.stdout.write(f"The replay gives {outcome.tree_hash}")
        self.stdout.write(comparing.sentence(outcome))
        for one in outcome.differences[:_MOST_SHOWN]:
            self.stdout.write("")
            for line in islice(comparing.lines(outcome, one), _MOST_LINES):
                self.stdout.write(line)
        if (left := len(outcome.differences) - _MOST_SHOWN) > 0:
            self.stdout.write(f"\nAnd {left} more; --json names them.")


def _version(outcome: Outcome) -> str:
    version = outcome.changeset.applied_as if outcome.changeset else None
    if version is None:
        return ""
    joined = "" if version.tree_hash == outcome.expected_hash else ", joined with the work of others"
    return f" (version {version.number}{joined})"


def _as_json(outcome: Outcome) -> dict[str, Any]:
    return {
        "job": str(outcome.job.pk),
        "verdict": "identical" if outcome.is_identical else "different",
        "message": comparing.sentence(outcome),
        "expected_hash": outcome.expected_hash,
        "tree_hash": outcome.tree_hash,
        "has_same_plan": outcome.has_same_plan,
        "differences": comparing.differences(outcome, most=_MOST_PATHS),
        "difference_count": len(outcome.differences),
        "replies": outcome.replies,
        "characters": outcome.characters,
    }


def _write(outcome: Outcome, folder: Path) -> None:
    """Paths of a tree never leave it; the folder is new, so nothing is overwritten and no link is followed."""
    if folder.exists():
        raise NotPossible(f"{folder} exists already. --keep writes a new folder.")
    with drafts.drafted(folder) as draft:
        for path, entry in outcome.scratch.manifest().items():
            target = draft / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(outcome.scratch.read(path))
            target.chmod(0o755 if entry.executable else 0o644)
