"""Which recording a wish gets, on machines that can run more or less."""

import os
import shutil
from pathlib import Path

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


# --- an operator's own -----------------------------------------------------------------------------

OWN = """place = 100
title = "Mine"
wish = "A garden of moss"
stack = "static"
subjects = ["garden"]
keywords = ["moss"]
"""


@pytest.fixture
def own(settings, tmp_path: Path) -> Path:
    settings.DJINN_HOME = tmp_path
    folder = tmp_path / "recordings" / "mine"
    folder.mkdir(parents=True)
    (folder / "recording.toml").write_text(OWN)
    return folder


def test_an_own_recording_is_found_beside_the_others(own: Path) -> None:
    assert [recording.name for recording in catalogue.all()][-1] == "mine"
    assert len(catalogue.all()) == len(catalogue.built_in()) + 1
    recording, is_exact = catalogue.nearest("a mossy garden of moss", EVERYTHING)
    assert (recording.name, recording.folder, is_exact) == ("mine", own, True)


def test_one_that_is_changed_or_gone_is_noticed(own: Path) -> None:
    (own / "design.txt").write_text("One")
    assert [one.stream("design") for one in catalogue.all() if one.name == "mine"] == ["One"]
    for name, text in (("recording.toml", OWN.replace("Mine", "Other")), ("design.txt", "Two")):
        (own / name).write_text(text)
        os.utime(own / name, (1, 1))
    assert [(one.title, one.stream("design")) for one in catalogue.all() if one.name == "mine"] == [("Other", "Two")]
    shutil.rmtree(own)
    assert catalogue.get("mine") is None


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "no toml",
        OWN.replace('"static"', '"cobol"'),
        OWN.replace("title", "name"),
        OWN.replace('["moss"]', '"moss"'),
        OWN.replace("100", '"x"'),
        OWN + "followup = 3\n",
        OWN + "[[followup]]\nname = 'x'\n",
        "\udcff",
    ],
)
def test_one_that_cannot_be_read_is_left_out_and_logged(
    own: Path, broken: str, caplog: pytest.LogCaptureFixture
) -> None:
    (own / "recording.toml").write_bytes(broken.encode(errors="surrogateescape"))
    os.utime(own / "recording.toml", (2, 2))
    assert catalogue.all() == tuple(sorted(catalogue.built_in(), key=lambda one: one.place))
    catalogue.all()
    said = [record for record in caplog.records if "cannot be read" in record.getMessage()]
    assert len(said) == 1


def test_a_draft_is_nobodys_business(own: Path) -> None:
    own.rename(own.with_name(".mine-draft"))
    assert catalogue.get(".mine-draft") is None
