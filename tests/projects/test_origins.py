"""From where an act comes, as doors say it."""

import pytest
from django.core.management import call_command
from django.test import Client

from projects import origins
from projects.models import AuditEntry
from tests.people import People
from tests.programs import Programs


def test_it_holds_inside_and_is_nowhere_outside() -> None:
    assert origins.current() == ("", "")
    with origins.entered("admin", "x" * 100):
        origins.turn_out_as("token")
        assert origins.current() == ("token", "x" * origins.MOST_ADDRESS)
    assert origins.current() == ("", "")


@pytest.mark.parametrize(("proxies", "address"), [(0, "127.0.0.1"), (1, "192.0.2.1")])
def test_a_program_is_told_by_its_token_and_its_address(
    people: People, program: Programs, settings, proxies: int, address: str
) -> None:
    settings.PROXIES = settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    made = program(people.owner).post(
        f"/projects/{people.project.pk}/invitations", {"email": "new@example.org"}, X_Forwarded_For="6.6.6.6, 192.0.2.1"
    )
    assert made.status_code == 201
    entry = AuditEntry.objects.get(act="member_invited")
    assert (entry.door, entry.address) == ("token", address)


def test_a_link_and_a_command_are_told_as_such(people: People, client: Client) -> None:
    call_command("create_token", "x", "--email", people.owner.email)
    assert AuditEntry.objects.get(act="token_made").door == "command"
