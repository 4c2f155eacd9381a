"""kill -9 where an export or an apply has its effect: the next worker goes on, and nothing is there twice."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from agents.engine import faultpoints
from agents.engine.faultpoints import ChoreName
from tests.faults.orders import Orders
from tests.installation import installed, wait_for

pytestmark = [pytest.mark.xdist_group("journeys"), pytest.mark.timeout(240)]
QUICK = {"SANDBOX_BACKEND": "none", "DJINN_LEASE_SECONDS": "3"}
API = "/api/v2"


@pytest.fixture
def orders(tmp_path: Path) -> Orders:
    return Orders(tmp_path)


@pytest.fixture
def asks(tmp_path: Path, orders: Orders) -> Iterator[httpx.Client]:
    """A program, and a running installation whose workers obey the orders."""
    with installed(tmp_path / "home", **QUICK, **orders.environment) as one:
        one.up()
        secret = one.manage("create_token", "faults").stdout.strip()
        with httpx.Client(base_url=one.url, headers={"Authorization": f"Bearer {secret}"}, timeout=30) as client:
            yield client


def test_whoever_dies_at_a_chore_is_replaced_and_its_effect_is_there_once(asks: httpx.Client, orders: Orders) -> None:
    project = posted(asks, "/projects", name="Garden")["id"]
    for number, name in enumerate(faultpoints.OF_CHORES, start=1):
        file = {"changes": [{"path": f"{number}.txt", "content": name}], "title": name}
        diff = posted(asks, f"/projects/{project}/diffs", **file)
        orders.give(name)
        job = begun(asks, project, diff, name)
        orders.carried_out()
        ended(asks, job)
        if name.startswith("artifact"):
            packed(asks, job, [])
            posted(asks, f"/projects/{project}/diffs/{diff['id']}/reject", seen=diff["revision"])
    kinds = [event["type"] for event in asks.get(f"{API}/projects/{project}/events?limit=100").json()["items"]]
    assert (kinds.count("artifact_created"), kinds.count("changeset_applied")) == (2, 2)
    assert len(asks.get(f"{API}/projects/{project}/versions").json()["items"]) == 2
    packed(asks, posted(asks, f"/projects/{project}/exports", form="zip")["id"], ["garden/3.txt", "garden/4.txt"])


def posted(asks: httpx.Client, path: str, **body: Any) -> Any:
    answer = asks.post(API + path, json=body)
    assert answer.status_code < 300, answer.text
    return answer.json()


def begun(asks: httpx.Client, project: str, diff: dict[str, Any], name: ChoreName) -> str:
    if name.startswith("artifact"):
        return str(posted(asks, f"/projects/{project}/exports", form="zip")["id"])
    return str(posted(asks, f"/projects/{project}/diffs/{diff['id']}/apply-later", seen=diff["revision"])["id"])


def ended(asks: httpx.Client, job: str) -> None:
    """Lost once, and then done."""
    wait_for(lambda: asks.get(f"{API}/jobs/{job}").json()["state"] == "completed", seconds=60, what="the end")
    tries = asks.get(f"{API}/jobs/{job}/attempts").json()["items"]
    assert [one["outcome"] for one in tries] == ["lost", "completed"]


def packed(asks: httpx.Client, job: str, names: list[str]) -> None:
    wait_for(lambda: asks.get(f"{API}/jobs/{job}").json()["state"] == "completed", seconds=60, what="the zip")
    [made] = asks.get(f"{API}/jobs/{job}/artifacts").json()["items"]
    content = asks.get(f"{API}/jobs/{job}/artifacts/{made['id']}/download").content
    assert zipfile.ZipFile(io.BytesIO(content)).namelist() == names
