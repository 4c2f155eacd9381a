"""Settings → Secrets, with and without scripts; what was entered is never on a page again."""

import pytest
from django.test import Client
from django.urls import reverse

from projects import signals
from projects.models import Secret
from projects.services import projects, secrets
from tests.people import People

SECRET = "planted correct horse"


def at(people: People, name: str = "secrets", *more: str) -> str:
    return reverse(f"projects:{name}", args=["owner", people.project.slug, *more])


@pytest.fixture
def owner(people: People) -> Client:
    client = Client()
    client.force_login(people.owner)
    return client


def test_a_secret_is_set_and_only_its_name_is_shown(people: People, owner: Client) -> None:
    done = owner.post(at(people), {"name": "STRIPE_KEY", "value": SECRET}, follow=True)
    page = done.content.decode()
    assert done.redirect_chain == [(at(people), 302)]
    assert "STRIPE_KEY is set." in page
    assert "<code>STRIPE_KEY</code>" in page
    assert SECRET not in page
    assert SECRET not in owner.get(at(people) + "?name=STRIPE_KEY").content.decode()
    assert secrets.environment(people.project) == {"STRIPE_KEY": SECRET}


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"name": "1 BAD", "value": SECRET}, "named like an environment variable"),
        ({"name": "", "value": SECRET}, "A secret needs a name."),
        ({"name": "PATH", "value": SECRET}, "is taken"),
        ({"name": "x" * 200, "value": SECRET}, "at most 80"),
        ({"name": "KEY", "value": SECRET + "\0"}, "Null characters"),
        ({"name": "KEY", "value": SECRET * 1000}, "at most 16 KB"),
    ],
)
def test_a_refused_value_is_not_on_the_page(people: People, owner: Client, sent: dict[str, str], said: str) -> None:
    refused = owner.post(at(people), sent)
    page = refused.content.decode()
    assert refused.status_code == 422
    assert said in page
    assert "planted" not in page
    assert not Secret.objects.exists()


def test_too_short_a_value_is_refused_at_its_field(people: People, owner: Client) -> None:
    page = owner.post(at(people), {"name": "KEY", "value": "short"}).content.decode()
    assert "at least 6 characters" in page
    assert ">short<" not in page
    assert 'value="KEY"' in page


def test_one_is_removed_and_a_second_time_that_is_said(people: People, owner: Client) -> None:
    secrets.put(people.project, name="KEY", value=SECRET, by=people.owner)
    assert "KEY is removed." in owner.post(at(people, "secret-remove", "KEY"), follow=True).content.decode()
    assert not Secret.objects.exists()
    again = owner.post(at(people, "secret-remove", "KEY"), follow=True)
    assert "There is no secret called" in again.content.decode()


@pytest.mark.parametrize("role", ["editor", "viewer"])
def test_it_is_the_owners_alone(people: People, role: str) -> None:
    secrets.put(people.project, name="KEY", value=SECRET, by=people.owner)
    client = Client()
    client.force_login(people.by_role(role))
    assert client.get(at(people)).status_code == 403
    assert client.post(at(people), {"name": "KEY", "value": "another value"}).status_code == 403
    assert client.post(at(people, "secret-remove", "KEY")).status_code == 403
    assert client.post(at(people, "secret-restart")).status_code == 403
    assert secrets.environment(people.project) == {"KEY": SECRET}


def test_a_stranger_finds_nothing(people: People) -> None:
    client = Client()
    client.force_login(people.stranger)
    assert client.get(at(people)).status_code == 404


def test_a_get_changes_nothing(people: People, owner: Client) -> None:
    secrets.put(people.project, name="KEY", value=SECRET, by=people.owner)
    assert owner.get(at(people, "secret-remove", "KEY")).status_code == 405
    assert owner.get(at(people, "secret-restart")).status_code == 405
    assert Secret.objects.count() == 1


def test_the_page_is_kept_by_nobody(people: People, owner: Client) -> None:
    assert "no-store" in owner.get(at(people)).headers["Cache-Control"]


def test_the_app_is_started_anew_on_request(people: People, owner: Client, django_capture_on_commit_callbacks) -> None:
    asked: list[str] = []

    def hear(project: object, **_: object) -> None:
        asked.append(str(project))

    signals.restart_wanted.connect(hear)
    with django_capture_on_commit_callbacks(execute=True):
        said = owner.post(at(people, "secret-restart"), follow=True).content.decode()
    signals.restart_wanted.disconnect(hear)
    assert asked == ["Night Garden"]
    assert "started anew" in said


def test_of_an_archived_project_secrets_can_only_be_taken_away(people: People, owner: Client) -> None:
    secrets.put(people.project, name="KEY", value=SECRET, by=people.owner)
    projects.archive(people.project, by=people.owner)
    page = owner.get(at(people))
    assert page.status_code == 200
    assert "secret-form" not in page.content.decode()
    assert owner.post(at(people), {"name": "MORE", "value": SECRET}).status_code == 403
    assert owner.post(at(people, "secret-restart")).status_code == 403
    assert owner.post(at(people, "secret-remove", "KEY")).status_code == 302
    assert not Secret.objects.exists()
