import uuid

import pytest
from django.db import transaction

from projects import feed
from projects.feed import bells
from projects.models import Event
from projects.services import projects
from tests import people as people_of_tests
from tests.people import People
from tests.projects.feed import facts


def test_a_fact_gets_the_next_number(people: People):
    job = uuid.uuid4()
    facts.record(people.project)
    event = feed.record(people.project, "changeset_opened", facts.opened(), actor=people.editor, job_ref=job)
    kept = Event.objects.get(pk=event.pk)
    assert (kept.seq, kept.kind, kept.payload, kept.actor, kept.job_ref) == (
        2,
        "changeset_opened",
        facts.opened(),
        people.editor,
        job,
    )
    assert feed.last_seq(people.project.pk) == people.project.last_seq == 2


def test_each_project_counts_for_itself(people: People):
    other = projects.create(name="Other", by=people.owner)
    facts.record(people.project)
    assert facts.record(other).seq == 1


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("nonsense_happened", {}),
        ("changeset_opened", {}),
        ("changeset_opened", {**facts.opened(), "surprise": 1}),
        ("changeset_opened", {"changeset": "c", "branch": "main", "title": ""}),
    ],
    ids=["unknown kind", "empty", "too much", "too little"],
)
def test_it_refuses_what_no_kind_promises(people: People, kind: str, payload: dict[str, object]):
    with pytest.raises(ValueError, match=kind):
        feed.record(people.project, kind, payload)
    assert feed.last_seq(people.project.pk) == 0
    assert not Event.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_it_refuses_a_fact_outside_a_transaction():
    people = people_of_tests.gather()
    with pytest.raises(transaction.TransactionManagementError):
        feed.record(people.project, "changeset_opened", facts.opened())
    assert feed.last_seq(people.project.pk) == 0


def test_reading_on_starts_after_the_given_number(people: People):
    for number in range(5):
        facts.record(people.project, number)
    assert [event.seq for event in feed.since(people.project.pk, 2)] == [3, 4, 5]
    assert [event.seq for event in feed.since(people.project.pk, 0, limit=2)] == [1, 2]
    assert feed.since(people.project.pk, 5) == []


def test_a_project_that_is_not_there_has_no_events(people: People):
    assert feed.last_seq(uuid.uuid4()) == 0
    assert feed.since(uuid.uuid4(), 0) == []


def test_bells_leave_the_process(people: People):
    bells.ring(people.project.pk, 1)
    assert bells.settle(10)
