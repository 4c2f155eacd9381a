"""The streams of the earlier design, from the server as it is started: made, cut, taken up again, stopped."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.installation import installed, wait_for

pytestmark = [pytest.mark.xdist_group("journeys"), pytest.mark.timeout(240)]
QUICK = {"SANDBOX_BACKEND": "none", "DJINN_V1_SHIMS": "1", "DJINN_LEASE_SECONDS": "3"}
WISH = "A reading list that looks like my bookshelf"
API = "/api/v2"
Lines = Iterator[tuple[str, dict[str, Any]]]


@pytest.fixture(scope="module")
def asks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A program at an installation whose recordings take their time."""
    home: Path = tmp_path_factory.mktemp("shims") / "home"
    with installed(home, DJINN_DEMO_PACE="0.2", **QUICK) as one:
        one.up()
        secret = one.manage("create_token", "shims", "--scope", "read", "--scope", "write").stdout.strip()
        with httpx.Client(base_url=one.url, headers={"Authorization": f"Bearer {secret}"}, timeout=60) as client:
            yield client


@pytest.fixture
def project(asks: httpx.Client) -> str:
    return str(asks.post(f"{API}/projects", json={"name": "Shelf"}).json()["id"])


@contextmanager
def opened(asks: httpx.Client, path: str, body: dict[str, Any], **headers: str) -> Iterator[Lines]:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    with asks.stream("POST", path, json=body, headers=sent) as answer:
        assert answer.status_code == 200, answer.read()
        assert answer.headers["Content-Type"] == "text/event-stream"
        yield read(answer.iter_lines())


def read(lines: Iterator[str]) -> Lines:
    """(id, what is said); the id is empty where a client that comes back cannot begin."""
    number = ""
    for line in lines:
        if line.startswith("id: "):
            number = line[4:]
        elif line.startswith("data: "):
            yield number, json.loads(line[6:])
            number = ""


def types(said: list[tuple[str, dict[str, Any]]]) -> list[str]:
    return [one["type"] for _, one in said]


def wish(project: str) -> dict[str, Any]:
    return {"prompt": WISH, "model": "", "context": {"sandboxId": project, "currentFiles": {}}, "isEdit": False}


def test_a_wish_is_built_and_a_client_that_was_cut_off_misses_nothing(asks: httpx.Client, project: str) -> None:
    seen = list[tuple[str, dict[str, Any]]]()
    with opened(asks, "/api/generate-ai-code-stream", wish(project), Idempotency_Key="build") as lines:
        for number, said in lines:
            seen.append((number, said))
            if number and said["type"] in {"component", "app"}:
                break  # and the line is cut
    last = next(number for number, _ in reversed(seen) if number)
    path = "/api/generate-ai-code-stream"
    with opened(asks, path, wish(project), Idempotency_Key="build", Last_Event_ID=last) as lines:
        rest = list(lines)
    with opened(asks, path, wish(project), Idempotency_Key="build") as lines:
        whole = list(lines)
    assert seen + rest == whole
    numbers = [int(number) for number, _ in whole if number]
    assert numbers == sorted(set(numbers))
    assert (types(whole)[0], types(whole)[-1], types(whole).count("complete")) == ("status", "complete", 1)
    assert {"conversation", "stream", "component"} <= set(types(whole))
    assert len(asks.get(f"{API}/jobs?project={project}").json()["items"]) == 1
    done = whole[-1][1]
    files = asks.get(f"/api/get-sandbox-files?project={project}").json()["files"]
    assert done["files"] == done["components"] == len(asks.get(f"/api/project-files/{project}").json()["files"])
    assert all(f'<file path="{name}">\n{text}\n</file>' in done["generatedCode"] for name, text in files.items())
    again = asks.post("/api/apply-ai-code", json={"response": done["generatedCode"], "sandboxId": project})
    assert again.json()["results"]["errors"] == []
    assert len(asks.get(f"{API}/projects/{project}/versions").json()["items"]) == 1, "it was in the files already"


def test_a_stop_ends_the_stream_and_a_closed_one_stops_nothing(asks: httpx.Client, project: str) -> None:
    job = ""
    with opened(asks, "/api/generate-ai-code-stream", wish(project)) as lines:
        for _, said in lines:
            job = job or said.get("job", "")
            if said["type"] == "component":
                break
    assert asks.get(f"{API}/jobs/{job}").json()["state"] == "running", "whoever hangs up stops nothing"
    with opened(asks, "/api/generate-ai-code-stream", wish(project), Idempotency_Key="second") as lines:
        _, waits = next(lines)
        assert waits["message"] == "Waits for 1 job before it."
        second = waits["job"]
        assert asks.post(f"{API}/jobs/{second}/cancel").status_code == 200
        *_, (_, end) = lines
    assert (end["type"], end["code"]) == ("error", "cancelled")
    assert asks.post(f"{API}/jobs/{job}/cancel").status_code == 200
    wait_for(lambda: asks.get(f"{API}/jobs/{job}").json()["state"] == "cancelled", seconds=30, what="the stop")


def test_code_is_applied_once_and_told_again(asks: httpx.Client, project: str) -> None:
    code = '<file path="a.txt">\none\n</file>\n<file path="b.txt">\ntwo\n</file>\n<edit path="c.txt">\nx\n</edit>\n'
    body = {"response": code, "sandboxId": project, "packages": [], "isEdit": False}
    with opened(asks, "/api/apply-ai-code-stream", body, Idempotency_Key="apply") as lines:
        whole = list(lines)
    assert types(whole) == ["start", "step", "file-complete", "file-complete", "complete"]
    assert [said["fileName"] for _, said in whole[2:4]] == ["a.txt", "b.txt"]
    assert whole[-1][1]["results"]["filesCreated"] == ["a.txt", "b.txt"]
    assert [fault.partition(":")[0] for fault in whole[-1][1]["results"]["errors"]] == ["c.txt"]
    with opened(asks, "/api/apply-ai-code-stream", body, Idempotency_Key="apply") as lines:
        assert list(lines) == whole
    with opened(asks, "/api/apply-ai-code-stream", body, Idempotency_Key="apply", Last_Event_ID="999999") as lines:
        assert types(list(lines)) == ["complete"], "who was told of the end is told of it again"
    assert len(asks.get(f"{API}/projects/{project}/versions").json()["items"]) == 1


def test_what_fits_nowhere_is_refused_before_anything_is_queued(asks: httpx.Client, project: str) -> None:
    headers = {"If-None-Match": "*", "Content-Type": "application/octet-stream"}
    assert asks.put(f"{API}/projects/{project}/files/a.txt", content=b"one\n", headers=headers).status_code == 201
    code = '<edit path="a.txt">\n<<<<<<< SEARCH\nnowhere\n=======\nx\n>>>>>>> REPLACE\n</edit>\n'
    answer = asks.post("/api/apply-ai-code-stream", json={"response": code, "sandboxId": project})
    assert (answer.status_code, answer.json()["code"]) == (422, "refused")
    assert "NO_MATCH" in answer.json()["detail"]
