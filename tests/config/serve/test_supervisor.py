"""The supervisor, with real processes: nothing survives it, and nothing dies alone."""

import os
import signal
import socket

import pytest

from tests.config.serve.whole import Whole, is_alive


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_everything_cleanly(whole: Whole, number: signal.Signals) -> None:
    process = whole.start_and_wait()
    web, worker = whole.pid("web"), whole.pid("worker")
    process.send_signal(number)
    assert process.wait(20) == 0
    assert not is_alive(web)
    assert not is_alive(worker)
    assert not whole.answers()


@pytest.mark.parametrize("role", ["web", "worker"])
def test_a_killed_child_is_replaced(whole: Whole, role: str) -> None:
    process = whole.start_and_wait()
    old = whole.pid(role)
    os.kill(old, signal.SIGKILL)
    whole.replaced(role, old)
    assert process.poll() is None
    assert whole.answers()


def test_both_children_killed_are_both_replaced(whole: Whole) -> None:
    whole.start_and_wait()
    web, worker = whole.pid("web"), whole.pid("worker")
    os.kill(web, signal.SIGKILL)
    os.kill(worker, signal.SIGKILL)
    whole.replaced("web", web)
    whole.replaced("worker", worker)
    assert whole.answers()


def test_browsers_wait_while_the_web_process_is_replaced(whole: Whole) -> None:
    whole.start_and_wait()
    os.kill(whole.pid("web"), signal.SIGKILL)
    with socket.create_connection(("127.0.0.1", whole.port), timeout=20) as browser:
        browser.sendall(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert browser.recv(15) == b"HTTP/1.1 200 OK"


def test_children_end_with_a_killed_supervisor_and_a_new_one_takes_over(whole: Whole) -> None:
    process = whole.start_and_wait()
    web, worker = whole.pid("web"), whole.pid("worker")
    process.kill()
    process.wait()
    successor = whole.start_and_wait()
    assert not is_alive(web)
    assert not is_alive(worker)
    assert successor.poll() is None
    assert whole.answers()


def test_all_three_killed_leave_nothing_in_the_way(whole: Whole) -> None:
    process = whole.start_and_wait()
    for pid in (process.pid, whole.pid("web"), whole.pid("worker")):
        os.kill(pid, signal.SIGKILL)
    process.wait()
    whole.start_and_wait()
    assert whole.answers()
