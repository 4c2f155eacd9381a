"""The demo model, heard through the same gateway as a live one."""

import time
from decimal import Decimal

import pytest

from agents.errors import Cancelled, ModelFailure
from agents.llm import gateway
from agents.llm.base import Finish, Request, Text, Usage
from agents.recordings import catalogue

STACKS = ("static", "react-vite", "python")


@pytest.fixture(params=[recording.name for recording in catalogue.all()])
def recording(request):
    found = catalogue.get(request.param)
    assert found is not None
    return found


def test_a_recording_is_played_word_for_word(ask, recording):
    reply = ask(f"demo/{recording.name}", step="implement-1", stacks=STACKS)
    assert reply.text == recording.stream("implement-1")


def test_it_ends_with_a_finish_that_costs_nothing(ask, recording):
    reply = ask(f"demo/{recording.name}", step="design", stacks=STACKS)
    assert reply.finish == Finish("stop", Usage(), Decimal(0), f"demo/{recording.name}")


def test_a_wish_it_was_recorded_for_is_served_without_a_word_about_it(ask, recording):
    reply = ask("demo", step="design", wish=recording.wish, stacks=STACKS)
    assert reply.finish.model == f"demo/{recording.name}"
    assert reply.text == recording.stream("design")


def test_only_the_files_asked_for_are_written(ask, recording):
    whole = ask(f"demo/{recording.name}", step="implement-1").text
    first = whole.split("cat > ", 1)[1].split(" ", 1)[0]
    part = ask(f"demo/{recording.name}", step="implement-1", paths=(first,)).text
    assert part.count("cat > ") == 1
    assert f"cat > {first} " in part


def test_every_follow_up_it_names_can_be_played(ask, recording):
    for followup in recording.followups:
        reply = ask(f"demo/{recording.name}", step="edit", text=followup.says)
        assert "<edit " in reply.text or "cat > " in reply.text


def test_another_change_is_declined_in_words_and_touches_no_file(ask, recording):
    reply = ask(f"demo/{recording.name}", step="edit", text="Translate it all into Klingon poetry")
    assert "Nothing was changed" in reply.text
    assert all(f"\n- {followup.says}" in reply.text for followup in recording.followups)
    assert "cat >" not in reply.text
    assert "<edit" not in reply.text
    assert reply.finish.reason == "stop"


def test_a_wish_it_cannot_make_gets_the_nearest_recording_and_says_so(ask):
    reply = ask("demo", step="design", wish="A tax declaration for a submarine", stacks=("static",))
    played = catalogue.get(reply.finish.model.removeprefix("demo/"))
    assert played is not None
    assert played.stack == "static"
    assert reply.text.startswith("This is the demo model")
    assert f"“{played.title}”" in reply.text
    assert reply.text.endswith(played.stream("design") or "nothing")


def test_it_says_so_once_and_never_inside_the_files(ask):
    reply = ask("demo", step="implement-1", wish="A tax declaration for a submarine", stacks=("static",))
    played = catalogue.get(reply.finish.model.removeprefix("demo/"))
    assert played is not None
    assert reply.text == played.stream("implement-1")


def test_a_recording_nobody_made_is_refused(ask):
    with pytest.raises(ModelFailure, match="invalid_input"):
        ask("demo/no-such-thing", step="design")


def test_a_step_nobody_recorded_is_refused(ask, recording):
    with pytest.raises(ModelFailure, match="invalid_input"):
        ask(f"demo/{recording.name}", step="implement-99")


def test_at_pace_one_it_streams_as_fast_as_a_quick_model(settings, recording):
    settings.DEMO_PACE = 1.0
    stream = gateway.stream(Request(f"demo/{recording.name}", (), step="implement-1"), cancelled=lambda: False)
    began, characters = time.monotonic(), 0
    while characters < 2_000:
        delta = next(stream)
        assert isinstance(delta, Text)
        characters += len(delta.text)
    stream.close()
    assert 0.5 < time.monotonic() - began < 5


def test_a_cancel_stops_it_in_the_middle(settings, recording):
    settings.DEMO_PACE = 2.0
    said: list[str] = []
    stream = gateway.stream(Request(f"demo/{recording.name}", (), step="implement-1"), cancelled=lambda: bool(said))
    with pytest.raises(Cancelled):
        for delta in stream:
            assert isinstance(delta, Text)
            said.append(delta.text)
    assert 0 < len("".join(said)) < 1_000
