"""Programs run in boxes."""

import threading
import time

import pytest

from projects import feed
from sandboxes.enums import CommandKind, CommandState
from sandboxes.errors import SandboxLost, Stopped
from sandboxes.models import Command, Sandbox
from sandboxes.runtime import boxes, commands, lifecycle
from sandboxes.runtime.commands import Listener
from tests.sandboxes import apps
from tests.sandboxes.conftest import MakeApp
from tests.sandboxes.runtime.test_lifecycle import kill_box

pytestmark = pytest.mark.box


@pytest.fixture
def shelf(make_app: MakeApp) -> Sandbox:
    return lifecycle.ensure(make_app(apps.FLASK))


def run(sandbox: Sandbox, script: str, listener: Listener = Listener(), timeout: float = 20) -> Command:  # noqa: B008
    argv = ["sh", "-c", script]
    return commands.run(sandbox, argv, kind=CommandKind.CHECK, title="Check", listener=listener, timeout=timeout)


def test_lines_come_while_it_runs_and_the_row_keeps_the_end(shelf: Sandbox) -> None:
    lines: list[str] = []
    command = run(shelf, "echo one; echo two >&2; exit 3", Listener(on_line=lines.append))
    assert lines == ["one", "two"]
    command.refresh_from_db()
    assert (command.state, command.exit_code, command.output) == ("finished", 3, "one\ntwo")
    kinds = [(event.kind, event.payload["title"]) for event in feed.since(shelf.project_id, 0)[-2:]]
    assert kinds == [("command_started", "Check"), ("command_finished", "Check")]


def test_a_stop_kills_the_whole_group_within_a_second(shelf: Sandbox) -> None:
    asked = threading.Event()
    started: list[float] = []

    def on_line(line: str) -> None:
        asked.set()
        started.append(time.monotonic())

    with pytest.raises(Stopped):
        run(shelf, "sleep 300 & echo started; sleep 300", Listener(on_line=on_line, should_stop=asked.is_set))
    assert time.monotonic() - started[0] < 1.0
    assert Command.objects.get(sandbox=shelf).state == CommandState.FINISHED
    left = boxes.ask(shelf, lambda wire: wire.exec(["sh", "-c", COUNT], timeout=10))
    assert left.output.strip() == "0"


COUNT = "grep -l sleep /proc/[0-9]*/comm 2>/dev/null | wc -l"


def test_a_command_that_takes_too_long_is_ended_and_says_so(shelf: Sandbox) -> None:
    command = run(shelf, "echo begun; sleep 60", timeout=1)
    assert command.exit_code != 0
    assert command.output == "begun\nStopped: it took longer than 1 seconds."


def test_a_box_lost_in_the_middle_is_told(shelf: Sandbox) -> None:
    with pytest.raises(SandboxLost):
        run(shelf, "echo started; sleep 60", Listener(on_line=lambda _: kill_box(shelf)))
    assert Command.objects.get(sandbox=shelf).state == CommandState.FINISHED


def test_a_program_that_does_not_exist_is_an_exit_code(shelf: Sandbox) -> None:
    kind = CommandKind.TOOL
    command = commands.run(shelf, ["no-such"], kind=kind, title="Odd", listener=Listener(), timeout=10)
    assert command.exit_code == 127
    assert "no-such" in command.output


def test_a_finished_command_is_settled_once(shelf: Sandbox) -> None:
    command = commands.begin(shelf, ["x"], kind=CommandKind.SERVE, title="Serve", job_ref=None)
    commands.finish(command, exit_code=0, tail="first")
    commands.finish(command, exit_code=1, tail="second")
    command.refresh_from_db()
    assert (command.exit_code, command.output) == (0, "first")


def test_a_box_put_away_ends_its_commands(shelf: Sandbox) -> None:
    command = commands.begin(shelf, ["x"], kind=CommandKind.SERVE, title="Serve", job_ref=None)
    lifecycle.destroy(shelf)
    command.refresh_from_db()
    assert (command.state, command.exit_code) == ("finished", None)
