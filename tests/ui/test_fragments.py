"""Every event's fragments: one element with the promised id and region, and nobody's text becomes markup."""

from typing import Any

import pytest
from django.template.loader import get_template, render_to_string

from projects.feed import rendering
from tests.ui import markup, story

EVERY = [pytest.param(kind, payload, id=f"{kind}-{at}") for at, (kind, payload) in enumerate(story.STORY)]


def test_the_story_tells_of_every_kind_that_is_shown() -> None:
    assert set(story.shown_kinds()) == {kind for kind, _ in story.STORY}


@pytest.mark.parametrize(("kind", "payload"), EVERY)
def test_a_fragment_is_one_element_with_its_id_and_its_region(kind: str, payload: dict[str, Any]) -> None:
    for fragment, key, html in story.fragments(kind, payload):
        assert [(root[1]["id"], root[1]["data-into"]) for root in markup.read(html).roots] == [(key, fragment.region)]


@pytest.mark.parametrize(("kind", "payload"), EVERY)
def test_hostile_text_stays_text(kind: str, payload: dict[str, Any]) -> None:
    harmless = [markup.read(html) for _, _, html in story.fragments(kind, payload)]
    attacked = [markup.read(html) for _, _, html in story.fragments(kind, story.hostile(payload))]
    for before, after in zip(harmless, attacked, strict=True):
        assert set(after.tags) <= {*before.tags, "p"}
        assert not {name for name, _ in after.attributes if name.startswith("on") or name == "style"}
        assert "img" not in after.tags


def test_hostile_text_is_still_shown() -> None:
    payload = story.hostile(story.told("command_finished")[1])
    [(_, _, html)] = story.fragments("command_finished", payload)
    assert story.HOSTILE in markup.read(html).text


@pytest.mark.parametrize(("kind", "payload"), EVERY)
def test_a_fragment_knows_nobody_and_carries_no_token(kind: str, payload: dict[str, Any]) -> None:
    for _, _, html in story.fragments(kind, payload):
        assert "csrf" not in html


def test_a_message_is_markdown_and_says_who_spoke() -> None:
    [(_, _, html)] = story.fragments("message_sent", story.told("message_sent")[0])
    assert "<em>please</em>" in html
    assert "Owner" in markup.read(html).text


@pytest.mark.parametrize(
    ("phase", "states"),
    [
        ("designing", ["run", "todo", "todo", "todo", "todo"]),
        ("implementing", ["ok", "run", "todo", "todo", "todo"]),
        ("install", ["ok", "ok", "run", "todo", "todo"]),
        ("start", ["ok", "ok", "ok", "run", "todo"]),
        ("complete", ["ok", "ok", "ok", "ok", "ok"]),
    ],
)
def test_the_stepper_fills_up(phase: str, states: list[str]) -> None:
    assert _steps({"phase": phase, "before": "idle", "phase_before": ""}) == states


@pytest.mark.parametrize(("phase", "mood"), [("paused", "warn"), ("failed", "bad"), ("cancelled", "off")])
def test_the_stepper_shows_where_work_was_left(phase: str, mood: str) -> None:
    assert _steps({"phase": phase, "before": "install", "phase_before": ""}) == ["ok", "ok", mood, "todo", "todo"]


def _steps(payload: dict[str, str]) -> list[str | None]:
    reader = markup.read(render_to_string("events/stepper.html", {"payload": payload, "key": "stepper"}))
    return [value for name, value in reader.attributes if name == "data-state"]


@pytest.mark.parametrize(
    ("state", "verbs"),
    [
        ("queued", ["stop"]),
        ("running", ["pause", "stop"]),
        ("paused", ["resume", "stop"]),
        ("failed", ["retry"]),
        ("completed", []),
        ("cancelled", []),
    ],
)
def test_what_can_be_done_fits_the_state(state: str, verbs: list[str]) -> None:
    payload = {"job": story.JOB, "state": state}
    html = render_to_string("events/acts.html", {"payload": payload, "key": "acts", "region": "acts"})
    actions = [value for name, value in markup.read(html).attributes if name == "formaction"]
    assert actions == [f"jobs/{story.JOB}/{verb}/" for verb in verbs]


