"""The JSON socket, spoken to as programs and pages do."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.sessions.models import Session as DjangoSession
from django.db.models import QuerySet

from agents.consumers import ProjectSocket
from agents.lifecycle import leases
from agents.models import Job, Session
from projects.models import Member, User
from projects.services import projects
from sandboxes.services import sandboxes
from tests import people as people_of_tests
from tests.agents.programs import Program, connect, started, trace, with_token
from tests.people import People
from tests.projects.feed import facts
from tests.projects.feed.sockets import ORIGIN, cookie_of

pytestmark = pytest.mark.django_db(transaction=True)

NOWHERE = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def people(transactional_db: None) -> People:
    return people_of_tests.gather()


# --- each command --------------------------------------------------------------------------------


async def test_a_ping_is_answered_with_its_own_id(people: People):
    program = await connect(people, "viewer")
    for command_id in ("a", 7, None):
        await program.say(json.dumps({"type": "ping", "id": command_id}))
        assert await program.frame() == {"type": "ack", "id": command_id}
    await program.say('{"type": "ping"}')
    assert await program.frame() == {"type": "ack", "id": None}
    await program.leave()


async def test_the_protocol_is_named_when_offered(people: People):
    cookie = await sync_to_async(cookie_of)(people.owner)
    for offered, chosen in ((["djinn.v1", "x"], "djinn.v1"), (["x"], None)):
        program = Program(people.project.pk, {"origin": ORIGIN, "cookie": cookie}, *offered)
        await program.wire.send_input({"type": "websocket.connect"})
        assert (await program.wire.receive_output(30))["subprotocol"] == chosen
        await program.leave()


async def test_the_address_of_the_first_version_leads_to_the_same_socket(people: People):
    cookie = await sync_to_async(cookie_of)(people.owner)
    program = Program(people.project.pk, {"origin": ORIGIN, "cookie": cookie}, address="/ws/{}")
    await program.open()
    told = await program.ask("get_state")
    assert (told["type"], told["state"]["phase"]) == ("ack", "idle")
    await program.leave()


async def test_the_state_is_told_before_and_during_a_job(people: People):
    program = await connect(people, "viewer")
    idle: dict[str, Any] = {"phase": "idle", "blueprint": {}, "job": None, "job_state": None, "last_seq": 0}
    assert await program.ask("get_state") == {"type": "ack", "id": "get_state", "state": idle}
    job = await started(people)
    state = (await program.ask("get_state"))["state"]
    assert (state["job"], state["job_state"], state["phase"], state["last_seq"]) == (str(job.pk), "queued", "idle", 2)
    await program.leave()


async def test_the_preview_has_an_address_once_there_is_one(people: People):
    program = await connect(people, "viewer")
    assert (await program.ask("get_preview_url"))["url"] is None
    sandbox = await sync_to_async(sandboxes.for_branch)(people.main)
    assert (await program.ask("get_preview_url"))["url"] == sandboxes.preview_url(sandbox)
    await program.leave()


async def test_a_generation_is_started_and_repeated_without_a_prompt(people: People):
    program = await connect(people, "editor")
    first = await program.ask("start_generation", prompt=" A shelf ", model="demo/kanban")
    again = await program.ask("start_generation")
    made = [job async for job in Job.objects.order_by("created_at")]
    assert [str(job.pk) for job in made] == [first["job"], again["job"]]
    assert [job.input["text"] for job in made] == ["A shelf", "A shelf"]
    assert next((job.model, job.created_by_id) for job in made) == ("demo/kanban", people.editor.pk)
    await program.leave()


async def test_a_message_goes_into_the_session_that_is_named(people: People):
    program = await connect(people)
    job = await started(people)
    answer = await program.ask("user_message", text="Make it green", session=str(job.session_id))
    second = await Job.objects.aget(pk=answer["job"])
    assert (second.kind, second.session_id) == ("edit", job.session_id)
    elsewhere = await sync_to_async(projects.create)(name="Elsewhere", by=people.owner)
    branch = await elsewhere.branches.aget()
    other = await Session.objects.acreate(project=elsewhere, branch=branch, title="x")
    for session in (str(other.pk), NOWHERE):
        refused = await program.ask("user_message", text="Hello", session=session)
        assert (refused["code"], refused["message"]) == ("conflict", "There is no such session in this project.")
    await program.leave()


async def test_a_job_is_paused_resumed_and_stopped(people: People):
    program = await connect(people)
    job = await started(people)
    for verb, state in (("pause", "paused"), ("resume", "queued"), ("stop", "cancelled")):
        assert await program.ask(f"{verb}_generation") == {"type": "ack", "id": f"{verb}_generation"}
        await job.arefresh_from_db()
        assert job.state == state
    for verb in ("pause", "resume", "stop"):
        refused = await program.ask(f"{verb}_generation")
        assert (refused["type"], refused["code"]) == ("error", "conflict")
        assert refused["message"] == "No job is going on in this project."
    await program.leave()


async def test_a_running_job_is_asked_to_stop(people: People):
    program = await connect(people)
    job = await started(people)
    await sync_to_async(leases.claim)(job.pk, worker="test")
    await program.ask("stop_generation")
    await job.arefresh_from_db()
    assert (job.state, job.intent) == ("running", "cancel")
    refused = await program.ask("resume_generation")
    assert refused["message"] == "This job is running, not paused."
    await program.leave()


async def test_without_a_wish_there_is_nothing_to_repeat(people: People):
    program = await connect(people)
    refused = await program.ask("start_generation")
    assert (refused["code"], refused["message"]) == ("conflict", "Nobody has said yet what to make; send a prompt.")
    assert await trace(people) == (0, 0, 0)
    await program.leave()


# --- following -----------------------------------------------------------------------------------


async def test_what_was_missed_comes_in_order_and_then_what_happens(people: People):
    for number in range(3):
        await sync_to_async(facts.record)(people.project, number)
    program = await connect(people, "viewer")
    assert await program.ask("subscribe", after=1) == {"type": "ack", "id": "subscribe", "after": 1}
    missed = [await program.frame() for _ in range(2)]
    for number in range(3, 30):
        await sync_to_async(facts.record)(people.project, number)
    frames = missed + [await program.frame() for _ in range(27)]
    assert [frame["seq"] for frame in frames] == list(range(2, 31))
    assert set(frames[0]) == {"seq", "type", "ts", "job", "payload"}
    await program.leave()


async def test_subscribing_again_begins_again_there_without_doubles(people: People):
    for number in range(5):
        await sync_to_async(facts.record)(people.project, number)
    program = await connect(people, "viewer")
    await program.ask("subscribe", after=3)
    assert [(await program.frame())["seq"] for _ in range(2)] == [4, 5]
    assert (await program.ask("subscribe", after=0))["type"] == "ack"
    assert [(await program.frame())["seq"] for _ in range(5)] == [1, 2, 3, 4, 5]
    await sync_to_async(facts.record)(people.project, 6)
    assert (await program.frame())["seq"] == 6
    await program.leave()


async def test_a_reconnect_leaves_no_gap(people: People):
    seen: list[int] = []
    for round_ in range(3):
        program = await connect(people, "viewer")
        await program.ask("subscribe", after=seen[-1] if seen else 0)
        await sync_to_async(facts.record)(people.project, 2 * round_)
        seen.append((await program.frame())["seq"])
        await program.leave()
        await sync_to_async(facts.record)(people.project, 2 * round_ + 1)
    program = await connect(people, "viewer")
    await program.ask("subscribe", after=seen[-1])
    seen.append((await program.frame())["seq"])
    assert seen == [1, 2, 3, 4]
    await program.leave()


async def test_the_events_of_some_jobs_can_be_singled_out(people: People):
    first, _second, third = [await started(people, text) for text in ("One", "Two", "Three")]
    program = await connect(people, "viewer")
    await program.ask("subscribe", after=0, jobs=[str(first.pk), str(third.pk)])
    frames = [await program.frame() for _ in range(4)]
    assert [frame["job"] for frame in frames] == [str(first.pk)] * 2 + [str(third.pk)] * 2
    assert [frame["seq"] for frame in frames] == [1, 2, 5, 6]
    await program.leave()


# --- who may -------------------------------------------------------------------------------------

WRITES = [
    {"type": "start_generation", "prompt": "A shelf"},
    {"type": "user_message", "text": "A shelf"},
    {"type": "stop_generation"},
    {"type": "pause_generation"},
    {"type": "resume_generation"},
]


@pytest.mark.parametrize("command", WRITES, ids=lambda command: command["type"])
async def test_a_viewer_may_look_only(people: People, command: dict[str, str]):
    job = await started(people)
    before = await trace(people)
    for program in (await connect(people, "viewer"), await with_token(people, "read")):
        refused = await program.ask(**command)
        assert (refused["type"], refused["id"], refused["code"]) == ("error", command["type"], "policy_denied")
        assert (await program.ask("ping"))["type"] == "ack"
        await program.leave()
    await job.arefresh_from_db()
    assert (job.state, job.intent, await trace(people)) == ("queued", "", before)


async def test_a_program_with_the_right_token_may_write(people: People):
    program = await with_token(people, "read", "write")
    assert (await program.ask("user_message", text="A shelf"))["type"] == "ack"
    await program.leave()


async def test_who_may_no_longer_edit_is_asked_anew_each_time(people: People):
    program = await connect(people, "editor")
    assert (await program.ask("user_message", text="A shelf"))["type"] == "ack"
    await Member.objects.filter(user=people.editor).aupdate(role="viewer")
    assert (await program.ask("user_message", text="More"))["code"] == "policy_denied"
    assert await Job.objects.acount() == 1
    await program.leave()


# Written past every signal, so that no bell rings: only asking anew finds it out.
GONE: dict[str, tuple[Callable[[User], None], int]] = {
    "removed": (lambda user: _silently(Member.objects.filter(user=user)), 4403),
    "locked out": (lambda user: _silently(User.objects.filter(pk=user.pk), is_active=False), 4401),
    "signed out": (lambda user: _silently(DjangoSession.objects.all()), 4401),
}


def _silently(rows: QuerySet[Any], **values: Any) -> None:
    rows.update(**values) if values else rows._raw_delete(rows.db)


@pytest.mark.parametrize("way", GONE)
@pytest.mark.parametrize("command", [*WRITES, {"type": "get_state"}, {"type": "subscribe", "after": 0}], ids=str)
async def test_whoever_is_gone_is_answered_nothing_more(
    people: People, monkeypatch: pytest.MonkeyPatch, command: dict[str, Any], way: str
):
    monkeypatch.setattr(ProjectSocket, "ask_seconds", 3600)
    job = await started(people)
    program = await connect(people, "editor")
    assert (await program.ask("get_state"))["type"] == "ack"
    before = await trace(people)
    leave, code = GONE[way]
    await sync_to_async(leave)(people.editor)
    await program.say(json.dumps(command))
    assert await program.code() == code
    await job.arefresh_from_db()
    assert (job.state, job.intent, await trace(people)) == ("queued", "", before)


async def test_nothing_is_begun_in_an_archived_project(people: People):
    program = await connect(people)
    await sync_to_async(projects.archive)(people.project, by=people.owner)
    before = await trace(people)
    assert (await program.ask("user_message", text="A shelf"))["code"] == "policy_denied"
    assert (before[:2], await trace(people)) == ((0, 0), before)
    await program.leave()


async def test_who_has_no_business_here_is_closed_out(people: People):
    cookie = await sync_to_async(cookie_of)(people.owner)
    stranger = await sync_to_async(cookie_of)(people.stranger)
    project_id = people.project.pk
    for headers, where, code in (
        ({"origin": ORIGIN}, project_id, 4401),
        ({"authorization": "Bearer djinn_x_y"}, project_id, 4401),
        ({"origin": "http://evil.example", "cookie": cookie}, project_id, 4403),
        ({"cookie": cookie}, project_id, 4403),
        ({"origin": ORIGIN, "cookie": stranger}, project_id, 4404),
        ({"origin": ORIGIN, "cookie": cookie}, NOWHERE, 4404),
    ):
        program = Program(where, headers)
        await program.open()
        assert await program.code() == code


async def test_a_removed_member_has_to_leave_at_once(people: People, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(ProjectSocket, "ask_seconds", 3600)
    program = await connect(people, "viewer")
    await program.ask("subscribe", after=0)
    member = await Member.objects.aget(user=people.viewer)
    await sync_to_async(member.delete)()
    assert await program.code() == 4403
