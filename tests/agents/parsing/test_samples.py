"""Whole replies in the styles of several models, and what each of them means.

A sample is a reply, byte for byte; beside it stand its events, one in a line.
"""

import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path

import pytest

from agents.parsing.events import Event
from tests.agents.parsing import promises, streams

SAMPLES = sorted(Path(__file__).with_name("samples").glob("*.txt"))


def written(event: Event) -> dict[str, object]:
    """As it stands in a sample: tuples are lists there."""
    found: dict[str, object] = json.loads(json.dumps({"event": type(event).__name__, **asdict(event)}))
    return found


@pytest.mark.parametrize("path", SAMPLES, ids=[path.stem for path in SAMPLES])
def test_a_sample_means_what_stands_beside_it(path: Path) -> None:
    text = path.read_bytes().decode()
    found = promises.check(text, [text, *(streams.at_random(text, seed) for seed in range(20))])
    wanted = [json.loads(line) for line in path.with_suffix(".jsonl").read_text().splitlines()]
    assert [written(event) for event in found] == wanted


def test_the_samples_have_every_event_in_them() -> None:
    kinds = Counter(type(event) for path in SAMPLES for event in streams.whole(path.read_bytes().decode()))
    assert set(kinds) == set(Event.__args__)


def test_each_sample_has_its_events() -> None:
    names = {path.stem for path in SAMPLES}
    assert len(names) > 10
    assert {path.stem for path in Path(__file__).with_name("samples").glob("*.jsonl")} == names
