"""`manage.py sandbox_shell`: one command in a real box."""

import io

import pytest
from django.core.management import CommandError, call_command

from projects.services import accounts, secrets
from sandboxes.models import Command, Sandbox
from tests.sandboxes import apps
from tests.sandboxes.conftest import MakeApp

pytestmark = pytest.mark.box


def shell(sandbox: Sandbox | str, *argv: str, **options: object) -> tuple[str, object]:
    told = io.StringIO()
    place = str(sandbox.pk if isinstance(sandbox, Sandbox) else sandbox)
    with pytest.raises(SystemExit) as ended:
        call_command("sandbox_shell", place, "--", *argv, stdout=told, **options)
    return told.getvalue(), ended.value.code


def test_its_output_and_its_exit_code_are_passed_on(make_app: MakeApp) -> None:
    sandbox = make_app(apps.FLASK)
    assert shell(sandbox, "sh", "-c", "ls; exit 3") == ("app.py\nrequirements.txt\ntemplates\n", 3)
    assert shell(sandbox, "ls", "-a", cwd="templates") == (".\n..\nindex.html\n", 0)
    command = Command.objects.filter(kind="tool").first()
    assert command is not None
    assert (command.title, command.exit_code, command.asked_by) == ("ls -a", 0, None)
    assert command.seconds  # or nobody would settle it, were the operator's process killed


def test_a_last_line_without_an_end_is_said_too(make_app: MakeApp) -> None:
    said, code = shell(make_app(apps.FLASK), "sh", "-c", "seq 1 5000; printf half")
    assert (said, code) == ("\n".join([*map(str, range(1, 5001)), "half"]) + "\n", 0)


def test_what_is_ended_from_outside_fails(make_app: MakeApp) -> None:
    sandbox = make_app(apps.FLASK)
    said, code = shell(sandbox, "sh", "-c", "echo begun; sleep 60", timeout=1.0)
    assert said == "begun\nStopped: it took longer than 1 seconds.\n"
    assert code == 128 + 9
    assert shell(sandbox, "sh", "-c", "kill -TERM $$")[1] == 128 + 15


def test_secrets_are_masked(make_app: MakeApp) -> None:
    sandbox = make_app(apps.FLASK)
    secrets.put(sandbox.project, name="API_KEY", value="k7Qzr-0041-unlike-others", by=sandbox.project.owner)
    assert shell(sandbox, "sh", "-c", "echo $API_KEY") == ("[secret API_KEY]\n", 0)


def test_it_is_found_by_its_label_and_by_its_project(make_app: MakeApp) -> None:
    sandbox = make_app(apps.FLASK)
    accounts.ensure_handle(sandbox.project.owner)
    sandbox.project.owner.refresh_from_db()
    owner = sandbox.project.owner.handle
    for word in (sandbox.label, f"p-{sandbox.label}", f"{owner}/{sandbox.project.slug}",
                 f"{owner}/{sandbox.project.slug}@main"):  # fmt: skip
        assert shell(word, "true") == ("", 0)


@pytest.mark.parametrize("word", ["00000000-0000-0000-0000-000000000000", "nothing", "no/body", "no/body@idea"])
def test_what_is_not_there_is_said(db: None, word: str) -> None:
    with pytest.raises(CommandError, match="There is no sandbox"):
        call_command("sandbox_shell", word, "true")


def test_an_app_without_a_box_says_so(make_app: MakeApp) -> None:
    with pytest.raises(CommandError, match="plain files"):
        call_command("sandbox_shell", str(make_app(apps.STATIC).pk), "true")
