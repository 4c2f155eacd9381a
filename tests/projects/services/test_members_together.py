"""Acts about people at the same moment, each in a thread of its own, on a database in a file or a server."""

import threading
from collections.abc import Callable
from contextlib import suppress

import pytest
from django.db import connection

from projects import errors
from projects.models import Event, Invitation, Member, Project, User
from projects.services import invitations, members, projects
from tests import people as people_of_tests
from tests.people import People

pytestmark = pytest.mark.django_db(transaction=True)


def together(*works: Callable[[], object]) -> list[str]:
    """What became of each: "done" or the refusal's name. Anything else fails the test."""
    outcomes = [""] * len(works)
    start = threading.Barrier(len(works))

    def run(number: int) -> None:
        try:
            start.wait(30)
            outcomes[number] = "failed"
            works[number]()
            outcomes[number] = "done"
        except errors.Refusal as refusal:
            outcomes[number] = type(refusal).__name__
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return outcomes


def of(people: People, user: User) -> Member:
    return Member.objects.select_related("user").get(project=people.project, user=user)


def check(people: People) -> None:
    """Whatever happened, the one row of an owner is the project's owner's, and events have no gap."""
    project = Project.objects.get(pk=people.project.pk)
    owners = Member.objects.filter(project=project, role="owner")
    assert [row.user_id for row in owners] == [project.owner_id]
    seqs = list(Event.objects.filter(project=project).order_by("seq").values_list("seq", flat=True))
    assert seqs == list(range(1, project.last_seq + 1))


@pytest.mark.parametrize("_", range(3))
def test_a_project_handed_over_while_the_heir_leaves_has_one_owner_who_is_in_it(_: int):
    people = people_of_tests.gather()
    heir = of(people, people.editor)
    outcomes = together(
        lambda: members.transfer(people.project, to=heir, by=people.owner),
        lambda: members.leave(people.project, by=people.editor),
        lambda: members.remove(heir, by=people.owner),
    )
    assert "failed" not in outcomes
    assert outcomes.count("done") == 1
    check(people)


def test_a_project_handed_to_two_at_once_has_one_owner():
    people = people_of_tests.gather()
    heirs = [of(people, people.editor), of(people, people.viewer)]
    outcomes = together(
        *(lambda heir=heir: members.transfer(people.project, to=heir, by=people.owner) for heir in heirs)
    )
    assert sorted(outcomes) == ["NotAllowed", "done"]
    check(people)


@pytest.mark.parametrize("_", range(3))
def test_a_link_opened_while_its_sender_hands_the_project_over_is_one_or_the_other(_: int):
    people = people_of_tests.gather()
    offer = invitations.invite(people.project, email="new@example.org", role="editor", by=people.owner)
    heir = of(people, people.editor)
    taken, handed = together(
        lambda: invitations.accept(offer.link.rstrip("/").rpartition("/")[2], by=people.stranger),
        lambda: members.transfer(people.project, to=heir, by=people.owner),
    )
    assert handed == "done"
    is_in = Member.objects.filter(project=people.project, user=people.stranger).exists()
    assert (taken, Invitation.objects.filter(accepted_at=None).count()) == ("done" if is_in else "Missing", 0)
    check(people)


@pytest.mark.parametrize("_", range(3))
def test_whoever_hands_a_project_over_decides_nothing_in_it_any_more(_: int):
    people = people_of_tests.gather()
    heir, other = of(people, people.editor), of(people, people.viewer)
    transfer, remove, rename = together(
        lambda: members.transfer(people.project, to=heir, by=people.owner),
        lambda: members.remove(other, by=people.owner),
        lambda: projects.rename(people.project, name="Day Garden", by=people.owner),
    )
    assert transfer == "done"
    seqs = dict(Event.objects.filter(project=people.project).values_list("kind", "seq"))
    for outcome, kind in ((remove, "member_left"), (rename, "project_renamed")):
        assert outcome == ("done" if seqs.get(kind, 9) < seqs["project_transferred"] else "NotAllowed")
    check(people)


def test_a_link_opened_by_many_at_once_lets_one_of_them_in():
    people = people_of_tests.gather()
    offer = invitations.invite(people.project, email="new@example.org", role="editor", by=people.owner)
    secret = offer.link.rstrip("/").rpartition("/")[2]
    guests = [User.objects.create_user(f"guest{number}@example.org", name=f"Guest {number}") for number in range(4)]
    outcomes = together(*(lambda guest=guest: invitations.accept(secret, by=guest) for guest in guests))
    assert sorted(outcomes) == ["Missing", "Missing", "Missing", "done"]
    joined = Member.objects.filter(project=people.project, user__in=guests)
    invitation = Invitation.objects.get()
    assert [row.user_id for row in joined] == [invitation.accepted_by_id]
    check(people)


def test_a_link_withdrawn_while_it_is_opened_is_one_or_the_other():
    people = people_of_tests.gather()
    offer = invitations.invite(people.project, email="new@example.org", role="editor", by=people.owner)
    secret = offer.link.rstrip("/").rpartition("/")[2]
    outcomes = together(
        lambda: invitations.accept(secret, by=people.stranger),
        lambda: invitations.revoke(offer.invitation, by=people.owner),
    )
    assert sorted(outcomes) == ["Missing", "done"]
    is_in = Member.objects.filter(project=people.project, user=people.stranger).exists()
    assert is_in == (outcomes[0] == "done")
    with suppress(errors.Refusal):
        invitations.accept(secret, by=people.viewer)
    check(people)
