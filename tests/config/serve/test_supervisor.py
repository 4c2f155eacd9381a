"""The supervisor, with real processes: one server per home, and nothing survives or dies alone."""

import os
import signal
import socket
import subprocess

import pytest

from tests.config.serve.whole import Whole, is_alive, until


def test_it_says_ready_when_the_site_answers(whole: Whole) -> None:
    process = whole.start()
    assert process.stdout
    line = process.stdout.readline().decode()
    assert line == f"Djinn is ready: http://localhost:{whole.port}/\n"
    assert whole.answers()


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
