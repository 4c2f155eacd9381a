"""Settings → Remotes: with and without scripts; what signs in is never on a page."""

import re

import pytest
from django.test import Client

from agents.lifecycle import failures, leases, moves
from agents.models import Job
from projects.models import Project, Remote, User
from projects.services import remotes

pytestmark = pytest.mark.django_db

URL = "https://git.example.com/a/b.git"
SECRET = "planted-token-words"
FILLED = {"name": "origin", "url": URL, "username": "me", "password": SECRET}


@pytest.fixture
def client(owner: User) -> Client:
    one = Client()
    one.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    return one


@pytest.fixture
def remote(project: Project, owner: User) -> Remote:
    return remotes.add(project, name="origin", url=URL, username="me", password=SECRET, by=owner)


def at(project: Project, *more: object) -> str:
    return f"/p/{project.owner.handle}/{project.slug}/settings/remotes/" + "".join(f"{word}/" for word in more)


def test_a_remote_is_added_and_shown_without_its_password(client: Client, project: Project):
    assert client.post(at(project), FILLED).status_code == 302
    page = client.get(at(project)).content.decode()
    assert URL in page
    assert "Signs in as me." in page
    assert "Never pushed." in page
    assert SECRET not in page


@pytest.mark.parametrize(
    ("wrong", "said"), [({"url": "file:///x"}, "begins with https://"), ({"name": "a b"}, "letters")]
)
def test_what_is_wrong_stands_at_its_field(client: Client, project: Project, wrong: dict[str, str], said: str):
    answer = client.post(at(project), {**FILLED, **wrong})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert SECRET not in answer.content.decode()
    assert not Remote.objects.exists()


@pytest.mark.parametrize("wrong", [{"url": "file:///x"}, {"name": "a b"}, {"url": ""}, {"username": SECRET * 20}])
@pytest.mark.parametrize("password", ["", "x-oauth-basic"])
def test_a_token_typed_as_the_user_name_is_nowhere_in_a_refusal(
    client: Client, project: Project, remote: Remote, wrong: dict[str, str], password: str
):
    typed = {**FILLED, "name": "other", "username": SECRET, "password": password, **wrong}
    for page in (at(project), at(project, remote.pk), "/import/address/"):
        sent = {**typed, "url": "file:///x"} if page.startswith("/import") else typed
        answer = client.post(page, sent)
        assert answer.status_code == 422, page
        assert SECRET not in f"{answer.content.decode()} {answer.headers}", page
        assert "x-oauth-basic" not in answer.content.decode(), page


def test_a_refused_change_still_shows_and_keeps_who_signs_in(client: Client, project: Project, remote: Remote):
    refused = client.post(at(project, remote.pk), {**FILLED, "username": "you", "password": "", "url": "file:///x"})
    [field] = re.findall(r'<input type="text" name="username"[^>]*>', refused.content.decode())
    assert 'value="me"' in field
    client.post(at(project, remote.pk), {**FILLED, "username": "me", "password": ""})
    remote.refresh_from_db()
    assert (remotes.username_of(remote), remotes.address_of(remote).password) == ("me", SECRET)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (f"https://u:{SECRET}@h.example/a.git?x", "https://h.example/a.git?x"),
        (f"https://{SECRET}@h.example:99999/a.git", "https://h.example:99999/a.git"),
        (f"https://u:pass/{SECRET}@h.example/a.git", "https://h.example/a.git"),
        (f"ssh://u:{SECRET}@h.example/a.git", "ssh://h.example/a.git"),
        (f"u:{SECRET}@h.example/a.git", "h.example/a.git"),
        ("https://h.example:8080/@scope/a.git?x", "https://h.example:8080/@scope/a.git?x"),
    ],
)
def test_an_address_that_is_refused_is_shown_without_who_signs_in(
    client: Client, project: Project, written: str, shown: str
):
    answer = client.post(at(project), {**FILLED, "password": "", "url": written})
    assert answer.status_code == 422
    assert SECRET not in answer.content.decode()
    assert f'value="{shown}"' in answer.content.decode()


def test_a_token_as_the_user_name_is_on_no_page(client: Client, project: Project):
    client.post(at(project), {"name": "origin", "url": f"https://{SECRET}@git.example.com/a/b.git"})
    remote = Remote.objects.get()
    assert SECRET not in client.get(at(project)).content.decode()
    assert SECRET not in client.get(at(project, remote.pk)).content.decode()
    client.post(at(project, remote.pk), {"name": "backup", "url": URL, "username": "", "password": ""})
    remote.refresh_from_db()
    assert (remote.name, remotes.address_of(remote).username) == ("backup", SECRET)


def test_an_empty_password_stays_as_it_was(client: Client, project: Project, remote: Remote):
    page = client.get(at(project, remote.pk)).content.decode()
    assert SECRET not in page
    client.post(at(project, remote.pk), {**FILLED, "password": "", "name": "backup", "is_automatic": "on"})
    remote.refresh_from_db()
    assert (remote.name, remote.is_automatic, remotes.address_of(remote).password) == ("backup", True, SECRET)
    client.post(at(project, remote.pk), {**FILLED, "password": "", "username": "you"})
    remote.refresh_from_db()
    assert (remotes.username_of(remote), remotes.address_of(remote).password) == ("you", SECRET)


def test_no_user_and_no_password_are_none(client: Client, project: Project, remote: Remote):
    client.post(at(project, remote.pk), {**FILLED, "username": "", "password": ""})
    remote.refresh_from_db()
    assert remote.ciphertext == ""


def test_a_token_without_a_user_stays(client: Client, project: Project, owner: User):
    remote = remotes.add(project, name="origin", url=URL, password=SECRET, by=owner)
    client.post(at(project, remote.pk), {**FILLED, "username": "", "password": "", "name": "other"})
    remote.refresh_from_db()
    assert (remote.name, remotes.address_of(remote).password) == ("other", SECRET)


def test_pushing_leads_to_the_card_of_the_push(client: Client, project: Project, remote: Remote):
    answer = client.post(at(project, remote.pk, "push"), follow=True)
    assert "Push to origin" in answer.content.decode()
    assert Job.objects.get().state == "queued"
    assert "Waiting" in client.get(at(project)).content.decode()


def test_a_failed_push_says_why(client: Client, project: Project, remote: Remote):
    client.post(at(project, remote.pk, "push"))
    lease = leases.claim(Job.objects.get().pk, worker="test")
    assert lease is not None
    with leases.hold(lease) as held:
        moves.begin(held)
        moves.fail(held, failures.Failure("auth", "It refused us.", user_action="Look at the password."))
    page = client.get(at(project)).content.decode()
    assert "It refused us. Look at the password." in page
    card = client.get(f"/p/{project.owner.handle}/{project.slug}/").content.decode()
    assert f"jobs/{held.pk}/retry/" in card


def test_a_remote_is_removed(client: Client, project: Project, remote: Remote):
    client.post(at(project, remote.pk, "remove"))
    assert not Remote.objects.exists()
    assert client.get(at(project, remote.pk)).status_code == 404
