"""`manage.py serve`: what it says, and when it refuses."""

import os
import signal
import socket

from tests.config.serve.whole import Whole, is_alive, until


def test_it_says_ready_when_the_site_answers(whole: Whole) -> None:
    process = whole.start()
    assert process.stdout
    line = process.stdout.readline().decode()
    assert line == f"Djinn is ready: http://localhost:{whole.port}/\n"
    assert whole.answers()


def test_a_second_server_of_one_home_is_refused_in_a_sentence(whole: Whole) -> None:
    first = whole.start_and_wait()
    second = whole.start()
    assert second.wait(30) == 3
    said = whole.said(second)
    assert "Another server of this installation" in said
    assert f"http://localhost:{whole.port}" in said
    assert "Traceback" not in said
    assert first.poll() is None
    assert whole.answers()


def test_a_port_in_use_is_refused_in_a_sentence(whole: Whole) -> None:
    with socket.create_server(("127.0.0.1", whole.port)):
        process = whole.start()
        assert process.wait(30) == 3
    said = whole.said(process)
    assert f"Port {whole.port} on 127.0.0.1 cannot be used" in said
    assert "Traceback" not in said


def test_detached_it_stays_up_and_a_second_time_says_so(whole: Whole) -> None:
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
    until(lambda: not is_alive(supervisor))
    assert not is_alive(web)


def test_a_server_that_cannot_come_up_gives_up(whole: Whole) -> None:
    (whole.home / "db.sqlite3").unlink()  # no tables: the worker cannot even free leases
    process = whole.start()
    assert process.wait(60) == 1
    assert "The server does not come up" in whole.said(process)
