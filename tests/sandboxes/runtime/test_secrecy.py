"""An app is given its secrets, and what it says of them is masked."""

import base64
import json
from urllib.parse import quote

import pytest

from projects import feed, sealing
from projects.models import Project, User
from projects.services import secrets
from sandboxes.enums import CommandKind
from sandboxes.errors import SandboxLost
from sandboxes.models import Command, Sandbox
from sandboxes.models.shown import manifest_of
from sandboxes.runtime import boxes, commands, install, lifecycle, secrecy, serve, sync, waking
from sandboxes.runtime.commands import Listener
from sandboxes.wire import Wire
from tests.sandboxes import apps
from tests.sandboxes.conftest import MakeApp

SECRET = "planted/correct+horse&battery'staple"
TELLING = """
import base64, json, os, sys, urllib.parse
from flask import Flask
app = Flask(__name__)
told = os.environ.get("PLANTED", "nothing")
ways = [told, repr(told), json.dumps(told), urllib.parse.quote(told, safe=""), told.encode().hex(),
        base64.b64encode(told.encode()).decode(), base64.b64encode(b"user:" + told.encode()).decode()]
for way in ways:
    print("it is", way, flush=True)
sys.stdout.write("x" * 1990 + told + "\\n"); sys.stdout.flush()
@app.get("/")
def index():
    return "<h1>The key is %s</h1>%s" % (told, "y" * 1970 + told)
"""
QUIET = TELLING.replace('print("it is", way, flush=True)', "pass").replace("sys.stdout.write", "str")


def says(text: str) -> bool:
    ways = [SECRET, quote(SECRET, safe=""), SECRET.encode().hex(), base64.b64encode(SECRET.encode()).decode()]
    return any(way in text for way in [*ways, json.dumps(SECRET)[1:-1], SECRET[:20], SECRET[8:22]])


def everything(sandbox: Sandbox) -> str:
    """What was kept of this app, as text."""
    rows = [*Command.objects.filter(sandbox=sandbox).values(), *Sandbox.objects.filter(pk=sandbox.pk).values()]
    return repr(rows) + repr([event.payload for event in feed.since(sandbox.project_id, 0)])


def plant(project: Project, by: User, value: str = SECRET) -> None:
    secrets.put(project, name="PLANTED", value=value, by=by)


def prepared(sandbox: Sandbox) -> Sandbox:
    lifecycle.ensure(sandbox)
    sync.sync(sandbox, manifest_of(sandbox))
    install.install(sandbox)
    return sandbox


@pytest.mark.box
def test_a_server_has_its_secrets_and_tells_none(make_app: MakeApp, alice: User) -> None:
    sandbox = prepared(make_app({**apps.FLASK, "app.py": TELLING}))
    plant(sandbox.project, alice)
    lines: list[str] = []
    serve.start(sandbox)
    ready = serve.wait_ready(sandbox, on_line=lines.append)
    assert ready.ok
    assert ready.excerpt.startswith("The key is [secret PLANTED]")
    assert "it is [secret PLANTED]" in lines
    assert serve.log_tail(sandbox).count("[secret PLANTED]") >= 7
    serve.stop(sandbox)
    told = "\n".join([*lines, repr(ready), everything(sandbox)])
    assert "[secret PLANTED]" in told
    assert not says(told)


@pytest.mark.box
def test_a_crash_and_a_failing_command_tell_none(make_app: MakeApp, alice: User) -> None:
    crash = "import os\nraise SystemExit('no way with ' + os.environ['PLANTED'])\n"
    sandbox = prepared(make_app({**apps.FLASK, "app.py": crash}))
    plant(sandbox.project, alice)
    serve.start(sandbox)
    ready = serve.wait_ready(sandbox)
    assert not ready.ok
    assert "no way with [secret PLANTED]" in ready.log_tail
    argv = ("sh", "-c", 'echo "$PLANTED"; echo "$PLANTED" | base64 -w0; exit 3')
    command = commands.run(sandbox, argv, kind=CommandKind.CHECK, title="Look", listener=Listener(), timeout=20)
    assert (command.exit_code, command.output.splitlines()[0]) == (3, "[secret PLANTED]")
    assert not says(everything(sandbox) + repr(ready) + command.output)


