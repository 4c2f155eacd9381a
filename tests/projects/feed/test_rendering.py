import json
import uuid

import pytest

from projects import feed
from projects.feed import Fragment, Kind, kinds, rendering
from projects.feed.rendering import Hint
from projects.models import Event
from tests.people import People
from tests.projects.feed import facts


def test_a_frame_holds_the_fragments(people: People):
    rendered = rendering.render(facts.record(people.project, 7, "abc"))
    frame = json.loads(rendered.html_frame)
    assert frame.keys() == {"seq", "html"}
    assert frame["seq"] == rendered.seq == 1
    assert 'id="version-abc"' in frame["html"]
    assert 'data-into="chat"' in frame["html"]


def test_the_other_frame_is_the_contract_for_programs(people: People):
    job = uuid.uuid4()
    event = feed.record(people.project, "changeset_opened", facts.opened("x"), job_ref=job)
    rendered = rendering.render(event)
    frame = json.loads(rendered.json_frame)
    assert frame.pop("ts").startswith(event.created_at.isoformat()[:19])
    assert frame == {"seq": 1, "type": "changeset_opened", "job": str(job), "payload": facts.opened("x")}
    assert (rendered.kind, rendered.job) == ("changeset_opened", str(job))


def test_a_kind_without_fragments_and_a_forgotten_kind_show_nothing(people: People):
    for kind in ("changeset_opened", "long_forgotten"):
        event = Event.objects.create(project=people.project, seq=1, kind=kind, payload=facts.opened())
        assert json.loads(rendering.render(event).html_frame)["html"] == ""
        event.delete()


def test_what_cannot_be_drawn_does_not_stop_the_feed(people: People, monkeypatch: pytest.MonkeyPatch):
    broken = Kind("it_broke", dict, (Fragment("chat", "no-{nothing}", "events/version_card.html"),))
    monkeypatch.setattr(kinds, "_KINDS", {"it_broke": broken})
    event = Event.objects.create(project=people.project, seq=1, kind="it_broke", payload={})
    assert json.loads(rendering.render(event).html_frame) == {"seq": 1, "html": ""}


def test_a_template_knows_who_did_it(people: People):
    event = feed.record(people.project, "changeset_opened", facts.opened(), actor=people.owner)
    assert rendering.shown(event).actor == {"id": people.owner.pk, "name": "Owner", "handle": "owner"}
    assert rendering.shown(facts.record(people.project)).actor is None


def test_a_fragment_is_drawn_once_for_everybody_and_again_when_its_author_is_called_otherwise(people: People):
    event = feed.record(people.project, "changeset_applied", facts.applied(1), actor=people.owner)
    fragment = kinds.find("changeset_applied").fragments[0]  # type: ignore[union-attr]  # it is registered
    drawn = rendering.fragment_of(event, fragment)
    again = Event.objects.select_related("actor").get(pk=event.pk)
    assert rendering.fragment_of(again, fragment) is drawn
    people.owner.name = "Somebody"
    people.owner.save(update_fields=["name"])
    renamed = Event.objects.select_related("actor").get(pk=event.pk)
    assert rendering.fragment_of(renamed, fragment) is not drawn


def test_a_hint_is_one_frame_for_everybody():
    assert json.loads(Hint({"type": "log_line", "text": "<b>"}).frame) == {"hint": {"type": "log_line", "text": "<b>"}}
