"""Asking for a command, by whoever may. Over the API: tests/sandboxes/api; carried out: tests/sandboxes/runtime."""

import pytest

from projects import errors
from sandboxes import tasks
from sandboxes.enums import CommandKind
from sandboxes.errors import NotPossible
from sandboxes.models import Command
from sandboxes.services import commands
from tests.sandboxes import apps
from tests.sandboxes.conftest import MakeApp


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    found: list[str] = []
    monkeypatch.setattr(tasks.carry_out, "apply_async", lambda args=(), kwargs=None, **_: found.append(args[0]))
    return found


def test_it_is_kept_with_who_asked_and_sent(make_app: MakeApp, sent: list[str]) -> None:
    sandbox = make_app(apps.FLASK)
    command = commands.ask(sandbox, ["ls", "-l"], seconds=5, by=sandbox.project.owner)
    assert (command.asked_by, command.title, command.kind) == (sandbox.project.owner, "ls -l", CommandKind.TOOL)
    assert sent == [str(command.pk)]
    assert commands.find(sandbox, command.pk) == command


def test_plain_files_have_no_box(make_app: MakeApp, sent: list[str]) -> None:
    sandbox = make_app(apps.STATIC)
    with pytest.raises(NotPossible, match="plain files"):
        commands.ask(sandbox, ["ls"], seconds=5, by=sandbox.project.owner)
    assert (Command.objects.count(), sent) == (0, [])


def test_another_sandboxs_is_not_found(make_app: MakeApp, sent: list[str]) -> None:
    mine, theirs = make_app(apps.FLASK), make_app(apps.FLASK)
    command = commands.ask(theirs, ["ls"], seconds=5, by=theirs.project.owner)
    with pytest.raises(errors.Missing):
        commands.find(mine, command.pk)


def test_the_newest_start_is_the_server(make_app: MakeApp) -> None:
    sandbox = make_app(apps.FLASK)
    assert commands.server(sandbox) is None
    _, newest = (Command.objects.create(sandbox=sandbox, kind=CommandKind.SERVE, title="S") for _ in range(2))
    assert commands.server(sandbox) == newest
