"""Each kind of app with a box: it starts from the prepared packages alone, shows itself, and shows what was changed."""

from collections.abc import Iterator
from typing import NamedTuple

import h11
import pytest
from pytest_django.fixtures import Settings

from sandboxes import stacks
from sandboxes.enums import CommandKind, SandboxState
from sandboxes.errors import SandboxLost
from sandboxes.models import Command, Sandbox
from sandboxes.models.shown import manifest_of
from sandboxes.runtime import asking, boxes, checking, sync, waking
from sandboxes.wire import Refused
from sandboxes.wire import boxes as backends
from tests.installations.waiting import wait_for
from tests.sandboxes import apps
from tests.sandboxes.conftest import MakeApp, apply

pytestmark = pytest.mark.usefixtures("transactional_db")


class Sample(NamedTuple):
    files: dict[str, str]
    at: str
    """Where a part of it is asked for, and which words of a file are seen there."""
    path: str
    words: str


SAMPLES = {
    "react-vite": Sample(apps.REACT, "/src/App.tsx", "src/App.tsx", "Tally of one"),
    "vue-vite": Sample(apps.VUE, "/src/App.vue", "src/App.vue", "A list of one"),
    "node-api": Sample(apps.NODE, "/api/notes", "server.js", "first"),
    "python": Sample(apps.FLASK, "/", "templates/index.html", "A shelf of books"),
}


@pytest.fixture(
    params=[pytest.param("process", marks=pytest.mark.box), pytest.param("docker", marks=pytest.mark.docker)]
)
def backend(request: pytest.FixtureRequest, settings: Settings) -> Iterator[str]:
    settings.SANDBOX_BACKEND = request.param
    backends.forget()
    yield request.param
    backends.forget()


def test_none_is_left_out() -> None:
    assert set(SAMPLES) == {stack.name for stack in stacks.ALL if stack.needs_box}


@pytest.mark.parametrize("name", SAMPLES)
def test_it_starts_shows_what_was_changed_and_is_sound(backend: str, make_app: MakeApp, name: str) -> None:
    sample = SAMPLES[name]
    sandbox = make_app(sample.files)
    waking.wake(str(sandbox.pk))
    sandbox.refresh_from_db()
    assert (sandbox.state, sandbox.error) == (SandboxState.READY, "")
    assert boxes.stack_of(sandbox).name == name
    installed = Command.objects.get(sandbox=sandbox, kind=CommandKind.INSTALL)
    assert (installed.title, installed.exit_code) == ("Use the prepared packages", 0)
    assert sample.words in seen(sandbox, sample.at)
    apply(sandbox.branch, {sample.path: sample.files[sample.path].replace(sample.words, "Changed meanwhile")})
    sync.sync(sandbox, manifest_of(sandbox))
    wait_for(lambda: "Changed meanwhile" in seen(sandbox, sample.at), seconds=30, what="the change to be seen")
    said = checking.run(sandbox, is_whole=True, is_thorough=True)
    assert said
    assert [one for one in said if one.exit_code != 0] == []


def seen(sandbox: Sandbox, path: str) -> str:
    """Between two servers there may be none for a moment."""
    try:
        return boxes.ask(sandbox, lambda wire: asking.get(wire, sandbox.port or 0, path)).text
    except (Refused, SandboxLost, h11.RemoteProtocolError):
        return ""
