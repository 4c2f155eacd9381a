"""What the JSON socket does not take: nonsense, too much, and too much at once."""

import json
from typing import Any

import pytest

from agents.consumers import ProjectSocket
from agents.models.sessions import MOST_TEXT
from tests import people as people_of_tests
from tests.agents.programs import connect, trace
from tests.people import People

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people(transactional_db: None) -> People:
    return people_of_tests.gather()


@pytest.mark.parametrize(
    ("said", "answer_id"),
    [
        ("", None),
        ("hello", None),
        ("{", None),
        ("[" * 60_000, None),
        ("1" * 5000, None),
        ("[]", None),
        ("null", None),
        ('"ping"', None),
        ("{}", None),
        ('{"id": "a"}', "a"),
        ('{"id": "a", "type": "fly"}', "a"),
        ('{"id": "a", "type": ["ping"]}', "a"),
        ('{"id": "a", "type": "ping", "more": 1}', "a"),
        ('{"id": {"x": 1}, "type": "ping"}', None),
        ('{"id": 1.5, "type": "ping"}', None),
        (json.dumps({"id": "x" * 101, "type": "ping"}), None),
        (json.dumps({"id": 2**60, "type": "ping"}), 2**60),
        ('{"id": 1, "type": "subscribe"}', 1),
        ('{"id": 1, "type": "subscribe", "after": -1}', 1),
        ('{"id": 1, "type": "subscribe", "after": "x"}', 1),
        ('{"id": 1, "type": "subscribe", "after": 0, "jobs": ["x"]}', 1),
        ('{"id": 1, "type": "subscribe", "after": 1e400}', 1),
        ('{"id": 1, "type": "user_message", "text": "  "}', 1),
        ('{"id": 1, "type": "user_message", "text": "a\\u0000b"}', 1),
        ('{"id": 1, "type": "user_message", "text": "\\ud83d"}', 1),
        ('{"id": 1, "type": "user_message", "text": "x", "session": "x"}', 1),
        (json.dumps({"id": 1, "type": "user_message", "text": "x" * (MOST_TEXT + 1)}), 1),
        (json.dumps({"id": 1, "type": "start_generation", "prompt": "x", "model": "m" * 121}), 1),
    ],
    ids=range(28),
)
async def test_what_makes_no_sense_is_refused_and_the_socket_stays_open(people: People, said: str, answer_id: Any):
    program = await connect(people)
    await program.say(said)
    refused = await program.frame()
    assert (refused["type"], refused["id"], refused["code"]) == ("error", answer_id, "invalid_input")
    assert refused["message"]
    assert (await program.ask("ping"))["type"] == "ack"
    assert await trace(people) == (0, 0, 0)
    await program.leave()


async def test_bytes_are_read_as_text(people: People):
    program = await connect(people)
    await program.say(data=b'{"type": "ping", "id": 1}')
    assert await program.frame() == {"type": "ack", "id": 1}
    await program.say(data=b"\xff\xfe")
    assert (await program.frame())["code"] == "invalid_input"
    await program.leave()


async def test_what_is_too_long_ends_the_socket(people: People):
    program = await connect(people)
    await program.say("x" * (64 * 1024 + 1))
    assert await program.code() == 1009


async def test_talking_too_much_ends_the_socket(people: People):
    program = await connect(people)
    for _ in range(ProjectSocket.most_messages):
        await program.say('{"type": "ping"}')
        assert (await program.frame())["type"] == "ack"
    await program.say('{"type": "ping"}')
    assert await program.code() == 4429
