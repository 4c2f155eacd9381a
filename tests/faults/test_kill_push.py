"""kill -9 in the middle of a push and of an import: the next worker goes on, and nothing is there twice."""

import re
from pathlib import Path

import httpx
import pytest

from tests.fakes import git_server
from tests.fakes.git_server import PASSWORD, USER, GitServer
from tests.installation import Installation, installed, wait_for
from tests.projects.imports.zips import make

pytestmark = [pytest.mark.xdist_group("journeys"), pytest.mark.timeout(240)]

QUICK = {"SANDBOX_BACKEND": "none", "DJINN_LEASE_SECONDS": "3", "DJINN_GIT_EXTRA_CIDRS": "127.0.0.0/8"}
OUTCOMES = "select outcome from agents_attempt order by id"


def send(one: Installation, page: str, path: str, **more: object) -> httpx.Response:
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', one.client.get(page).text)
    assert token
    data = {"csrfmiddlewaretoken": token[1], **more.pop("data", {})}  # type: ignore[dict-item]
    answer = one.client.post(path, data=data, **more)  # type: ignore[arg-type]
    assert answer.status_code == 200, answer.text
    return answer


def mute(server: GitServer) -> None:
    server.answers.clear()
    server.asked.clear()


def killed_in_the_middle(one: Installation, server: GitServer) -> None:
    """When the server was asked and has not answered."""
    wait_for(lambda: bool(server.asked), seconds=60, what="a question to the server")
    one.kill("manage.py", "serve", "worker")
    server.answers.set()


def test_a_killed_worker_is_replaced_and_pushes_and_imports_go_on(tmp_path: Path) -> None:
    with git_server.serving(tmp_path) as server, installed(tmp_path / "home", **QUICK) as one:
        server.is_locked = True
        one.up()
        brought = {"file": ("garden.zip", make(("index.html", b"hello")).getvalue())}
        project = send(one, "/import/", "/import/file/", files=brought).url.path
        remote = {"name": "origin", "url": server.url, "username": USER, "password": PASSWORD, "is_automatic": "on"}
        send(one, f"{project}settings/remotes/", f"{project}settings/remotes/", data=remote)
        mute(server)
        page = one.client.get(f"{project}settings/remotes/").text
        [push] = re.findall(r'action="([^"]+/push/)"', page)
        send(one, f"{project}settings/remotes/", push)
        killed_in_the_middle(one, server)
        one.completed()
        assert server.git("log", "--format=%s", "main") == "Imported garden.zip"

        mute(server)
        address = {"url": server.url, "name": "Again", "username": USER, "password": PASSWORD}
        send(one, "/import/", "/import/address/", data=address)
        killed_in_the_middle(one, server)
        one.completed(jobs=2)
        assert len(set(one.tree_hashes())) == 1
        assert one.rows("select count(*) from projects_version") == [(2,)]
        assert [row[0] for row in one.rows(OUTCOMES)] == ["lost", "completed"] * 2
        kept = b"".join(path.read_bytes() for path in (tmp_path / "home").rglob("*") if path.is_file())
        assert PASSWORD.encode() not in kept
