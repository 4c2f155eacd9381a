"""Remotes are added, changed and removed, and who signs in there is known to nobody who looks."""

from uuid import uuid4

import pytest

from projects import errors, feed
from projects.models import AuditEntry, Remote
from projects.services import remotes
from tests.people import People

pytestmark = pytest.mark.django_db

URL = "https://git.example.com/a/b.git"


def added(people: People, **more: object) -> Remote:
    given = {"name": "origin", "url": URL, "username": "me", "password": "secret-word", **more}
    return remotes.add(people.project, by=people.owner, **given)  # type: ignore[arg-type]


def test_who_signs_in_is_sealed_wherever_it_was_given(people: People):
    added(people)
    added(people, name="other", url="https://me:secret-word@git.example.com/a/b.git", username="", password="")
    for remote in Remote.objects.all():
        assert remote.url == URL
        address = remotes.address_of(remote)
        assert (address.username, address.password) == ("me", "secret-word")
        assert "secret-word" not in remote.ciphertext
    assert "secret-word" not in str(list(AuditEntry.objects.values()))


def test_a_remote_that_asks_nobody_has_nothing_sealed(people: People):
    remote = added(people, username="", password="")
    assert (remote.ciphertext, remotes.address_of(remote).password) == ("", "")


def test_what_is_not_said_stays(people: People):
    remote = added(people)
    changed = remotes.change(remote, by=people.owner, name="backup", is_automatic=True)
    assert (changed.name, changed.is_automatic, remotes.address_of(changed).password) == ("backup", True, "secret-word")
    same = remotes.change(changed, by=people.owner, url=URL, username="you")
    assert (remotes.username_of(same), remotes.address_of(same).password) == ("you", "secret-word")


def test_another_password_keeps_the_user_name(people: People):
    changed = remotes.change(added(people), by=people.owner, password="new-secret")
    address = remotes.address_of(changed)
    assert (address.username, address.password) == ("me", "new-secret")
    address = remotes.address_of(remotes.change(changed, by=people.owner, username="", password="a-token"))
    assert (address.username, address.password) == ("", "a-token")


def test_a_user_name_that_stands_alone_may_be_a_token_and_is_not_shown(people: People):
    remote = added(people, url="https://planted-token@git.example.com/a/b.git", username="", password="")
    assert remotes.username_of(remote) == ""
    assert remotes.address_of(remote).username == "planted-token"
    assert "planted-token" not in str(list(AuditEntry.objects.values()))


def test_another_address_forgets_the_password_and_what_was_pushed(people: People):
    remote = added(people)
    Remote.objects.filter(pk=remote.pk).update(pushed={"main": "a" * 40})
    moved = remotes.change(remote, by=people.owner, url="https://evil.example.com/a/b.git")
    assert (moved.url, moved.ciphertext, moved.pushed) == ("https://evil.example.com/a/b.git", "", {})


def test_an_empty_user_and_password_are_forgotten(people: People):
    changed = remotes.change(added(people), by=people.owner, username="", password="")
    assert changed.ciphertext == ""


@pytest.mark.parametrize("name", ["", "a b", "-x", "a/b", "x" * 41, "ä", "a\n"])
def test_a_name_that_git_would_not_take_is_refused(people: People, name: str):
    with pytest.raises(errors.BadName):
        added(people, name=name)


def test_a_name_stands_for_one_remote(people: People):
    first, second = added(people), added(people, name="second")
    with pytest.raises(errors.BadName, match="already"):
        added(people)
    with pytest.raises(errors.BadName, match="already"):
        remotes.change(second, by=people.owner, name=first.name)
    assert remotes.change(second, by=people.owner, name="second").name == "second"


@pytest.mark.parametrize(
    ("username", "password"), [("a:b", "c"), ("a", "b\r\nX-Evil: 1"), ("a\0", "b"), ("a", "b" * 2001)]
)
def test_what_could_become_another_header_is_refused(people: People, username: str, password: str):
    with pytest.raises(errors.BadUrl):
        added(people, username=username, password=password)
    assert not Remote.objects.exists()


def test_there_are_only_so_many(people: People, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(remotes, "MOST", 1)
    added(people)
    with pytest.raises(errors.BadName, match="at most 1 remotes"):
        added(people, name="two")


def test_every_act_is_written_down(people: People):
    remote = added(people)
    remotes.change(remote, by=people.owner, is_automatic=True)
    remotes.remove(remote, by=people.owner)
    assert list(AuditEntry.objects.order_by("id").values_list("act", flat=True)) == [
        "remote_added", "remote_changed", "remote_removed",
    ]  # fmt: skip
    assert not Remote.objects.exists()


def test_what_was_pushed_is_told_with_what_was_new(people: People):
    remote = added(people)
    for pushed in ({"main": "a", "side": "b"}, {"main": "a", "side": "c"}):
        remotes.note_push(remote, pushed, job_ref=uuid4(), by=people.owner)
        remote.refresh_from_db()
    assert remote.pushed == {"main": "a", "side": "c"}
    told = [event.payload["branches"] for event in feed.since(people.project.pk, 0)]
    assert told == [["main", "side"], ["side"]]


def test_a_push_that_went_to_an_address_that_is_another_now_is_not_noted(people: People):
    remote = added(people)
    remotes.change(remote, by=people.owner, url="https://git.example.com/elsewhere.git")
    remotes.note_push(remote, {"main": "a"}, job_ref=uuid4(), by=None)
    assert Remote.objects.get().pushed == {}


def test_without_the_key_the_user_name_is_not_shown_and_the_password_is_refused(people: People, settings):
    remote = added(people)
    settings.ENCRYPTION_KEY = "another key, long enough to be one of them"
    assert remotes.username_of(remote) == ""
    with pytest.raises(errors.MissingKey):
        remotes.address_of(remote)
    changed = remotes.change(remote, by=people.owner, password="new-secret")
    assert remotes.address_of(changed).password == "new-secret"
