"""The supervisor, with real processes: nothing survives it, and nothing dies alone."""

import os
import signal
import socket

import httpx
import pytest

from config import presence
from tests.installation import Installation
from tests.processes import is_alive


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_everything_cleanly(whole: Installation, number: signal.Signals) -> None:
    process = whole.serve()
    web, worker = whole.pid("web"), whole.pid("worker")
    process.send_signal(number)
    assert process.wait(20) == 0
    assert not is_alive(web)
    assert not is_alive(worker)
    assert not whole.answers()


@pytest.mark.parametrize("role", ["web", "worker"])
def test_a_killed_child_is_replaced(running: Installation, role: str) -> None:
    old = running.pid(role)
    os.kill(old, signal.SIGKILL)
    running.replaced(role, old)
    assert running.answers()


def test_both_children_killed_are_both_replaced(running: Installation) -> None:
    web, worker = running.pid("web"), running.pid("worker")
    os.kill(web, signal.SIGKILL)
    os.kill(worker, signal.SIGKILL)
    running.replaced("web", web)
    running.replaced("worker", worker)
    assert running.answers()


def test_it_is_ready_for_people_with_everything_in_place(running: Installation) -> None:
    answer = httpx.get(f"http://127.0.0.1:{running.port}/readyz").json()
    assert answer == {
        "status": "ok",
        "checks": {"database": "ok", "disk": "ok", **dict.fromkeys(presence.PARTS, "ok")},
        "says": [],
    }


def test_browsers_wait_while_the_web_process_is_replaced(running: Installation) -> None:
    os.kill(running.pid("web"), signal.SIGKILL)
    with socket.create_connection(("127.0.0.1", running.port), timeout=20) as browser:
        browser.sendall(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert browser.recv(15) == b"HTTP/1.1 200 OK"


def test_children_end_with_a_killed_supervisor_and_a_new_one_takes_over(whole: Installation) -> None:
    process = whole.serve()
    web, worker = whole.pid("web"), whole.pid("worker")
    process.kill()
    process.wait()
    successor = whole.serve()
    assert not is_alive(web)
    assert not is_alive(worker)
    assert successor.poll() is None
    assert whole.answers()


def test_all_three_killed_leave_nothing_in_the_way(whole: Installation) -> None:
    process = whole.serve()
    for pid in (process.pid, whole.pid("web"), whole.pid("worker")):
        os.kill(pid, signal.SIGKILL)
    process.wait()
    whole.serve()
    assert whole.answers()
