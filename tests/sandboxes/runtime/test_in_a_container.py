"""The whole road of an app on a Docker engine: made, shown, put to sleep, lost and found again."""

import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import docker
import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from sandboxes.backends import container, image
from sandboxes.backends import docker as docker_boxes
from sandboxes.backends.base import Spec
from sandboxes.enums import SandboxState
from sandboxes.errors import SandboxLost
from sandboxes.models import Sandbox
from sandboxes.models.shown import manifest_of
from sandboxes.runtime import install, lifecycle, reaper, serve, stacks, sync, waking
from sandboxes.wire import boxes, loop
from tests.installations.waiting import wait_for
from tests.sandboxes import apps
from tests.sandboxes.backends.relays import Relay
from tests.sandboxes.conftest import MakeApp
from tests.sandboxes.runtime.test_install import in_box as say
from tests.sandboxes.runtime.test_install import reachable
from tests.sandboxes.runtime.test_lifecycle import kill_box, state_of_box

__all__ = ["reachable"]

pytestmark = [pytest.mark.docker, pytest.mark.usefixtures("transactional_db", "on_engine")]


@pytest.fixture
def relay(settings: Settings) -> Iterator[Relay]:
    """An engine that can be taken away."""
    made = Relay(boxes.address())
    loop.call(made.start(), 10)
    settings.DOCKER_HOST = made.address.host
    boxes.every.cache_clear()
    yield made
    loop.call(made.stop(), 10)
    loop.call(made.start(), 10)
    for owned in loop.call(boxes.every()["docker"].list_owned(boxes.install_id()), 30):
        loop.call(boxes.every()["docker"].destroy(owned.handle), 30)
    loop.call(made.stop(), 10)
    boxes.every.cache_clear()


@pytest.mark.parametrize(("files", "port"), [(apps.REACT, 5173), (apps.FLASK, 5000), (apps.STATIC, None)])
def test_an_app_is_brought_up(make_app: MakeApp, files: dict[str, str], port: int | None) -> None:
    sandbox = make_app(files)
    waking.wake(str(sandbox.pk))
    sandbox.refresh_from_db()
    assert (sandbox.state, sandbox.error, sandbox.port) == (SandboxState.READY, "", port)
    if port:
        assert (sandbox.backend, sandbox.handle["isolation"]) == ("docker", "container")


def test_every_stack_can_run_without_the_machines_own_programs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert stacks.available() == ("static", "react-vite", "vue-vite", "node-api", "python")


def prepared(sandbox: Sandbox) -> Sandbox:
    lifecycle.ensure(sandbox)
    sync.sync(sandbox, manifest_of(sandbox))
    return sandbox


def test_a_package_beyond_the_template_is_fetched_and_used(make_app: MakeApp, reachable: None) -> None:
    package = apps.REACT["package.json"].replace('"react":', '"clsx": "^2.1.0", "react":')
    app = 'import clsx from "clsx";\nexport default () => <p>{clsx("a")}</p>;\n'
    sandbox = prepared(make_app({**apps.REACT, "package.json": package, "src/App.tsx": app}))
    command = install.install(sandbox)
    assert command is not None
    assert (command.exit_code, command.title) == (0, "Install clsx"), command.output
    serve.start(sandbox)
    assert serve.wait_ready(sandbox).ok


def test_a_python_package_beyond_the_template_is_fetched(make_app: MakeApp, reachable: None) -> None:
    sandbox = prepared(make_app({**apps.FLASK, "requirements.txt": "flask\npyfiglet==1.0.4\n"}))
    command = install.install(sandbox)
    assert command is not None
    assert (command.exit_code, command.title) == (0, "Install pyfiglet"), command.output
    assert say(sandbox, "python3", "-c", "import pyfiglet, flask; print(1)") == "1"


def test_a_killed_box_is_noticed_and_comes_back(make_app: MakeApp) -> None:
    sandbox = lifecycle.ensure(make_app(apps.FLASK))
    before = sandbox.handle["id"]
    kill_box(sandbox)
    reaper.reap()
    sandbox.refresh_from_db()
    assert (sandbox.state, sandbox.handle) == (SandboxState.SLEEPING, {})
    assert lifecycle.ensure(sandbox).handle["id"] != before
    assert state_of_box(sandbox) == "running"


