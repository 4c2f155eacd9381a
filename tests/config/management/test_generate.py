"""`manage.py generate`: from a wish in the terminal to an app in the browser, or a plain sentence."""

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.installation import Installation, installed


@pytest.fixture(scope="module")
def fast(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """No server runs yet, and nothing is there."""
    home = tmp_path_factory.mktemp("generate") / "home"
    with installed(home, DJINN_DEMO_PACE="0", SANDBOX_BACKEND="none") as one:
        yield one


def test_a_wish_ends_with_the_address_of_the_app_and_the_server_stays_up(fast: Installation):
    done = fast.manage("generate", "a reading list", "--model", "demo/reading-list")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("No server is running; starting one. It stays up when this is done.\n")
    told = ["\nDesign\n", "\nBuild\n", "✓ index.html", "\nInstall\n", "\nStart\n", "\nReady: http://p-"]
    places = [done.stdout.find(words) for words in told]
    assert places == sorted(places)
    assert -1 not in places
    found = re.search(r"Ready: (http://(p-\w+\.localhost:\d+)/)", done.stdout)
    assert found
    assert f"curl -H 'Host: {found[2]}' http://127.0.0.1:{fast.port}/" in done.stdout
    answer = httpx.get(f"http://127.0.0.1:{fast.port}/", headers={"Host": found[2]}, timeout=30)
    assert answer.status_code == 200
    assert "<title>" in answer.text
    assert httpx.get(f"{fast.url}/livez", timeout=30).status_code == 200


def test_a_model_that_cannot_be_called_is_said_before_anything_is_begun(fast: Installation):
    """Beside the server of the test before, or one of its own."""
    failed = fast.manage("generate", "a timer", "--model", "demo/nothing-like-it")
    assert failed.returncode == 1
    assert "There is no recording called “nothing-like-it”." in failed.stderr
    assert "Traceback" not in failed.stderr
    assert "Ready:" not in failed.stdout


def test_a_time_limit_is_kept_and_the_job_goes_on(tmp_path: Path):
    with installed(tmp_path / "home", DJINN_DEMO_PACE="10", SANDBOX_BACKEND="none") as slow:
        late = slow.manage("generate", "a reading list", "--timeout", "1")
        assert slow.job_states() in (["queued"], ["running"])
    assert late.returncode == 1
    assert "Not done after 1 s. The job goes on; see it in the browser." in late.stderr


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["  "], "Say what you would like to have made."),
        (["x" * 20_001], "A wish may have up to 20,000 characters."),
        (["a timer", "--model", "m" * 121], "The names of models have at most 120 characters together."),
        (["a timer", "--owner", "nobody@example.org"], "There is no account with the address nobody@example.org."),
    ],
)
def test_what_cannot_be_begun_is_said(fast: Installation, arguments: list[str], why: str):
    refused = fast.manage("generate", *arguments)
    assert refused.returncode == 1
    assert why in refused.stderr
    assert "Traceback" not in refused.stderr


def test_where_no_server_can_come_up_it_says_where_to_read_why(tmp_path: Path):
    with installed(tmp_path / "home") as one, socket.create_server(("127.0.0.1", one.port)):
        refused = one.manage("generate", "a timer")
    assert refused.returncode == 1
    assert "The server did not start;" in refused.stderr
    assert "server.log says why." in refused.stderr
