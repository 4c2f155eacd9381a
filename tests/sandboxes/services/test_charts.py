"""Lines of samples stay in their box, whatever comes."""

from datetime import timedelta

import pytest
from django.utils import timezone

from sandboxes.models import Sample, Sandbox
from sandboxes.services import charts, statistics
from tests.sandboxes.conftest import MakeApp


def sampled(sandbox: Sandbox, *memory: int) -> charts.Chart | None:
    now = timezone.now()
    values = {"disk_bytes": 0, "processes": 1, "cpu_seconds": 0.0, "cpu_share": None}
    Sample.objects.bulk_create(
        Sample(sandbox=sandbox, taken_at=now + timedelta(seconds=30 * at), box="a", memory_bytes=taken, **values)
        for at, taken in enumerate(memory)
    )
    return charts.of(statistics.history(sandbox))


def points(line: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, _, y in (point.partition(",") for point in line.split())]


@pytest.mark.parametrize("count", [0, 1])
def test_one_point_is_no_line(make_app: MakeApp, count: int) -> None:
    assert sampled(make_app({}), *range(count)) is None


def test_the_newest_is_at_the_right_and_the_most_at_the_top(make_app: MakeApp) -> None:
    chart = sampled(make_app({}), 0, 200, 100)
    assert chart is not None
    assert points(chart.memory) == [(0.0, 29.0), (50.0, 1.0), (100.0, 15.0)]
    assert (chart.most_memory, chart.most_processor) == (200, 0.0)
    assert {y for _, y in points(chart.processor)} == {29.0}


@pytest.mark.parametrize("count", [2, 119, 120, 121, 240, 241, 2880])
def test_a_whole_day_is_thinned_and_keeps_its_peak(make_app: MakeApp, count: int) -> None:
    chart = sampled(make_app({}), *([5] * (count - 1)), 999)
    assert chart is not None
    line = points(chart.memory)
    assert 2 <= len(line) <= charts.MOST_POINTS
    assert (line[0][0], line[-1]) == (0.0, (100.0, 1.0))
    assert all(0 <= y <= charts.HEIGHT for _, y in line)
