"""Every recording says what its blueprint promises, and its follow-ups fit what it built."""

import itertools
import json
import re
from pathlib import Path

import pytest

from agents.parsing import events, parts
from agents.prompts import blueprint
from agents.recordings import catalogue
from agents.recordings.recording import FollowUp, Recording
from tests.agents.recordings import builds

_ROOT = Path(__file__).parents[3]
_TEMPLATES = _ROOT / "sandboxes" / "backends" / "templates"
_OUTSIDE = re.compile(r"(?:https?:)?//(?!www\.w3\.org/)[\w-]+\.[\w.-]+")

every_recording = pytest.mark.parametrize("recording", catalogue.all(), ids=lambda recording: recording.name)


def _blueprint(recording: Recording) -> tuple[blueprint.Blueprint, str]:
    _, body, is_closed = parts.extract(recording.stream("design") or "", "blueprint")
    assert body is not None
    assert is_closed
    return blueprint.parse(body), body


@every_recording
def test_the_design_begins_with_words_and_names_the_stack(recording: Recording) -> None:
    prose, _, _ = parts.extract(recording.stream("design") or "", "blueprint")
    assert len(prose.strip()) > 80
    plan, written = _blueprint(recording)
    assert plan.stack == recording.stack
    assert json.loads(json.dumps(plan.as_dict())) == json.loads(written)


@every_recording
def test_each_phase_writes_exactly_its_files_in_order(recording: Recording) -> None:
    phases = _blueprint(recording)[0].phases
    assert len(phases) >= 2
    planned = [[(file.path, file.purpose) for file in phase.files] for phase in phases]
    closed = [
        [(event.path, event.purpose) for event in builds.parsed(step) if isinstance(event, events.FileClosed)]
        for step in builds.steps(recording)
    ]
    assert closed == planned
    assert len(builds.tree(recording)) == sum(map(len, planned)) >= 6


@every_recording
def test_a_stream_holds_nothing_but_prose_and_files(recording: Recording) -> None:
    expected = events.Prose | events.FileOpened | events.FileChunk | events.FileClosed
    for step in builds.steps(recording):
        assert [event for event in builds.parsed(step) if not isinstance(event, expected)] == []


@every_recording
def test_every_file_has_a_marker_of_its_own(recording: Recording) -> None:
    markers = re.findall(r"^cat > \S+ << '(\w+)'$", "".join(builds.steps(recording)), re.MULTILINE)
    assert len(set(markers)) == len(markers) == len(builds.tree(recording))


@every_recording
def test_a_resumed_request_gets_the_same_bytes(recording: Recording) -> None:
    for number, step in enumerate(builds.steps(recording), start=1):
        whole = builds.files(step)
        for count in range(1, len(whole)):
            rest = dict(itertools.islice(whole.items(), count, None))
            again = recording.stream(f"implement-{number}", paths=tuple(rest))
            assert again is not None
            assert builds.files(again) == rest
        assert recording.stream(f"implement-{number}", paths=tuple(whole)) == step


@every_recording
def test_a_path_that_is_not_of_the_step_adds_nothing(recording: Recording) -> None:
    assert recording.stream("implement-1", paths=("no/such/file",)) == ""


@every_recording
def test_follow_ups_fit_alone_and_in_any_order(recording: Recording) -> None:
    built = builds.tree(recording)
    for count in range(1, len(recording.followups) + 1):
        for chosen in itertools.permutations(recording.followups, count):
            tree = built
            for followup in chosen:
                tree = builds.changed(tree, recording, followup)
                assert tree != built


@every_recording
def test_the_header_can_be_made_green(recording: Recording) -> None:
    answer = recording.stream("edit", text="make the header green")
    assert answer is not None
    assert "<edit path=" in answer
    assert len(recording.followups) >= 2


@every_recording
@pytest.mark.parametrize(
    "text", ["make the green header blue", "green", "a green button", "add a login page", "", "translate it to German"]
)
def test_a_change_nobody_recorded_has_no_answer(recording: Recording, text: str) -> None:
    assert recording.stream("edit", text=text) is None


@every_recording
def test_a_step_nobody_recorded_has_no_answer(recording: Recording) -> None:
    assert recording.stream("implement-9") is None


@every_recording
def test_the_app_loads_nothing_from_elsewhere(recording: Recording) -> None:
    for path, text in builds.tree(recording).items():
        assert _OUTSIDE.findall(text) == [], path


@every_recording
def test_it_has_no_emoji(recording: Recording) -> None:
    everything = "".join([*builds.tree(recording).values(), *builds.steps(recording)])
    assert re.findall("[\U0001f000-\U0001ffff\u2600-\u27bf]", everything) == []


@every_recording
def test_packages_are_among_those_of_the_prepared_template(recording: Recording) -> None:
    tree, template = builds.tree(recording), _TEMPLATES / recording.stack
    if recording.stack == "react-vite":
        wanted, brought = (json.loads(text) for text in (tree["package.json"], (template / "package.json").read_text()))
        for section in ("dependencies", "devDependencies"):
            assert wanted[section].items() <= brought[section].items()
    elif recording.stack == "python":
        assert tree["requirements.txt"] == (template / "requirements.txt").read_text()
    else:
        assert {"package.json", "requirements.txt"}.isdisjoint(tree)


def test_a_keyword_may_be_said_in_other_words() -> None:
    followup = FollowUp("green", "Make the header green", ("header|bar|top", "green"))
    assert followup.fits("Please turn the top bar green!")
    assert not followup.fits("Make the footer green")
