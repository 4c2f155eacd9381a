"""A replay that somebody asked for in the admin: carried out once, its verdict kept in its row."""

import logging
import time
import uuid

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from agents import enums
from agents.engine import comparing, keeping, recording, replay
from agents.errors import NotPossible
from agents.models import Replay
from agents.models.replays import MOST_TRIES
from projects.errors import Refusal

log = logging.getLogger(__name__)

_MOST_PATHS = 100


def settle(replay_id: uuid.UUID | str) -> None:
    """One worker at a time, and not for ever one after the other."""
    row = _claim(replay_id)
    if row is None:
        return
    if row.tries > MOST_TRIES:
        _end(row, enums.Verdict.IMPOSSIBLE, f"{MOST_TRIES} workers ended over it.")
        return
    try:
        _carry_out(row)
    except (NotPossible, Refusal, OSError) as sorry:
        _end(row, enums.Verdict.IMPOSSIBLE, str(sorry))
    except Exception:
        log.exception("A replay met something nobody foresaw.")
        _end(row, enums.Verdict.IMPOSSIBLE, "Something went wrong on our side; the log says what.")


def _claim(replay_id: uuid.UUID | str) -> Replay | None:
    """By compare-and-set: None where it is settled, or somebody began a moment ago."""
    mine = Replay.objects.free().filter(pk=replay_id)
    if not mine.update(tries=F("tries") + 1, started_at=timezone.now()):
        return None
    return Replay.objects.filter(pk=replay_id).select_related("job__project", "job__branch").first()


def overdue() -> list[uuid.UUID]:
    return list(Replay.objects.overdue().order_by("created_at").values_list("pk", flat=True)[:20])


def _carry_out(row: Replay) -> None:
    if row.purpose == enums.Purpose.RECORD:
        made = recording.make(row.job)
        said = " ".join((f"Recorded as “{made.name}”.", *made.notes))
        _end(row, enums.Verdict.IDENTICAL, said, expected_hash=made.tree_hash, tree_hash=made.tree_hash)
        return
    began = time.monotonic()
    outcome = replay.run(row.job, from_step=row.from_step)
    figures = comparing.figures(outcome, seconds=time.monotonic() - began)
    verdict = enums.Verdict.IDENTICAL if outcome.is_identical else enums.Verdict.DIFFERENT
    found = comparing.differences(outcome, most=_MOST_PATHS)
    with transaction.atomic():  # kept and said so, or neither: a worker that dies in between keeps nothing twice
        kept = keeping.keep(outcome, row.into, by=row.created_by) if row.into else ""
        _end(
            row,
            verdict,
            f"{comparing.sentence(outcome)} {kept}".strip(),
            figures=figures,
            expected_hash=outcome.expected_hash,
            tree_hash=outcome.tree_hash,
            differences=found,
        )


def _end(row: Replay, verdict: enums.Verdict, message: str, **found: object) -> None:
    Replay.objects.pending().filter(pk=row.pk).update(
        verdict=verdict, message=message, finished_at=timezone.now(), **found
    )
