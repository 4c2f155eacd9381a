"""Putting an app's packages in place."""

import threading
import time
from operator import methodcaller

import pytest
from pytest_django.fixtures import Settings

from sandboxes.backends import prepared as prepared_packages
from sandboxes.enums import CommandKind, CommandState
from sandboxes.errors import Stopped
from sandboxes.models import Command, Sandbox
from sandboxes.models.shown import manifest_of
from sandboxes.packages import locks
from sandboxes.runtime import boxes, install, lifecycle, serve, sync
from sandboxes.wire import FileWrite
from tests.sandboxes import apps, registry
from tests.sandboxes.conftest import MakeApp, apply

pytestmark = pytest.mark.box


@pytest.fixture
def reachable(settings: Settings) -> None:
    registry.reach(settings)


def prepared(sandbox: Sandbox) -> Sandbox:
    lifecycle.ensure(sandbox)
    sync.sync(sandbox, manifest_of(sandbox))
    return sandbox


def in_box(sandbox: Sandbox, *argv: str) -> str:
    return boxes.ask(sandbox, lambda wire: wire.exec(argv, timeout=30)).output.strip()


@pytest.mark.node
def test_the_templates_packages_are_linked_not_fetched(make_app: MakeApp) -> None:
    sandbox = prepared(make_app(apps.REACT))
    command = install.install(sandbox)
    assert command is not None
    assert (command.exit_code, command.title) == (0, "Use the prepared packages")
    assert in_box(sandbox, "readlink", "node_modules/react") == "/opt/templates/react-vite/node_modules/react"
    assert install.install(sandbox) == command


@pytest.mark.node
def test_a_package_beyond_the_template_is_fetched_and_used(make_app: MakeApp, reachable: None) -> None:
    package = apps.REACT["package.json"].replace('"react":', '"clsx": "^2.1.0", "react":')
    sandbox = prepared(make_app({**apps.REACT, "package.json": package}))
    lines: list[str] = []
    command = install.install(sandbox, on_line=lines.append)
    assert command is not None
    assert (command.exit_code, command.title) == (0, "Install clsx"), command.output
    assert any("added 1 package" in line for line in lines)
    assert '"clsx"' in in_box(sandbox, "cat", "node_modules/clsx/package.json")
    assert install.install(sandbox) == command
    apply(sandbox.branch, {"src/App.tsx": 'import clsx from "clsx";\nexport default () => <p>{clsx("a")}</p>;\n'})
    sync.sync(sandbox, manifest_of(sandbox))
    serve.start(sandbox)
    assert serve.wait_ready(sandbox).ok


@pytest.mark.node
def test_the_lock_of_an_install_is_kept_to(make_app: MakeApp, reachable: None) -> None:
    package = apps.REACT["package.json"].replace('"react":', '"clsx": "2.1.0", "react":')
    sandbox = prepared(make_app({**apps.REACT, "package.json": package}))
    first = install.install(sandbox)
    assert first is not None
    assert first.exit_code == 0, first.output
    lock = install.written_lock(sandbox)
    assert lock is not None
    assert (locks.read(lock) or {})["node_modules/clsx"] == "2.1.0"
    assert b'"resolved"' not in lock
    assert b'"integrity"' in lock
    wider = package.replace('"clsx": "2.1.0"', '"clsx": "^2.1.0"')
    apply(sandbox.branch, {"package-lock.json": lock.replace(b'"clsx": "2.1.0"', b'"clsx": "^2.1.0"')})
    sync.sync(sandbox, manifest_of(sandbox))
    apply(sandbox.branch, {"package.json": wider})
    sync.sync(sandbox, manifest_of(sandbox))
    second = install.install(sandbox)
    assert second is not None
    assert (second.exit_code, second == first) == (0, False), second.output
    assert '"version": "2.1.0"' in in_box(sandbox, "cat", "node_modules/clsx/package.json")


@pytest.mark.node
def test_a_lock_that_is_the_templates_own_needs_nothing_fetched(make_app: MakeApp) -> None:
    template = prepared_packages.SOURCES / "react-vite"
    own = {name: (template / name).read_bytes() for name in ("package.json", "package-lock.json")}
    command = install.install(prepared(make_app({**apps.REACT, **own})))
    assert command is not None
    assert (command.exit_code, command.title) == (0, "Use the prepared packages")


@pytest.mark.node
def test_what_is_no_lock_in_a_box_is_not_taken_for_one(make_app: MakeApp) -> None:
    sandbox = prepared(make_app(apps.REACT))
    assert install.written_lock(sandbox) is None
    for content in (b"<script>", b"[" * 100_000, b"x" * (locks.MOST_BYTES + 1)):
        write = methodcaller("write", [FileWrite("package-lock.json", content)])
        boxes.ask(sandbox, write)
        assert install.written_lock(sandbox) is None
    in_box(sandbox, "ln", "-sf", "/etc/passwd", "package-lock.json")
    assert install.written_lock(sandbox) is None


def test_a_python_package_beyond_the_template_is_fetched(make_app: MakeApp, reachable: None) -> None:
    sandbox = prepared(make_app({**apps.FLASK, "requirements.txt": "flask\npyfiglet==1.0.4\n"}))
    command = install.install(sandbox)
    assert command is not None
    assert (command.exit_code, command.title) == (0, "Install pyfiglet"), command.output
    assert in_box(sandbox, "python3", "-c", "import pyfiglet, flask; print(1)") == "1"


def test_a_package_that_does_not_exist_is_an_exit_code_with_words(make_app: MakeApp, reachable: None) -> None:
    sandbox = prepared(make_app({**apps.FLASK, "requirements.txt": "no-such-package-of-ours-1a2b\n"}))
    command = install.install(sandbox)
    assert command is not None
    assert command.exit_code != 0
    assert "no-such-package-of-ours-1a2b" in command.output
    assert "installed" not in sandbox.handle


def test_it_can_be_stopped(make_app: MakeApp) -> None:
    sandbox = prepared(make_app({**apps.FLASK, "requirements.txt": "pyfiglet\n"}))
    asked = threading.Event()
    with pytest.raises(Stopped):
        install.install(sandbox, should_stop=lambda: True, on_line=lambda _: asked.set())


@pytest.mark.node
def test_a_stop_is_heeded_while_packages_are_put_in_place(make_app: MakeApp) -> None:
    package = apps.REACT["package.json"].replace('"react":', '"clsx": "^2.1.0", "react":')
    sandbox = prepared(make_app({**apps.REACT, "package.json": package}))
    began = time.monotonic()
    with pytest.raises(Stopped):
        install.install(sandbox, should_stop=lambda: True)
    assert time.monotonic() - began < 1.0
    assert not Command.objects.filter(sandbox=sandbox, state=CommandState.RUNNING).exists()


def test_what_a_dead_worker_was_running_is_settled(make_app: MakeApp) -> None:
    sandbox = prepared(make_app(apps.FLASK))
    left = [Command.objects.create(sandbox=sandbox, kind=kind, title="Left") for kind in CommandKind]
    install.install(sandbox)
    running = Command.objects.filter(pk__in=[command.pk for command in left], state=CommandState.RUNNING)
    assert {command.kind for command in running} == {CommandKind.CHECK, CommandKind.TOOL}


def test_static_apps_have_nothing_to_install(make_app: MakeApp) -> None:
    assert install.install(lifecycle.ensure(make_app(apps.STATIC))) is None
