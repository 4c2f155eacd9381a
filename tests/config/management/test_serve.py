"""`manage.py serve`: what it says, and when it refuses."""

import os
import signal
import socket

from tests.installation import Installation, wait_for
from tests.processes import is_alive


def test_it_says_ready_when_the_site_answers(whole: Installation) -> None:
    process = whole.start("serve")
    said = wait_for(lambda: whole.said(process), seconds=60, what="the ready line")
    assert said == f"Djinn is ready: http://localhost:{whole.port}/\n"
    assert whole.answers()


def test_a_second_server_of_one_home_is_refused_in_a_sentence(running: Installation) -> None:
    second = running.start("serve")
    assert second.wait(30) == 3
    said = running.said(second)
    assert "Another server of this installation" in said
    assert f"http://localhost:{running.port}" in said
    assert "Traceback" not in said
    assert running.answers()


def test_a_port_in_use_is_refused_in_a_sentence(whole: Installation) -> None:
    with socket.create_server(("127.0.0.1", whole.port)):
        process = whole.start("serve")
        assert process.wait(30) == 3
    said = whole.said(process)
    assert f"Port {whole.port} on 127.0.0.1 cannot be used" in said
    assert "Traceback" not in said


def test_detached_it_stays_up_and_a_second_time_says_so(whole: Installation) -> None:
    (whole.home / "db.sqlite3").unlink()
    first = whole.start("serve", "--detach")
    assert first.wait(60) == 0
    assert "was started in the background" in whole.said(first)
    assert whole.answers()
    second = whole.start("serve", "--detach")
    assert second.wait(60) == 0
    assert f"is already running: http://localhost:{whole.port}/" in whole.said(second)
    supervisor = whole.facts("server")["pid"]
    web = whole.pid("web")
    os.kill(supervisor, signal.SIGTERM)
    wait_for(lambda: not is_alive(supervisor), seconds=30, what="the supervisor to end")
    assert not is_alive(web)


def test_a_server_that_cannot_come_up_gives_up(whole: Installation) -> None:
    (whole.home / "db.sqlite3").unlink()  # no tables: the worker cannot even free leases
    process = whole.start("serve")
    assert process.wait(60) == 1
    assert "The server does not come up" in whole.said(process)
