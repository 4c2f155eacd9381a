"""Samples of a sandbox as two lines, drawn in a box of 100 by 30."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from sandboxes.models import Sample

WIDTH, HEIGHT = 100.0, 30.0
# Of a day of samples as many as a line shows.
MOST_POINTS = 120


@dataclass(frozen=True)
class Chart:
    """`memory` and `processor` are the points of lines, as SVG writes them; each is drawn against its own most."""

    since: datetime
    until: datetime
    memory: str
    processor: str
    most_memory: int
    most_processor: float


def of(history: "QuerySet[Sample]") -> Chart | None:
    """None until there are two to draw a line between. Of what is left out between two points the most is kept."""
    samples = list(history.only("taken_at", "memory_bytes", "cpu_share"))[::-1]
    if len(samples) < 2:
        return None
    memory = [float(sample.memory_bytes) for sample in samples]
    processor = [sample.cpu_share or 0.0 for sample in samples]
    return Chart(
        since=samples[0].taken_at,
        until=samples[-1].taken_at,
        memory=_line(memory),
        processor=_line(processor),
        most_memory=int(max(memory)),
        most_processor=max(processor),
    )


def _line(values: Sequence[float]) -> str:
    thinned = _thinned(values)
    most, step = max(thinned) or 1.0, WIDTH / (len(thinned) - 1)
    return " ".join(
        f"{number * step:.2f},{HEIGHT - value / most * (HEIGHT - 2) - 1:.2f}" for number, value in enumerate(thinned)
    )


def _thinned(values: Sequence[float]) -> list[float]:
    size = -(-len(values) // MOST_POINTS)
    return [max(values[at : at + size]) for at in range(0, len(values), size)] if len(values) > 2 * size else [*values]
