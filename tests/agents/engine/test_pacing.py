"""Stored replies at so many times the speed they came at: by a clock that only counts."""

import pytest

from agents.engine import pacing, replay
from agents.engine.pacing import Pace
from agents.errors import NotPossible
from agents.models import Generation, Job
from agents.services import jobs
from projects.models import Project, User
from tests.agents.engine.whole import build_without_a_box


def played(
    text: str, *, speed: float, first: int | None, whole: int | None, chunk: int = 10
) -> tuple[list[str], Pace, list[float]]:
    waited: list[float] = []
    pace = Pace(speed, wait=waited.append)
    return list(pace.pieces(text, chunk, first_ms=first, all_ms=whole)), pace, waited


@pytest.mark.parametrize("speed", [0.5, 1, 4, 100])
def test_it_takes_as_long_as_it_took_by_so_many(speed: float):
    pieces, pace, waited = played("x" * 500, speed=speed, first=2000, whole=10_000)
    assert "".join(pieces) == "x" * 500
    assert sum(waited) == pytest.approx(10 / speed)
    assert max(waited) <= 1
    assert (pace.timed, pace.untimed) == (1, 0)


def test_before_the_first_letter_it_waits_and_then_they_come_evenly():
    waited: list[float] = []
    pieces = Pace(1, wait=waited.append).pieces("x" * 100, 1000, first_ms=900, all_ms=1900)
    seen = [(round(sum(waited), 3), len(piece)) for piece in pieces]
    assert seen == [(round(0.9 + 0.1 * number, 3), 10) for number in range(1, 11)]


def test_without_times_it_comes_at_once_and_is_counted():
    pieces, pace, waited = played("x" * 25, speed=2, first=None, whole=None)
    assert ([len(piece) for piece in pieces], waited) == ([10, 10, 5], [])
    assert (pace.timed, pace.untimed) == (0, 1)
    assert pacing.sentence(pace) == (
        "Played at 2 times the recorded speed. Of 1 of 1 replies no times were recorded: those were given out at once."
    )


def test_at_once_nothing_waits_and_nothing_is_said():
    pieces, pace, waited = played("x" * 25, speed=0, first=2000, whole=9000)
    assert (len(pieces), waited, pacing.sentence(pace)) == (3, [], "")


def test_a_reply_of_no_letters_takes_its_time_to_the_first():
    assert played("", speed=1, first=500, whole=500)[2] == [0.5]


@pytest.mark.parametrize("speed", [0.05, -1, 1001, float("nan"), float("inf")])
def test_a_speed_that_is_none(speed: float):
    with pytest.raises(NotPossible, match=r"--speed is a number from 0\.1 to 1,000\."):
        pacing.at(speed)


@pytest.mark.django_db(transaction=True)
def test_a_job_is_played_in_its_own_time_and_gives_the_same(project: Project, owner: User):
    job = build_without_a_box(jobs.start(project=project, text="A list", by=owner, model="demo/reading-list"))
    Generation.objects.filter(job=job).update(first_token_ms=1000, duration_ms=6000)
    last = Generation.objects.filter(job=job).latest("created_at")
    Generation.objects.filter(pk=last.pk).update(first_token_ms=None, duration_ms=None)
    waited: list[float] = []
    told: list[str] = []
    pace = Pace(2, wait=waited.append)
    assert replay.run(job, pace=pace, tell=told.append).is_identical
    count = Generation.objects.filter(job=job).count()
    assert sum(waited) == pytest.approx(3 * (count - 1))
    assert (pace.timed, pace.untimed) == (count - 1, 1)
    assert told[0] == "design:"
    assert "  index.html …" in told
    _kept_in_sight(job)


def _kept_in_sight(job: Job) -> None:
    """Earlier steps are neither played nor told."""
    told: list[str] = []
    waited: list[float] = []
    replay.run(job, from_step="implement-2", pace=Pace(2, wait=waited.append), tell=told.append)
    assert told[0] == "implement-2:"
    assert waited == []
