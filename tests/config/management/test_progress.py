"""How events read in a terminal."""

import io
from typing import Any

import pytest
from django.core.management.base import OutputWrapper

from config.management import progress
from tests.ui.story import STORY


def told(*events: tuple[str, dict[str, Any]], is_terminal: bool = False) -> str:
    out = io.StringIO()
    shown = progress.Progress(OutputWrapper(out), is_terminal=is_terminal)
    for kind, payload in events:
        shown.tell(kind, payload)
    return out.getvalue()


def test_a_whole_story_is_told_in_few_lines():
    assert told(*STORY).splitlines() == [
        "  Waits for 1 job before it.",
        "",
        "Design",
        "  - one",
        "  - two",
        "  Tool library: Who has the drill?",
        "",
        "Build",
        "  ✓ index.html (12 lines)",
        "  ✓ style.css (+3 −1)",
        "  ✓ npm install",
        "  ✗ npm install",
        "  ✓ npm install",
    ]


def test_a_second_file_of_a_phase_does_not_name_the_phase_again():
    phase = next(payload for kind, payload in STORY if kind == "phase_changed")
    again = {**phase, "before": phase["phase"]}
    assert told(("phase_changed", phase), ("phase_changed", again)) == "\nDesign\n"


def test_a_wait_says_why():
    queued = next(payload for kind, payload in STORY if kind == "job_queued")
    assert told(("job_queued", {**queued, "message": "Trying again in 5 s: It is down."})) == (
        "  Trying again in 5 s: It is down.\n"
    )


def test_a_terminal_shows_that_something_is_going_on():
    phase = next(payload for kind, payload in STORY if kind == "phase_changed")
    assert told(("phase_changed", phase), is_terminal=True) == "\r\x1b[K\nDesign\n  …"


@pytest.mark.parametrize(
    ("url", "command"),
    [
        ("http://p-abc.localhost:8000/", "curl -H 'Host: p-abc.localhost:8000' http://127.0.0.1:8000/"),
        ("http://p-abc.localhost/", "curl -H 'Host: p-abc.localhost' http://127.0.0.1:80/"),
    ],
)
def test_the_way_round_a_name_that_does_not_resolve(url: str, command: str):
    assert progress.curl(url) == command
