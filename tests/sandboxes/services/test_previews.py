"""Addresses that let people and programs into a preview."""

from urllib.parse import parse_qs, urlsplit

import pytest

from projects import errors
from projects.models import User
from projects.services import projects
from sandboxes.models import Sandbox
from sandboxes.preview import passes
from sandboxes.preview.passes import Guest
from sandboxes.services import previews, sandboxes
from tests import people as people_of_tests
from tests.people import People

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(db: None) -> People:
    return people_of_tests.gather()


@pytest.fixture
def sandbox(people: People) -> Sandbox:
    return sandboxes.for_branch(people.main)


@pytest.mark.parametrize("role", ["owner", "editor", "viewer"])
def test_members_find_it_by_its_id_and_by_its_label(people: People, sandbox: Sandbox, role: str) -> None:
    for name in (str(sandbox.pk), sandbox.label, f"p-{sandbox.label}"):
        assert previews.find(name, by=people.by_role(role)) == sandbox


def test_strangers_hear_what_they_would_hear_of_none(people: People, sandbox: Sandbox) -> None:
    said = []
    for name, by in (
        (str(sandbox.pk), people.stranger),
        (sandbox.label, people.stranger),
        ("a" * 26, people.owner),
        ("00000000-0000-0000-0000-000000000000", people.owner),
        ("", people.owner),
    ):
        with pytest.raises(errors.Missing) as refusal:
            previews.find(name, by=by)
        said.append(str(refusal.value))
    assert set(said) == {"There is no such preview."}


def test_whoever_runs_the_site_finds_every_one_and_other_staff_does_not(sandbox: Sandbox) -> None:
    root = User.objects.create_superuser("root@example.org")
    assert previews.find(sandbox.label, by=root) == sandbox
    clerk = User.objects.create_user("clerk@example.org", is_staff=True)
    with pytest.raises(errors.Missing):
        previews.find(sandbox.label, by=clerk)


def test_the_address_says_who_for_what_and_whereto(people: People, sandbox: Sandbox) -> None:
    way = urlsplit(previews.entrance_of(sandbox, by=people.viewer, session=3, token=4, to="/a?b=c"))
    assert (way.netloc, way.path) == (f"p-{sandbox.label}.localhost:8000", "/__djinn/enter")
    asked = parse_qs(way.query)
    assert asked["to"] == ["/a?b=c"]
    assert passes.redeem(sandbox.label, asked["pass"][0]) == Guest(user=people.viewer.pk, session=3, token=4)


def test_the_door_is_the_dashboards(sandbox: Sandbox) -> None:
    assert previews.door(sandbox) == f"http://localhost:8000/previews/{sandbox.pk}/"


def test_of_an_archived_project_a_way_is_given_and_leads_to_nothing(people: People, sandbox: Sandbox) -> None:
    """That it is archived is said there, as on every page of it."""
    projects.archive(people.project, by=people.owner)
    assert previews.find(sandbox.label, by=people.viewer) == sandbox
