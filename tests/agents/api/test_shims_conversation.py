"""`conversation-state` of the earlier design: read, named, begun anew, put away; what has no place is refused."""

from typing import Any

import pytest

from agents.models import Session
from agents.services import jobs, sessions
from tests.people import People
from tests.programs import Programs, problem

pytestmark = pytest.mark.django_db


@pytest.fixture
def talk(people: People) -> str:
    jobs.start(project=people.project, text="A shelf", by=people.owner)
    return f"/api/conversation-state?project={people.project.pk}"


def test_the_conversation_is_read_named_begun_anew_and_put_away(talk: str, people: People, program: Programs) -> None:
    asks = program(people.editor)
    told = asks.get(talk).json()
    assert [one["content"] for one in told["state"]["context"]["messages"]] == ["A shelf"]
    named = asks.post(talk, {"action": "update", "data": {"currentTopic": "Shelves"}}).json()
    assert named["state"]["context"]["currentTopic"] == Session.objects.get().title == "Shelves"
    fresh = asks.post(talk, {"action": "reset"}).json()
    assert fresh["state"]["conversationId"] != told["state"]["conversationId"]
    assert fresh["state"]["context"]["messages"] == []
    assert asks.get(talk).json()["state"] == fresh["state"]
    assert asks.delete(talk).json() == {"success": True, "message": "The conversation is put away."}
    assert asks.get(talk).json()["state"]["conversationId"] == told["state"]["conversationId"]
    assert asks.delete(talk).status_code == asks.delete(talk).status_code == 200
    assert asks.get(talk).json() == {"success": True, "state": None, "message": "No conversation yet."}
    assert Session.objects.count() == 2


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"action": "clear-old"}, "refused"),
        ({"action": "update", "data": {"userPreferences": {"a": 1}}}, "refused"),
        ({"action": "update", "data": {"currentTopic": ""}}, "invalid"),
        ({"action": "update", "data": {"currentTopic": "x" * 5000}}, "invalid"),
        ({"action": "update", "data": {"currentTopic": {"a": []}}}, "invalid"),
        ({"action": "update", "data": []}, "invalid"),
        ({"action": "delete"}, "invalid"),
        ({}, "invalid"),
    ],
)
def test_what_has_no_place_is_refused(
    talk: str, people: People, program: Programs, body: dict[str, Any], code: str
) -> None:
    answer = program(people.editor).post(talk, body)
    assert (answer.status_code, problem(answer)["code"]) == (422, code)
    assert list(Session.objects.values_list("title", flat=True)) == ["First build"]


def test_without_a_conversation_nothing_is_updated(people: People, program: Programs) -> None:
    path = f"/api/conversation-state?project={people.project.pk}"
    assert problem(program(people.editor).post(path, {"action": "update"}))["code"] == "wrong_state"
    assert sessions.listed(people.project).count() == 0
