import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects import feed
from projects.feed import Fragment, Kind, folding, kinds, rendering
from projects.models import Event
from projects.services import branches, projects
from tests.people import People
from tests.projects.feed import facts

IDS = re.compile(r'id="(version-\w+|tree)"')


def shown(people: People, region: str = "chat", **limits: Any) -> list[str]:
    return IDS.findall(feed.fold(people.project, [region], **limits)[region])


def test_an_empty_log_gives_an_empty_page(people: People):
    assert feed.fold(people.project, ["chat", "plan"]) == {"chat": "", "plan": ""}


def test_a_later_event_replaces_a_card_where_it_stands(people: People):
    facts.record(people.project, 1, "a")
    facts.record(people.project, 2, "b")
    before = feed.fold(people.project, ["chat"])["chat"]
    feed.record(people.project, "changeset_rejected", facts.opened("a"))
    after = feed.fold(people.project, ["chat"])["chat"]
    assert shown(people) == ["version-a", "version-b"]
    assert before != after


def test_a_stale_page_and_the_pushed_fragments_are_a_fresh_page(people: People):
    """What a browser does with a frame: replace the element of that id, else append it."""
    for number, name in enumerate("abcab"):
        facts.record(people.project, number, name)
    page = {key: key for key in shown(people)}
    [card] = [fragment for kind, fragment in kinds.in_region("chat") if kind.name == "changeset_applied"]
    for event in feed.since(people.project.pk, 0):
        page[f"version-{event.payload['changeset']}"] = rendering.fragment_of(event, card)
    assert "".join(page.values()) == feed.fold(people.project, ["chat"])["chat"]


def test_only_the_newest_cards_are_shown(people: People):
    for name in "abcdefa":
        facts.record(people.project, 1, name)
    assert shown(people, cards=2) == ["version-e", "version-f"]


def test_a_region_of_one_element_shows_the_newest(people: People, monkeypatch: pytest.MonkeyPatch):
    tree = Fragment("tree", "tree", "events/version_card.html")
    kind = kinds.find("changeset_applied")
    assert kind is not None
    monkeypatch.setitem(kinds._KINDS, kind.name, Kind(kind.name, kind.payload, (*kind.fragments, tree)))
    last = [facts.record(people.project, number) for number in range(3)][-1]
    feed.record(people.project, "changeset_rejected", facts.opened("other"))
    assert shown(people, "tree") == ["tree"]
    assert feed.fold(people.project, ["tree"])["tree"] == rendering.fragment_of(last, tree)


def test_an_event_from_before_its_kind_had_a_word_is_left_out(people: People):
    old = facts.record(people.project, 1, "a")
    del old.payload["changeset"]
    old.save(update_fields=["payload"])
    facts.record(people.project, 2, "b")
    assert shown(people) == ["version-b"]


def test_another_project_does_not_shine_through(people: People):
    facts.record(projects.create(name="Other", by=people.owner), 1, "x")
    assert shown(people) == []


def test_a_page_takes_two_queries_per_region(people: People, django_assert_num_queries):
    for name in "abcdef":
        facts.record(people.project, 1, name)
    with django_assert_num_queries(3):  # nothing stands in the plan
        feed.fold(people.project, ["chat", "plan"])


def test_only_what_is_shown_is_read_whole(people: People):
    for number in range(30):
        facts.record(people.project, number, "same")
    facts.record(people.project, 1, "other")
    with CaptureQueriesContext(connection) as captured:
        html = feed.fold(people.project, ["chat"])["chat"]
    assert [html.count(f'id="version-{name}"') for name in ("same", "other")] == [1, 1]
    assert "IN (30, 31)" in captured[1]["sql"].replace("31, 30", "30, 31")


def test_a_page_of_a_branch_shows_what_belongs_to_it_or_to_all(people: People):
    other = branches.create(people.project, "night", by=people.owner)
    facts.record(people.project, 1, "a", branch=people.main)
    facts.record(people.project, 2, "b", branch=other)
    facts.record(people.project, 3, "c")
    assert shown(people, branch=people.main) == ["version-a", "version-c"]
    assert shown(people, branch=other) == ["version-b", "version-c"]
    assert shown(people) == ["version-a", "version-b", "version-c"]


def test_what_a_small_branch_shows_is_found_beside_a_long_log(people: People):
    """By an index, and not by reading what the others did."""
    small = branches.create(people.project, "small", by=people.owner)
    rows = [Event(project=people.project, seq=100 + n, kind="message_sent", branch=people.main) for n in range(3_000)]
    Event.objects.bulk_create(rows)
    if connection.vendor == "postgresql":  # it chooses by what it knows of the rows
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE projects_event")
    for told in folding._told(people.project, small):
        read = told.filter(kind__in=["message_sent", "phase_changed"]).order_by("-seq")[:2_000]
        assert "event_newest_of_branch" in read.explain()


def test_a_new_branch_does_not_show_what_was_done_on_an_older_one_of_its_name(people: People):
    gone = branches.create(people.project, "night", by=people.owner)
    facts.record(people.project, 1, "a", branch=gone)
    branches.delete(gone, by=people.owner)
    again = branches.create(people.project, "night", by=people.owner)
    assert shown(people, branch=again) == []
    assert shown(people) == ["version-a"]


def test_links_of_a_card_lead_to_its_branch(people: People):
    other = branches.create(people.project, "night&day", by=people.owner)
    facts.record(people.project, 1, "a", branch=people.main)
    facts.record(people.project, 2, "b", branch=other)
    assert 'href="files/"' in feed.fold(people.project, ["chat"], branch=people.main)["chat"]
    assert 'href="files/?branch=night%26day"' in feed.fold(people.project, ["chat"], branch=other)["chat"]