def test_only_a_failure_that_may_pass_offers_another_try() -> None:
    failed = story.told("job_failed")[0]
    offered = "".join(html for _, _, html in story.fragments("job_failed", failed))
    final = {**failed, "code": "auth", "retryable": False}
    refused = "".join(html for _, _, html in story.fragments("job_failed", final))
    assert f"jobs/{story.JOB}/retry/" in offered
    assert "retry/" not in refused
    assert "It broke." in refused


@pytest.mark.parametrize(
    ("kind", "links"),
    [
        ("edit", ["again/", "replay/"]),
        ("review", ["again/", "replay/"]),
        ("plan", ["again/", "replay/"]),
        ("install", []),
    ],
)
@pytest.mark.parametrize("end", ["job_completed", "job_failed", "job_cancelled"])
def test_what_asked_a_model_can_be_run_again_and_replayed(end: str, kind: str, links: list[str]) -> None:
    told = {**story.told(end)[0], "kind": kind}
    html = "".join(html for _, _, html in story.fragments(end, told))
    assert [link for link in ("again/", "replay/") if f"jobs/{story.JOB}/{link}" in html] == links


def test_an_app_that_does_not_run_can_be_fixed() -> None:
    failed = {**story.told("job_failed")[0], "code": "start_failed", "retryable": False}
    offered = "".join(html for _, _, html in story.fragments("job_failed", failed))
    assert f"jobs/{story.JOB}/retry/" in offered
    assert "Fix it" in offered


def test_the_app_runs_in_a_frame_of_its_own_kind() -> None:
    [(_, _, html)] = story.fragments("preview_ready", story.told("preview_ready")[0])
    frame = dict(markup.read(html).attributes)
    assert frame["sandbox"] == ("allow-scripts allow-same-origin allow-forms allow-modals allow-popups allow-downloads")
    assert frame["src"] == "http://p-abc.localhost:8000/"


def test_an_address_of_a_file_keeps_its_folders_and_escapes_the_rest() -> None:
    payload = {**story.told("file_closed")[0], "path": "a b/ü?.html"}
    [(_, _, html)] = story.fragments("file_closed", payload)
    assert 'href="files/a%20b/%C3%BC%3F.html"' in html


@pytest.mark.parametrize(
    "state", ["absent", "creating", "ready", "sleeping", "waking", "stopping", "stopped", "failed"]
)
def test_every_state_of_a_sandbox_has_words(state: str) -> None:
    payload = {**story.told("sandbox_changed")[0], "state": state}
    [(_, _, html)] = story.fragments("sandbox_changed", payload)
    assert len(markup.read(html).text.split()) > 5


@pytest.mark.parametrize(
    ("kind", "command", "state"),
    [
        ("command_started", {"kind": "install"}, "run"),
        ("command_started", {"kind": "serve"}, "up"),
        ("command_finished", {"exit_code": 0}, "ok"),
        ("command_finished", {"exit_code": 2}, "bad"),
        ("command_finished", {"exit_code": None}, "off"),
    ],
)
def test_a_command_runs_or_stays_or_ended_or_failed(kind: str, command: dict[str, Any], state: str) -> None:
    [(_, _, html)] = story.fragments(kind, {**story.told("command_finished")[0], **command})
    [(_, card)] = markup.read(html).roots
    assert card["data-state"] == state
    assert ("open" in card) == (state in {"run", "bad"})


def test_a_message_without_words_is_no_bubble() -> None:
    [(_, _, html)] = story.fragments("message_sent", {**story.told("message_sent")[1], "text": " \n"})
    [(_, bubble)] = markup.read(html).roots
    assert "hidden" in bubble


def test_no_template_of_an_event_asks_for_more_than_the_event() -> None:
    """Fragments are rendered once for everybody: there is no request and no user to ask."""
    for kind in story.shown_kinds():
        for fragment in (fragment for fragment, _, _ in story.fragments(kind, story.told(kind)[0])):
            source = get_template(fragment.template).template.source  # type: ignore[attr-defined]
            assert "request" not in source
            assert "user." not in source
    assert rendering.html_of(story.event("nothing-known", {})) == ""
