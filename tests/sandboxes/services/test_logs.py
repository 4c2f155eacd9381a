"""Of what runs no longer the row tells. What a box tells: tests/sandboxes/runtime/test_asked.py."""

import pytest
from django.utils import timezone

from sandboxes import tasks
from sandboxes.enums import CommandKind, CommandState, SandboxState
from sandboxes.models import Command, Sandbox
from sandboxes.services import logs
from tests.sandboxes import apps
from tests.sandboxes.conftest import MakeApp


def test_without_a_command_there_is_nothing(make_app: MakeApp) -> None:
    assert logs.read(make_app({}), None, since=5) == logs.Log(None, False, 5, 5, "")


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    found: list[str] = []
    monkeypatch.setattr(tasks.keep_words, "apply_async", lambda args=(), kwargs=None, **_: found.append(args[0]))
    return found


def test_where_no_box_is_reached_what_was_kept_is_told_and_a_worker_keeps_more(
    make_app: MakeApp, sent: list[str]
) -> None:
    sandbox = make_app(apps.FLASK)
    gone = {"state": SandboxState.READY, "handle": {"backend": "process", "id": "gone"}}
    Sandbox.objects.filter(pk=sandbox.pk).update(**gone)
    sandbox.refresh_from_db()
    server = Command.objects.create(sandbox=sandbox, kind=CommandKind.SERVE, title="Serve", output="kept")
    for _ in range(3):
        log = logs.read(sandbox, server)
        assert (log.text, log.live) == ("kept", True)
    assert sent == [str(sandbox.pk)]


def test_a_server_whose_box_stands_still_says_no_more(make_app: MakeApp) -> None:
    sandbox = make_app(apps.FLASK)
    server = Command.objects.create(sandbox=sandbox, kind=CommandKind.SERVE, title="Serve", output="kept")
    sandbox.state = SandboxState.PAUSED
    log = logs.read(sandbox, server)
    assert (log.text, log.live) == ("kept", False)


def test_lines_are_found_in_whatever_letters(make_app: MakeApp) -> None:
    ended = {"state": CommandState.FINISHED, "finished_at": timezone.now()}
    command = Command(sandbox=make_app({}), kind=CommandKind.CHECK, output="An Error\nfine\nerrors", **ended)
    assert logs.matching(logs.read(command.sandbox, command), "ERROR") == ["An Error", "errors"]
