"""Which recording a wish gets, on machines that can run more or less."""

import pytest

from agents.recordings import catalogue

EVERYTHING = ("static", "react-vite", "python")


@pytest.mark.parametrize(
    ("wish", "name"),
    [
        ("a pomodoro timer", "pomodoro"),
        ("Build me a focus timer with tasks, please", "pomodoro"),
        ("A reading list", "reading-list"),
        ("track the books I read", "reading-list"),
        ("a lending library for tools", "tool-library"),
        ("a kanban board", "kanban"),
        ("A to-do list", "kanban"),
        ("Tool library for my neighbours, in Flask", "tool-library"),
    ],
)
def test_a_wish_finds_its_recording(wish: str, name: str) -> None:
    recording, is_exact = catalogue.nearest(wish, EVERYTHING)
    assert (recording.name, is_exact) == (name, True)


@pytest.mark.parametrize("recording", catalogue.all(), ids=lambda recording: recording.name)
def test_each_example_is_served_by_its_own_recording(recording: catalogue.Recording) -> None:
    assert catalogue.nearest(recording.wish, EVERYTHING) == (recording, True)


@pytest.mark.parametrize(
    ("wish", "name"),
    [
        ("a timer for boiling eggs by size and altitude", "pomodoro"),
        ("a social network for people who like books", "reading-list"),
        ("an accounting system with invoices", "pomodoro"),
        ("", "pomodoro"),
    ],
)
def test_another_wish_gets_the_nearest_and_is_told_so(wish: str, name: str) -> None:
    recording, is_exact = catalogue.nearest(wish, EVERYTHING)
    assert (recording.name, is_exact) == (name, False)


def test_only_what_this_machine_can_run_is_chosen() -> None:
    recording, is_exact = catalogue.nearest("a pomodoro timer", ("static",))
    assert (recording.name, is_exact) == ("reading-list", False)


def test_static_pages_run_on_every_machine() -> None:
    recording, is_exact = catalogue.nearest("a reading list", ())
    assert (recording.name, is_exact) == ("reading-list", True)


def test_a_recording_is_found_by_name() -> None:
    assert catalogue.get("pomodoro") == catalogue.all()[0]
    assert catalogue.get("no-such") is None
