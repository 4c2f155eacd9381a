"""For somebody who lost their phone, their key and their codes."""

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command

from projects.models import AuditEntry
from tests.people import People
from tests.projects.services.test_factors import activate


def test_a_password_is_enough_again(people: People, capsys: pytest.CaptureFixture[str]) -> None:
    activate(people.owner)
    call_command("remove_second_factors", "OWNER@example.org")
    assert capsys.readouterr().out == "Removed: 1.\n"
    assert not Authenticator.objects.exists()
    entry = AuditEntry.objects.get()
    assert (entry.act, entry.door, entry.actor) == ("factors_removed", "command", None)
    with pytest.raises(CommandError, match="Nobody here"):
        call_command("remove_second_factors", "x@example.org")
