"""The dashboard's door to a preview."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from projects.models import User
from sandboxes.models import Sandbox
from sandboxes.preview import passes
from sandboxes.preview.passes import Guest
from sandboxes.services import sandboxes
from tests import people as people_of_tests
from tests.people import People

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(db: None) -> People:
    return people_of_tests.gather()


@pytest.fixture
def sandbox(people: People) -> Sandbox:
    return sandboxes.for_branch(people.main)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_member_is_led_to_the_preview_with_a_pass(people: People, sandbox: Sandbox) -> None:
    answer = signed_in(people.viewer).get(f"/previews/{sandbox.pk}/", {"to": "/about/?a=1"})
    way = urlsplit(answer.headers["Location"])
    assert (answer.status_code, way.scheme, way.netloc) == (302, "http", f"p-{sandbox.label}.localhost:8000")
    asked = parse_qs(way.query)
    assert asked["to"] == ["/about/?a=1"]
    assert passes.redeem(sandbox.label, asked["pass"][0]) == Guest(user=people.viewer.pk)
    assert "no-store" in answer.headers["Cache-Control"]
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


def test_each_visit_gets_a_pass_of_its_own(people: People, sandbox: Sandbox) -> None:
    client = signed_in(people.owner)
    ways = {client.get(f"/previews/{sandbox.label}/").headers["Location"] for _ in range(3)}
    assert len(ways) == 3


def test_a_pass_knows_the_session_it_was_given_to(people: People, sandbox: Sandbox) -> None:
    client = Client()
    client.post("/accounts/login/", {"login": people.viewer.email, "password": "a good password"})
    way = urlsplit(client.get(f"/previews/{sandbox.pk}/").headers["Location"])
    guest = passes.redeem(sandbox.label, parse_qs(way.query)["pass"][0])
    assert guest is not None
    assert guest.user == people.viewer.pk
    assert guest.session is not None


def test_strangers_and_nobody_get_none(people: People, sandbox: Sandbox) -> None:
    refused = signed_in(people.stranger).get(f"/previews/{sandbox.pk}/")
    assert refused.status_code == 404
    assert sandbox.label not in refused.content.decode()
    asked = Client().get(f"/previews/{sandbox.pk}/")
    assert (asked.status_code, "/accounts/login/" in asked.headers["Location"]) == (302, True)
    assert signed_in(people.owner).post(f"/previews/{sandbox.pk}/").status_code == 405


@pytest.mark.parametrize("to", ["//evil.test", "https://evil.test", "/\\evil.test", "@evil.test", "?pass=x"])
def test_it_leads_to_that_preview_and_nowhere_else(people: People, sandbox: Sandbox, to: str) -> None:
    way = urlsplit(signed_in(people.owner).get(f"/previews/{sandbox.pk}/", {"to": to}).headers["Location"])
    assert (way.netloc, way.path) == (f"p-{sandbox.label}.localhost:8000", "/__djinn/enter")
    assert parse_qs(way.query)["to"] == [to]