def test_an_orphan_is_ended_and_what_is_known_stays(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox = lifecycle.ensure(make_app(apps.FLASK))
    stray = loop.call(boxes.every()["docker"].create(Spec(id=uuid.uuid4().hex)), 60)
    monkeypatch.setattr(reaper, "_GRACE", timedelta(0))
    reaper.reap()
    assert loop.call(boxes.of(stray).state(stray), 20) == "gone"
    assert state_of_box(sandbox) == "running"


def test_a_box_is_reached_and_ended_through_the_back_end_that_made_it(make_app: MakeApp, settings: Settings) -> None:
    sandbox = prepared(make_app(apps.FLASK))
    handle = boxes.handle_of(sandbox)
    settings.SANDBOX_BACKEND = "none"
    assert say(sandbox, "cat", "requirements.txt") == apps.FLASK["requirements.txt"].strip()
    long_ago = timezone.now() - reaper.IDLE - timedelta(seconds=1)
    Sandbox.objects.filter(pk=sandbox.pk).update(updated_at=long_ago, touched_at=long_ago)
    reaper.reap()
    assert loop.call(boxes.of(handle).state(handle), 20) == "gone"


def test_an_engine_that_goes_fails_the_row_with_a_sentence_and_its_return_mends_it(
    relay: Relay, make_app: MakeApp
) -> None:
    sandbox = prepared(make_app(apps.FLASK))
    loop.call(relay.stop(), 10)
    reaper.reap()
    sandbox.refresh_from_db()
    assert sandbox.state == SandboxState.READY, "of an engine that is silent nothing is known"
    boxes.forget()
    with pytest.raises(SandboxLost, match="No Docker engine answers"):
        lifecycle.ensure(sandbox)
    sandbox.refresh_from_db()
    assert sandbox.state == SandboxState.FAILED
    assert "No Docker engine answers" in sandbox.error
    loop.call(relay.start(), 10)
    boxes.forget()  # or ten seconds later
    assert lifecycle.ensure(sandbox).state == SandboxState.READY
    assert sandbox.error == ""


def test_a_box_that_does_not_start_fails_the_row_and_leaves_nothing(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox = make_app(apps.FLASK)
    monkeypatch.setattr(container, "AGENT", ("sh", "-c", "echo it hurts >&2; exit 3", "--"))
    with pytest.raises(SandboxLost, match="it hurts"):
        lifecycle.ensure(sandbox)
    sandbox.refresh_from_db()
    assert sandbox.state == SandboxState.FAILED
    assert "it hurts" in sandbox.error
    assert loop.call(boxes.every()["docker"].list_owned(boxes.install_id()), 30) == []


def test_a_box_that_ends_just_before_it_is_entered_says_why(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    hurts = "trap 'echo it hurts >&2; exit 3' TERM; echo set >&2; while :; do sleep 0.01; done"
    monkeypatch.setattr(container, "AGENT", ("sh", "-c", hurts, "--"))
    ask = docker_boxes._program

    def ask_and_end(client: Any, name: str) -> tuple[str, str]:
        asked = ask(client, name)
        wait_for(lambda: b"set" in client.logs(name), seconds=20, what="the trap to be set")
        client.kill(name, signal="SIGTERM")
        client.wait(name, timeout=20)
        return asked

    monkeypatch.setattr(docker_boxes, "_program", ask_and_end)
    with pytest.raises(SandboxLost, match="it hurts"):
        lifecycle.ensure(make_app(apps.FLASK))


@pytest.mark.box
def test_without_an_image_auto_takes_the_next_one_and_the_engine_once_it_is_there(
    settings: Settings, remade: Callable[[], None]
) -> None:
    built, settings.SANDBOX_BACKEND, settings.SANDBOX_BASE_IMAGE = settings.SANDBOX_BASE_IMAGE, "auto", "never-built"
    remade()
    assert loop.call(boxes.chosen(), 60)[0].name == "process"
    assert [backend.name for backend in loop.call(boxes.unprepared(), 60)] == ["docker"]
    settings.SANDBOX_BASE_IMAGE = built
    remade()
    assert loop.call(boxes.chosen(), 60)[0].name == "docker"
    assert loop.call(boxes.unprepared(), 60) == []


@pytest.mark.box
@pytest.mark.node
def test_a_worker_builds_the_missing_image_while_apps_run_without_it(
    settings: Settings, remade: Callable[[], None], another_base: str
) -> None:
    settings.SANDBOX_BACKEND, settings.SANDBOX_BASE_IMAGE = "auto", another_base
    remade()
    assert loop.call(boxes.chosen(), 60)[0].name == "process"
    stacks.prepare_all()
    assert loop.call(boxes.chosen(), 60)[0].name == "docker"


@pytest.fixture
def another_base(settings: Settings) -> Iterator[str]:
    """The same base under a name of its own: nothing is built upon that name, and the engine has all the steps."""
    name, client = f"djinn-tests-base:{uuid.uuid4().hex[:8]}", docker.APIClient(boxes.address().url, version="auto")
    repository, _, tag = name.partition(":")
    client.tag(settings.SANDBOX_BASE_IMAGE, repository, tag)
    yield name
    for made in (image.tag(name), name):
        client.remove_image(made)
    client.close()


@pytest.fixture
def remade() -> Iterator[Callable[[], None]]:
    def make() -> None:
        boxes.every.cache_clear()
        boxes.forget()

    yield make
    make()
