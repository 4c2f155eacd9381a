"""`manage.py up`: from an empty home to a signed-in owner."""

import subprocess

from tests.config.serve.whole import Whole


def test_up_makes_everything_and_prints_the_sign_in_link(whole: Whole) -> None:
    (whole.home / "db.sqlite3").unlink()
    process = whole.start("up")
    assert process.stdout
    lines = [process.stdout.readline().decode() for _ in range(2)]
    assert lines[0] == f"Djinn is ready: http://localhost:{whole.port}/\n"
    link = lines[1].split()[-1]
    first = subprocess.run(["curl", "-si", link], capture_output=True, text=True, check=True, timeout=20).stdout
    again = subprocess.run(["curl", "-si", link], capture_output=True, text=True, check=True, timeout=20).stdout
    assert "djinn_session=" in first
    assert "djinn_session=" not in again


def test_up_beside_a_running_server_is_refused_in_a_sentence(whole: Whole) -> None:
    whole.start_and_wait()
    second = whole.start("up")
    assert second.wait(30) == 3
    assert f"at http://localhost:{whole.port}. Stop it first" in whole.said(second)
    assert whole.answers()
