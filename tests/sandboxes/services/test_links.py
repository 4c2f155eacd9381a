"""Links with which anybody may look at a preview."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from projects import access, errors, feed
from projects.models import AuditEntry, Member, User
from projects.services import branches, members, projects
from sandboxes.models import ShareLink
from sandboxes.services import links, sandboxes
from tests import people as people_of_tests
from tests.people import People

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(db: None) -> People:
    return people_of_tests.gather()


def told(people: People) -> list[tuple[str, dict[str, object]]]:
    kinds = {"preview_shared", "share_ended"}
    return [(one.kind, one.payload) for one in feed.since(people.project.pk, 0) if one.kind in kinds]


@pytest.mark.parametrize("days", [1, 7, 30, None])
def test_a_link_is_made_and_only_its_digest_is_kept(people: People, days: int | None) -> None:
    before = timezone.now()
    link, address = links.make(people.main, days=days, by=people.editor)
    place, _, secret = address.partition("?link=")
    assert place == f"{sandboxes.preview_url(link.sandbox)}__djinn/share"
    assert len(secret) == 43
    row = ShareLink.objects.get()
    assert (row.digest, row.created_by, row.visits) == (access.digest_of(secret), people.editor, 0)
    assert secret not in str(vars(row))
    if days is None:
        assert row.expires_at is None
    else:
        assert row.expires_at is not None
        assert timedelta(0) <= row.expires_at - before - timedelta(days=days) < timedelta(minutes=1)


def test_that_it_was_made_and_taken_back_stands_in_the_feed_and_the_audit(people: People) -> None:
    link, address = links.make(people.main, days=7, by=people.editor)
    assert link.expires_at is not None
    links.revoke(link, by=people.owner)
    shared = {"link": str(link.pk), "branch": "main", "until": link.expires_at.isoformat()}
    assert told(people) == [
        ("preview_shared", shared),
        ("share_ended", {"link": str(link.pk), "branch": "main"}),
    ]
    entries = AuditEntry.objects.filter(target_ref=str(link.pk)).order_by("pk")
    assert [(one.act, one.actor, one.detail) for one in entries] == [
        ("preview_shared", people.editor, {"branch": "main", "days": 7}),
        ("share_ended", people.owner, {"branch": "main"}),
    ]
    secret = address.partition("?link=")[2]
    assert secret not in str(told(people)) + str([one.detail for one in entries])


@pytest.mark.parametrize("days", [0, -1, 2, 365])
def test_other_times_are_not_to_be_had(people: People, days: int) -> None:
    with pytest.raises(errors.BadFields):
        links.make(people.main, days=days, by=people.editor)
    assert not ShareLink.objects.exists()


@pytest.mark.parametrize("role", ["viewer", "stranger"])
def test_who_may_not_change_the_project_makes_none_and_takes_none_back(people: People, role: str) -> None:
    link, _ = links.make(people.main, days=7, by=people.editor)
    with pytest.raises(errors.NotAllowed):
        links.make(people.main, days=7, by=people.by_role(role))
    with pytest.raises(errors.NotAllowed):
        links.revoke(link, by=people.by_role(role))
    assert ShareLink.objects.count() == 1
    assert len(told(people)) == 1


def test_whoever_runs_the_site_takes_links_back_and_makes_none(people: People) -> None:
    root = User.objects.create_superuser("root@example.org")
    link, _ = links.make(people.main, days=7, by=people.editor)
    with pytest.raises(errors.NotAllowed):
        links.make(people.main, days=7, by=root)
    links.revoke(link, by=root)
    assert not ShareLink.objects.exists()


def test_an_archived_project_is_not_shared(people: People) -> None:
    projects.archive(people.project, by=people.owner)
    with pytest.raises(errors.Refusal):
        links.make(people.main, days=7, by=people.owner)
    assert not ShareLink.objects.exists()


def test_a_branch_has_only_so_many(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "MOST", 2)
    first, _ = links.make(people.main, days=1, by=people.owner)
    links.make(people.main, days=1, by=people.owner)
    with pytest.raises(errors.Closed):
        links.make(people.main, days=1, by=people.owner)
    branches.create(people.project, "idea", by=people.owner)
    links.make(branches.find(people.project, "idea"), days=1, by=people.owner)
    links.revoke(first, by=people.owner)
    links.make(people.main, days=1, by=people.owner)


def test_a_link_is_taken_back_once_and_is_one_of_its_project(people: People) -> None:
    link, _ = links.make(people.main, days=1, by=people.owner)
    other = projects.create(name="Another", by=people.owner)
    with pytest.raises(errors.Missing):
        links.find(other, link.pk)
    with pytest.raises(errors.Missing):
        links.find(people.project, uuid4())
    found = links.find(people.project, link.pk)
    links.revoke(found, by=people.owner)
    with pytest.raises(errors.Missing):
        links.revoke(found, by=people.owner)
    assert [kind for kind, _ in told(people)] == ["preview_shared", "share_ended"]


def test_it_lasts_while_its_time_does_and_its_maker_may_make_one(people: People) -> None:
    link, _ = links.make(people.main, days=1, by=people.editor)
    assert links.lasting(people.main) == {link.pk}
    member = Member.objects.get(project=people.project, user=people.editor)
    members.change_role(member, role="viewer", by=people.owner)
    assert links.lasting(people.main) == set()
    members.change_role(member, role="editor", by=people.owner)
    assert links.lasting(people.main) == {link.pk}
    ShareLink.objects.update(expires_at=timezone.now())
    assert links.lasting(people.main) == set()
    assert [one.pk for one in links.of(people.main)] == [link.pk]


def test_links_of_whoever_left_are_over(people: People) -> None:
    link, _ = links.make(people.main, days=None, by=people.editor)
    members.leave(people.project, by=people.editor)
    assert links.lasting(people.main) == set()
    assert [one.pk for one in links.of(people.main)] == [link.pk]
    people.editor.delete()
    assert links.lasting(people.main) == set()
