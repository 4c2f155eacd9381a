"""The page of logs: what is written is found, and what it takes is told."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from projects.services import accounts, branches
from sandboxes.enums import CommandKind, CommandState, SandboxState
from sandboxes.models import Command, Sample, Sandbox
from sandboxes.runtime import waking
from tests.sandboxes import apps
from tests.sandboxes.conftest import MakeApp
from tests.sandboxes.runtime.standing import fresh


def page(client: Client, sandbox: Sandbox, query: str = "") -> str:
    owner = sandbox.project.owner
    accounts.ensure_handle(owner)
    owner.refresh_from_db()
    client.force_login(owner)
    answer = client.get(f"/p/{owner.handle}/{sandbox.project.slug}/logs/{query}")
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def ran(sandbox: Sandbox, output: str, **values: object) -> Command:
    ended = {"state": CommandState.FINISHED, "finished_at": timezone.now(), "exit_code": 0, "kind": CommandKind.SERVE}
    return Command.objects.create(**{"sandbox": sandbox, "title": "Serve it", "output": output, **ended, **values})


def test_before_anything_ran_it_says_so(make_app: MakeApp, client: Client) -> None:
    shown = page(client, make_app(apps.FLASK))
    assert "The app has not been started yet." in shown
    assert "No command has run yet." in shown
    assert "Nothing runs now" in shown


def test_the_log_of_the_server_is_shown_and_searched(make_app: MakeApp, client: Client) -> None:
    sandbox = make_app(apps.FLASK)
    ran(sandbox, "GET / 200\nAn <b>error</b> here\nGET /a 200")
    shown = page(client, sandbox)
    assert "An &lt;b&gt;error&lt;/b&gt; here" in shown
    found = page(client, sandbox, "?words=ERROR")
    assert "1 of 3 lines" in found
    assert "GET /a 200" not in found


def test_of_a_long_log_the_end_is_shown_and_all_of_it_is_searched(make_app: MakeApp, client: Client) -> None:
    sandbox = make_app(apps.FLASK)
    ran(sandbox, "\n".join(f"line {number}." for number in range(500)))
    shown = page(client, sandbox)
    assert "The last 300 of them. A search looks at all 500." in shown
    assert ("line 199." in shown, "line 200." in shown, "line 499." in shown) == (False, True, True)
    assert "line 7." in page(client, sandbox, "?words=line+7.")


def test_a_command_is_chosen_and_others_are_not_there(make_app: MakeApp, client: Client) -> None:
    sandbox, other = make_app(apps.FLASK), make_app(apps.FLASK)
    command = ran(sandbox, "it failed", title="Check the types", kind=CommandKind.CHECK, exit_code=2)
    shown = page(client, sandbox, f"?command={command.pk}")
    assert "it failed" in shown
    assert "failed, exit code 2" in shown
    theirs = ran(other, "theirs")
    path = f"/p/{sandbox.project.owner.handle}/{sandbox.project.slug}/logs/"
    for query in (f"?command={theirs.pk}", "?command=nothing", "?branch=nowhere"):
        assert client.get(path + query).status_code == 404


def test_each_branch_has_logs_of_its_own(make_app: MakeApp, client: Client) -> None:
    sandbox = make_app(apps.FLASK)
    branches.create(sandbox.project, "idea", by=sandbox.project.owner)
    ran(sandbox, "of main")
    assert "of main" in page(client, sandbox)
    assert "of main" not in page(client, sandbox, "?branch=idea")


def test_a_day_of_samples_is_two_lines(make_app: MakeApp, client: Client) -> None:
    sandbox, now = make_app(apps.FLASK), timezone.now()
    for number in range(5):
        values = {"memory_bytes": number << 20, "disk_bytes": 1, "processes": 1, "cpu_seconds": 1.0, "cpu_share": 0.25}
        Sample.objects.create(sandbox=sandbox, taken_at=now - timedelta(minutes=number), box="a", **values)
    shown = page(client, sandbox)
    assert "at most 4.0\xa0MB" in shown
    assert "at most 0.25 of one" in shown
    assert shown.count("<polyline") == 2


@pytest.mark.box
def test_of_what_runs_it_tells_what_it_takes_and_wakes_nothing(make_app: MakeApp, client: Client) -> None:
    sandbox = make_app(apps.FLASK)
    waking.wake(str(sandbox.pk))
    assert "Running on" in page(client, fresh(sandbox))
    Sandbox.objects.filter(pk=sandbox.pk).update(state=SandboxState.PAUSED)
    assert "It wakes when somebody opens the app." in page(client, fresh(sandbox))
    assert fresh(sandbox).state == SandboxState.PAUSED


@pytest.mark.box
def test_of_a_server_that_says_more_than_a_page_holds_the_newest_is_shown(make_app: MakeApp, client: Client) -> None:
    says = "for number in range(3000): print(f'said {number}. ' + 'x' * 40, flush=True)\n"
    sandbox = make_app({**apps.FLASK, "app.py": says + apps.FLASK["app.py"]})
    waking.wake(str(sandbox.pk))
    shown = page(client, fresh(sandbox))
    assert ("said 0. " in shown, "said 2999. " in shown) == (False, True)
