"""The feed of a project over the API: in pages."""

import pytest
from django.db import transaction

from projects.feed import log
from projects.models import Event, Project
from tests.people import People
from tests.programs import Programs, problem

pytestmark = pytest.mark.django_db


def tell(project: Project, *titles: str) -> None:
    for title in titles:
        payload = {"changeset": "x", "branch": "main", "title": title, "author_kind": "user"}
        with transaction.atomic():
            log.record(project, "changeset_opened", payload)


def test_one_reads_what_happened_in_order(people: People, program: Programs) -> None:
    tell(people.project, "one", "two", "three")
    path = f"/projects/{people.project.pk}/events"
    first = program(people.viewer).get(f"{path}?limit=2")
    told = first.json()
    assert [(item["seq"], item["type"], item["payload"]["title"]) for item in told["items"]] == [
        (1, "changeset_opened", "one"),
        (2, "changeset_opened", "two"),
    ]
    assert told["next"] == "2"
    assert first.headers["Link"] == f'</api/v2{path}?after=2&limit=2>; rel="next"'
    rest = program(people.viewer).get(f"{path}?after=2&limit=2").json()
    assert ([item["seq"] for item in rest["items"]], rest["next"]) == ([3], None)


def test_a_stranger_hears_nothing(people: People, program: Programs) -> None:
    tell(people.project, "one")
    for accept in ("application/json", "text/event-stream"):
        answer = program(people.stranger).get(f"/projects/{people.project.pk}/events", Accept=accept)
        assert problem(answer)["code"] == "not_found"


@pytest.mark.parametrize("query", ["after=-1", "after=x", f"after={2**63}", "limit=0", "limit=101", "after=%F0"])
def test_what_is_no_place_in_the_log_is_refused(people: People, program: Programs, query: str) -> None:
    answer = program(people.viewer).get(f"/projects/{people.project.pk}/events?{query}")
    assert (answer.status_code, problem(answer)["code"]) == (422, "invalid")


def test_a_page_costs_the_same_however_long(people: People, program: Programs) -> None:
    tell(people.project, *[str(number) for number in range(60)])
    assert len(program(people.viewer).get(f"/projects/{people.project.pk}/events").json()["items"]) == 50
    assert Event.objects.count() == 60
