"""Commands that a person asked for, in real boxes."""

import threading
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from projects import feed
from projects.services import projects, secrets
from sandboxes.enums import CommandKind, CommandState, SandboxState
from sandboxes.models import Command, Sandbox
from sandboxes.models import duties as leases
from sandboxes.runtime import asked, commands, waking
from sandboxes.services import commands as asking
from sandboxes.services import logs
from tests.installation import wait_for
from tests.sandboxes import apps
from tests.sandboxes.conftest import MakeApp
from tests.sandboxes.runtime.test_turns import held

pytestmark = pytest.mark.box


def ask(sandbox: Sandbox, *argv: str, cwd: str = "", seconds: int = 30) -> Command:
    command = Command(sandbox=sandbox, kind=CommandKind.TOOL, state=CommandState.QUEUED, title="Ask", argv=list(argv))
    command.cwd, command.seconds = cwd, seconds
    command.save()
    return command


def done(command: Command) -> Command:
    asked.carry_out(str(command.pk))
    command.refresh_from_db()
    return command


def test_it_wakes_the_box_and_finds_files_and_packages(make_app: MakeApp) -> None:
    sandbox = make_app(apps.FLASK)
    command = done(ask(sandbox, "sh", "-c", "ls; python3 -c 'import flask; print(flask.__name__)'"))
    assert (command.state, command.exit_code) == (CommandState.FINISHED, 0), command.output
    assert command.output == "app.py\nrequirements.txt\ntemplates\nflask"
    sandbox.refresh_from_db()
    assert sandbox.state == SandboxState.READY
    kinds = [event.kind for event in feed.since(sandbox.project_id, 0) if event.kind.startswith("command_")]
    assert kinds[-2:] == ["command_started", "command_finished"]


def test_it_runs_in_a_folder_with_the_apps_secrets_masked(make_app: MakeApp) -> None:
    sandbox = make_app(apps.FLASK)
    secrets.put(sandbox.project, name="API_KEY", value="k7Qzr-0041-unlike-others", by=sandbox.project.owner)
    command = done(ask(sandbox, "sh", "-c", "pwd; echo $API_KEY; exit 3", cwd="templates"))
    assert (command.exit_code, command.output) == (3, "/workspace/templates\n[secret API_KEY]")


def test_one_that_takes_too_long_is_ended_and_says_so(make_app: MakeApp) -> None:
    command = done(ask(make_app(apps.FLASK), "sh", "-c", "echo begun; sleep 60", seconds=1))
    assert command.output == "begun\nStopped: it took longer than 1 seconds."
    assert command.exit_code != 0


def test_of_much_output_the_end_is_kept_and_where_it_stood(make_app: MakeApp) -> None:
    command = done(ask(make_app(apps.FLASK), "seq", "1", "5000"))
    assert command.output.endswith("4999\n5000")
    whole = "\n".join(map(str, range(1, 5001)))
    assert whole[command.skipped :] == command.output
    assert logs.read(command.sandbox, command, since=len(whole) - 4).text == "5000"


def test_it_is_carried_out_once(make_app: MakeApp) -> None:
    command = done(ask(make_app(apps.FLASK), "sh", "-c", "date +%N > /tmp/when; cat /tmp/when"))
    before = command.output
    assert done(command).output == before
    assert not commands.take(command)


def test_what_is_gone_or_put_away_is_nobodys_work(make_app: MakeApp) -> None:
    asked.carry_out(str(uuid.uuid4()))
    command = ask(make_app(apps.FLASK), "ls")
    projects.archive(command.sandbox.project, by=command.sandbox.project.owner)
    assert done(command).state == CommandState.QUEUED


def test_a_box_that_cannot_be_had_is_what_it_says(make_app: MakeApp, settings) -> None:
    settings.SANDBOX_BACKEND = "none"
    command = done(ask(make_app(apps.FLASK), "ls"))
    assert (command.state, command.exit_code) == (CommandState.FINISHED, None)
    assert "cannot run a box" in command.output
    settings.SANDBOX_BACKEND = "auto"


def test_what_nobody_took_and_what_nobody_finished_is_settled(make_app: MakeApp) -> None:
    sandbox, now = make_app(apps.STATIC), timezone.now()
    untaken, lost, fresh = ask(sandbox, "a"), ask(sandbox, "b", seconds=60), ask(sandbox, "c", seconds=60)
    Command.objects.filter(pk=untaken.pk).update(started_at=now - timedelta(seconds=331))
    Command.objects.filter(pk=lost.pk).update(
        state=CommandState.RUNNING, started_at=now - timedelta(seconds=151), output="half", skipped=7
    )
    Command.objects.filter(pk=fresh.pk).update(state=CommandState.RUNNING, started_at=now - timedelta(seconds=149))
    asked.settle(now)
    for command in (untaken, lost, fresh):
        command.refresh_from_db()
    assert (untaken.state, untaken.output) == ("finished", "No worker took it in time. Ask for it again.")
    assert (lost.state, lost.output.splitlines()[0], lost.skipped) == ("finished", "half", 7)
    assert "the worker that ran it is gone" in lost.output
    assert fresh.state == CommandState.RUNNING


def test_while_its_box_is_got_ready_it_is_not_settled(make_app: MakeApp) -> None:
    """However long somebody else has the turn: it runs once the box is ready."""
    command = ask(make_app(apps.FLASK), "echo", "late")
    Command.objects.filter(pk=command.pk).update(started_at=timezone.now() - timedelta(seconds=331))
    ended = threading.Event()
    other = held(command.sandbox, ended)
    worker = threading.Thread(target=in_a_thread, args=(command,))
    worker.start()
    wait_for(lambda: leases.is_taken(f"run {command.pk}"), seconds=30, what="a worker to be at it")
    assert asked.settle(timezone.now()) == 0
    ended.set()
    worker.join(60)
    other.join(30)
    command.refresh_from_db()
    assert (command.state, command.exit_code, command.output) == (CommandState.FINISHED, 0, "late")
    assert not leases.Duty.objects.filter(name__startswith="run ").exists()


def in_a_thread(command: Command) -> None:
    try:
        asked.carry_out(str(command.pk))
    finally:
        connection.close()


def test_a_log_of_a_server_is_read_while_it_runs(make_app: MakeApp) -> None:
    sandbox = make_app(apps.FLASK)
    waking.wake(str(sandbox.pk))
    sandbox.refresh_from_db()
    log = logs.read(sandbox, asking.server(sandbox))
    assert log.live
    assert any("Running on" in line for line in log.lines), log.text
    assert logs.matching(log, "running ON")
    rest = logs.read(sandbox, asking.server(sandbox), since=log.next)
    assert rest.since == log.next
