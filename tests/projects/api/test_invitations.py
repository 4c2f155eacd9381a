"""Invitations over the API: the link is in one answer and nowhere else."""

from django.core import mail
from django.test import override_settings

from projects.models import IdempotencyRecord, Invitation, Member
from tests.people import People
from tests.programs import Programs, problem


def at(people: People, rest: str = "") -> str:
    return f"/projects/{people.project.pk}/invitations{rest}"


def test_somebody_is_invited_and_joins(people: People, program: Programs) -> None:
    asks = program(people.owner)
    made = asks.post(at(people), {"email": "new@example.org", "role": "editor"}, Idempotency_Key="one")
    assert (made.status_code, made.json()["sent"], len(mail.outbox)) == (201, True, 1)
    secret = made.json()["link"].rstrip("/").rpartition("/")[2]
    listed = asks.get(at(people))
    assert [item["email"] for item in listed.json()["items"]] == ["new@example.org"]
    assert secret not in f"{listed.content!r} {IdempotencyRecord.objects.values()} {Invitation.objects.values()}"
    joined = program(people.stranger).post("/invitations/accept", {"secret": secret})
    assert joined.json() == {"project": str(people.project.pk), "role": "editor"}
    assert Member.objects.get(user=people.stranger).role == "editor"
    assert problem(program(people.viewer).post("/invitations/accept", {"secret": secret}))["code"] == "not_found"


@override_settings(MAIL_URL="")
def test_without_a_server_of_letters_a_program_is_told_to_pass_the_link_on(people: People, program: Programs) -> None:
    made = program(people.owner).post(at(people), {"email": "new@example.org"}).json()
    assert (made["sent"], "/join/" in made["link"], mail.outbox) == (False, True, [])


def test_one_is_sent_anew_and_withdrawn(people: People, program: Programs) -> None:
    asks = program(people.owner)
    made = asks.post(at(people), {"email": "new@example.org"}).json()
    one = at(people, f"/{made['invitation']['id']}")
    assert asks.post(f"{one}/resend").json()["link"] != made["link"]
    assert asks.delete(one).status_code == 204
    assert problem(asks.delete(one))["code"] == "not_found"


def test_what_does_not_fit_is_told(people: People, program: Programs) -> None:
    asks = program(people.owner)
    assert problem(asks.post(at(people), {"email": "nobody", "role": "editor"}))["code"] == "invalid"
    assert problem(asks.post(at(people), {"email": "a@example.org", "role": "owner"}))["code"] == "invalid"
    assert problem(asks.post(at(people), {"email": "viewer@example.org"}))["code"] == "wrong_state"
    assert problem(program(people.editor).post(at(people), {"email": "a@example.org"}))["code"] == "forbidden"
    assert not Invitation.objects.exists()
