"""Everything of an installation is killed at once: its containers end by themselves, and what is left of them is put
away when it comes back."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import docker
import pytest

from sandboxes.wire import boxes
from tests.installation import Installation, installed, wait_for

pytestmark = [pytest.mark.docker, pytest.mark.long, pytest.mark.timeout(400)]

WISH = "A habit tracker with streaks and a dashboard"
HANDLES = "select json_extract(handle, '$.id') from sandboxes_sandbox where handle != '{}'"


@pytest.fixture
def state_of() -> Iterator[Callable[[str], str]]:
    """Of the container of a box: empty when there is none."""
    client = docker.APIClient(boxes.address().url, version="auto")
    instances: set[str] = set()

    def look(box: str) -> str:
        found = client.containers(all=True, filters={"label": f"djinn.box={box}"})
        instances.update(each["Labels"]["djinn.instance"] for each in found)
        return str(found[0]["State"]) if found else ""

    yield look
    for instance in instances:
        for left in client.containers(all=True, filters={"label": f"djinn.instance={instance}"}):
            client.remove_container(left["Id"], force=True)
    client.close()


@pytest.fixture
def installation(tmp_path: Path, state_of: Callable[[str], str]) -> Iterator[Installation]:
    with installed(tmp_path / "home", DJINN_DEMO_PACE="0", SANDBOX_BACKEND="docker") as one:
        yield one


def test_containers_of_the_dead_end_and_are_put_away(
    installation: Installation, state_of: Callable[[str], str]
) -> None:
    installation.up()
    installation.send_wish(WISH)
    installation.completed()
    [(box,)] = installation.rows(HANDLES)
    assert state_of(box) == "running"
    installation.kill_all()
    began = time.monotonic()
    wait_for(lambda: state_of(box) != "running", seconds=90, what="the box to end by itself")
    assert 30 < time.monotonic() - began < 75
    installation.up()
    wait_for(lambda: not state_of(box), seconds=75, what="what is left of it to be put away")