@pytest.mark.box
def test_they_are_in_no_argv_and_in_no_file_of_the_box(make_app: MakeApp, alice: User) -> None:
    sandbox = prepared(make_app({**apps.FLASK, "app.py": QUIET}))
    plant(sandbox.project, alice)
    serve.start(sandbox)
    assert serve.wait_ready(sandbox).ok
    look = "cat /proc/[0-9]*/cmdline; cat /proc/1/environ; grep -rl planted/correct /workspace /tmp; true"

    async def ask(wire: Wire) -> str:
        return (await wire.exec(("sh", "-c", look), timeout=20)).output

    told = boxes.ask(sandbox, ask)
    assert "app.py" in told or "flask" in told
    assert not says(told)


@pytest.mark.box
def test_what_downloads_packages_has_none(make_app: MakeApp, alice: User) -> None:
    sandbox = prepared(make_app(apps.FLASK))
    plant(sandbox.project, alice)
    look = ("sh", "-c", 'echo "it is ${PLANTED:-nothing}"')
    command = commands.run(
        sandbox, look, kind=CommandKind.INSTALL, title="x", listener=Listener(), timeout=20, downloads=True
    )
    assert command.output == "it is nothing"


@pytest.mark.box
def test_a_changed_secret_starts_the_server_anew_and_the_old_one_stays_hidden(make_app: MakeApp, alice: User) -> None:
    sandbox = prepared(make_app({**apps.FLASK, "app.py": TELLING}))
    plant(sandbox.project, alice)
    first = serve.start(sandbox)
    assert serve.wait_ready(sandbox).ok
    assert serve.start(sandbox) == first
    plant(sandbox.project, alice, "another value altogether")
    assert not says(serve.log_tail(sandbox))
    waking.wake(str(sandbox.pk))
    sandbox.refresh_from_db()
    assert first is not None
    first.refresh_from_db()
    assert first.state == "finished"
    assert not says(everything(sandbox))
    assert "another value" not in everything(sandbox)
    secrets.remove(sandbox.project, name="PLANTED", by=alice)
    again = serve.start(sandbox)
    assert serve.wait_ready(sandbox).excerpt.startswith("The key is nothing")
    assert serve.start(sandbox) == again


def test_without_the_key_nothing_starts_and_it_is_said(make_app: MakeApp, alice: User, settings) -> None:
    sandbox = make_app(apps.FLASK)
    plant(sandbox.project, alice)
    settings.ENCRYPTION_KEY = "n" * 40
    with pytest.raises(SandboxLost, match="key of your backup"):
        secrecy.environment(sandbox)


def test_what_was_given_is_kept_sealed_with_the_box(make_app: MakeApp, settings) -> None:
    sandbox = make_app(apps.FLASK)
    Sandbox.objects.filter(pk=sandbox.pk).update(handle={"id": "box1", "backend": "process"})
    sandbox.refresh_from_db()
    secrecy.remember(sandbox, {"PLANTED": SECRET})
    sandbox.refresh_from_db()
    assert not says(repr(sandbox.handle))
    assert secrecy.is_given(sandbox, {"PLANTED": SECRET})
    assert not secrecy.is_given(sandbox, {})
    assert secrecy.masker(sandbox).text(f"<{SECRET}>") == "<[secret PLANTED]>"
    settings.ENCRYPTION_KEY, settings.FORMER_ENCRYPTION_KEYS = "n" * 40, [settings.ENCRYPTION_KEY]
    assert secrecy.is_given(sandbox, {"PLANTED": SECRET})
    settings.FORMER_ENCRYPTION_KEYS = []
    assert not secrecy.is_given(sandbox, {"PLANTED": SECRET})
    assert sealing.mark(settings.ENCRYPTION_KEY) not in repr(sandbox.handle)
