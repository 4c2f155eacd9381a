"""Read a job's stored replies once more and say whether they give the same tree; or have it run anew by another model.

The first works in this process, without a server and without a network, and writes nothing unless --into says where
(docs/adr/0016-a-replay-runs-where-it-is-asked-for.md). Exit codes: 0 identical, 1 different, 2 cannot be said.
"""

import json
import sys
import time
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from agents.engine import comparing, keeping, pacing, replay
from agents.engine.comparing import Compared
from agents.engine.pacing import Pace
from agents.engine.replay import Outcome
from agents.errors import NotPossible, Unfit
from agents.management import live
from agents.recordings import drafts
from agents.services import replays
from projects.errors import Refusal

IDENTICAL, DIFFERENT, IMPOSSIBLE = 0, 1, 2
_MOST_CHUNK = 10_000_000
_MOST_PATHS = 1000
_MOST_SHOWN = 20
_MOST_LINES = 200
_OF_REPLIES = ("keep", "from_step", "speed")


@dataclass(frozen=True)
class Done:
    """What came of it; `compared` and `kept` where they were asked for."""

    outcome: Outcome
    pace: Pace
    compared: Compared | None
    kept: str


class Command(BaseCommand):
    help = "Read a job's stored replies once more and say whether they give the same tree."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("job", help="the job's id")
        parser.add_argument("--chunk", type=int, default=replay.CHUNK, help="characters given to the parser at once")
        parser.add_argument("--json", action="store_true", help="answer in JSON")
        parser.add_argument("--keep", default="", metavar="FOLDER", help="write the replayed files into a new folder")
        parser.add_argument("--from-step", default="", metavar="STEP", help="take what came before it as recorded")
        parser.add_argument("--speed", type=float, default=0.0, metavar="X", help="play at X times the recorded speed")
        parser.add_argument("--compare", action="store_true", help="files, lines, cost, tokens and time of both")
        parser.add_argument("--into", default="", metavar="BRANCH", help="keep the result on another branch")
        parser.add_argument("--model", default="", metavar="M", help="have a worker run it anew with this model")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["model"]:
                return self._run_anew(options)
            done = self._replay(options)
        except (NotPossible, Unfit, Refusal, OSError) as sorry:
            if options["json"]:
                self.stdout.write(json.dumps({"verdict": "impossible", "message": str(sorry)}))
                sys.exit(IMPOSSIBLE)
            raise CommandError(str(sorry), returncode=IMPOSSIBLE) from None
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(done), indent=1))
        else:
            self._tell(done)
        if not done.outcome.is_identical:
            sys.exit(DIFFERENT)
        return None

    def _run_anew(self, options: dict[str, Any]) -> None:
        if any(options[name] for name in _OF_REPLIES) or options["chunk"] != replay.CHUNK:
            raise NotPossible("--model asks anew: --chunk, --keep, --from-step and --speed are about stored replies.")
        job = live.ask(replays.find_job(options["job"]), model=options["model"], branch=options["into"])
        says = self._whisper if options["json"] else self._say
        says(f"Job {job.pk}, on the branch {job.branch.name}. A worker runs it; it goes on when this is ended.\n")
        for line in live.follow(job):
            says(f"{line}\n")
        both = live.compare(job)
        told = [json.dumps(live.as_json(both), indent=1)] if options["json"] else live.lines(both)
        for line in told:
            self.stdout.write(line)
        if not both.is_identical:
            sys.exit(DIFFERENT)

    def _whisper(self, text: str) -> None:
        """Beside what another program reads."""
        self.stderr.write(text.rstrip("\n"))

    def _replay(self, options: dict[str, Any]) -> Done:
        if not 1 <= options["chunk"] <= _MOST_CHUNK:
            raise NotPossible(f"--chunk is a number from 1 to {_MOST_CHUNK:,}.")
        pace = pacing.at(options["speed"]) if options["speed"] else Pace()
        is_watched, began = bool(options["speed"]) and not options["json"], time.monotonic()
        outcome = replay.run(
            replays.find_job(options["job"]),
            chunk=options["chunk"],
            from_step=options["from_step"],
            pace=pace,
            tell=self._say if is_watched else None,
        )
        seconds = time.monotonic() - began
        if options["keep"]:
            _write(outcome, Path(options["keep"]))
        return Done(
            outcome=outcome,
            pace=pace,
            compared=comparing.figures(outcome, seconds=seconds) if options["compare"] else None,
            kept=str(keeping.keep(outcome, options["into"], by=None)) if options["into"] else "",
        )

    def _say(self, text: str) -> None:
        """While it is played: seen when it happens."""
        self.stdout.write(text)
        self.stdout.flush()

    def _tell(self, done: Done) -> None:
        outcome = done.outcome
        self.stdout.write(f"{outcome.replies} replies, {outcome.characters:,} characters, no model asked.")
        if outcome.from_step:
            self.stdout.write(f"What came before {outcome.from_step} is taken as recorded.")
        if said := pacing.sentence(done.pace):
            self.stdout.write(said)
        self.stdout.write(f"The job staged   {outcome.expected_hash}{_version(outcome)}")
        self.stdout.write(f"The replay gives {outcome.tree_hash}")
        self.stdout.write(comparing.sentence(outcome))
        if done.compared is not None:
            self._compare(outcome, done.compared)
        self._show_lines(outcome)
        if done.kept:
            self.stdout.write(done.kept)

    def _compare(self, outcome: Outcome, compared: Compared) -> None:
        for one in comparing.differences(outcome, most=_MOST_PATHS):
            self.stdout.write(f"  {one['path']}: {one['change']}, +{one['added']} -{one['removed']}")
        for line in comparing.table(compared):
            self.stdout.write(line)

    def _show_lines(self, outcome: Outcome) -> None:
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


def _as_json(done: Done) -> dict[str, Any]:
    outcome = done.outcome
    compared = {"compared": done.compared} if done.compared is not None else {}
    kept = {"kept": done.kept} if done.kept else {}
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
        **({"from_step": outcome.from_step} if outcome.from_step else {}),
        **({"played": pacing.sentence(done.pace)} if done.pace.speed else {}),
        **compared,
        **kept,
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
