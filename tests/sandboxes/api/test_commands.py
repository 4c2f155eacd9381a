"""Commands in a sandbox and what they wrote, over the API."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from projects.services import branches, secrets
from sandboxes.enums import CommandKind, CommandState
from sandboxes.models import Command, Sandbox
from sandboxes.services import sandboxes
from tests.people import People
from tests.programs import Programs, problem
from tests.sandboxes.api.conftest import Sent

pytestmark = pytest.mark.django_db


def address(people: People) -> str:
    return f"/projects/{people.project.pk}/sandbox"


def ran(sandbox: Sandbox, output: str = "", **values: object) -> Command:
    return Command.objects.create(
        **{"sandbox": sandbox, "kind": CommandKind.CHECK, "title": "Look", "state": CommandState.FINISHED,
           "finished_at": timezone.now(), "exit_code": 0, "output": output, **values},
    )  # fmt: skip


def test_a_command_waits_for_a_worker_and_can_be_followed(people: People, program: Programs, sent: Sent) -> None:
    asks = program(people.editor)
    body = {"argv": ["npm", "run", "a b"], "cwd": "web", "timeout": 90}
    answer = asks.post(f"{address(people)}/exec", body)
    told = answer.json()
    assert answer.status_code == 202
    assert (told["kind"], told["state"], told["title"], told["asked_by"]) == (
        "tool",
        "queued",
        "npm run 'a b'",
        "Editor",
    )
    command = Command.objects.get()
    assert (command.argv, command.cwd, command.seconds) == (body["argv"], "web", 90)
    assert sent == [("carry_out", str(command.pk))]
    assert asks.get(f"{address(people)}/history/{command.pk}").json() == told


def test_a_command_with_a_key_is_asked_for_once(people: People, program: Programs, sent: Sent) -> None:
    asks = program(people.editor)
    first, second = (
        asks.post(f"{address(people)}/exec", {"argv": ["ls"]}, Idempotency_Key="once").json() for _ in range(2)
    )
    assert first == second
    assert (Command.objects.count(), len(sent)) == (1, 1)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"argv": []},
        {"argv": "ls -l"},
        {"argv": ["ls", 1]},
        {"argv": ["a\0b"]},
        {"argv": ["x"] * 101},
        {"argv": ["ls"], "timeout": 0},
        {"argv": ["ls"], "timeout": 601},
        {"argv": ["ls"], "shell": True},
    ],
)
def test_what_is_no_command_is_refused_and_leaves_no_trace(
    people: People, program: Programs, sent: Sent, body: dict[str, object]
) -> None:
    assert problem(program(people.editor).post(f"{address(people)}/exec", body))["code"] == "invalid"
    assert (Command.objects.count(), sent) == (0, [])


def test_who_may_only_look_runs_nothing(people: People, program: Programs, sent: Sent) -> None:
    for person in (people.viewer, people.stranger):
        assert program(person).post(f"{address(people)}/exec", {"argv": ["ls"]}).status_code in {403, 404}
    assert program(people.editor, "read").post(f"{address(people)}/exec", {"argv": ["ls"]}).status_code == 403
    assert (Command.objects.count(), sent) == (0, [])


def test_an_app_without_a_box_has_nowhere_to_run_it(people: People, program: Programs) -> None:
    branches.create_at(people.project, "plain", None, by=people.owner)
    told = problem(program(people.editor).post(f"{address(people)}/exec?branch=plain", {"argv": ["ls"]}))
    assert (told["status"], told["code"]) == (409, "wrong_state")
    assert "plain files" in told["detail"]


def test_only_so_many_wait_at_once(people: People, program: Programs, sent: Sent) -> None:
    asks = program(people.editor)
    answers = [asks.post(f"{address(people)}/exec", {"argv": ["ls"]}).status_code for _ in range(6)]
    assert answers == [202] * 5 + [409]
    Command.objects.filter(pk=Command.objects.values("pk")[:1]).update(state="finished", finished_at=timezone.now())
    assert asks.post(f"{address(people)}/exec", {"argv": ["ls"]}).status_code == 202
    assert len(sent) == 6


def test_a_secret_in_a_command_is_masked_where_it_is_shown(people: People, program: Programs) -> None:
    secrets.put(people.project, name="API_KEY", value="k7Qzr-0041-unlike-others", by=people.owner)
    answer = program(people.editor).post(f"{address(people)}/exec", {"argv": ["curl", "k7Qzr-0041-unlike-others"]})
    assert answer.json()["title"] == "curl [secret API_KEY]"


def test_the_history_is_paged_and_costs_the_same_however_long(people: People, program: Programs) -> None:
    sandbox, asks = sandboxes.for_branch(people.main), program(people.viewer)
    for number in range(12):
        ran(sandbox, title=f"number {number}", asked_by=people.editor)
    asks.get(f"{address(people)}/history")  # whatever is noted once of a token
    with CaptureQueriesContext(connection) as seen:
        page = asks.get(f"{address(people)}/history?limit=5").json()
    assert [one["title"] for one in page["items"]] == [f"number {number}" for number in (11, 10, 9, 8, 7)]
    assert page["items"][0]["asked_by"] == "Editor"
    # The token with its user, the membership, the branch, the sandbox, the commands with who asked.
    assert len(seen.captured_queries) == 5
    rest = asks.get(f"{address(people)}/history?limit=100&after={page['next']}").json()
    assert [one["title"] for one in rest["items"]][-1] == "number 0"
    assert rest["next"] is None


def test_a_command_of_another_sandbox_is_not_there(people: People, program: Programs) -> None:
    asks = program(people.viewer)
    assert problem(asks.get(f"{address(people)}/history/{uuid.uuid4()}"))["code"] == "not_found"
    assert problem(asks.get(f"{address(people)}/logs?command={uuid.uuid4()}"))["code"] == "not_found"


def test_what_a_command_wrote_is_read_from_any_place_on(people: People, program: Programs) -> None:
    sandbox, asks = sandboxes.for_branch(people.main), program(people.viewer)
    command = ran(sandbox, "one\ntwo\nthree", skipped=100)
    path = f"{address(people)}/logs?command={command.pk}"
    whole = {"command": str(command.pk), "live": False, "since": 100, "next": 113, "lines": ["one", "two", "three"]}
    assert asks.get(path).json() == whole
    assert asks.get(f"{path}&since=104").json() == whole | {"since": 104, "lines": ["two", "three"]}
    assert asks.get(f"{path}&since=113").json()["lines"] == []
    assert asks.get(f"{path}&words=TW").json()["lines"] == ["two"]


def test_the_log_of_a_server_that_does_not_run_is_what_was_kept(people: People, program: Programs) -> None:
    sandbox, asks = sandboxes.for_branch(people.main), program(people.viewer)
    empty: dict[str, object] = {"command": None, "live": False, "since": 0, "next": 0, "lines": []}
    assert asks.get(f"{address(people)}/logs").json() == empty
    server = ran(sandbox, "It fell over", kind=CommandKind.SERVE)
    told = asks.get(f"{address(people)}/logs").json()
    assert (told["command"], told["lines"]) == (str(server.pk), ["It fell over"])
