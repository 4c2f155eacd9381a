"""Ending sessions is an act of its own, and told in the audit."""

import pytest

from projects import errors
from projects.models import AuditEntry
from projects.services import sessions
from tests.people import People
from tests.projects.views.test_sessions import signed_in


def test_it_is_audited_once_and_what_is_gone_is_missing(people: People) -> None:
    here = signed_in("Here/1")
    signed_in("There/2")
    one = next(found for found in sessions.of_user(people.owner) if found.user_agent == "There/2")
    sessions.end(people.owner, one.pk, by=people.owner)
    with pytest.raises(errors.Missing):
        sessions.end(people.owner, one.pk, by=people.owner)
    assert sessions.end_others(people.owner, here.session.session_key or "", by=people.owner) == 0
    assert list(AuditEntry.objects.values_list("act", flat=True)) == ["sessions_ended"]
