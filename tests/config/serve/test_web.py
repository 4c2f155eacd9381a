"""Daphne's repairs, against the real server in a process of its own."""

import http.client
import json
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

pytestmark = pytest.mark.usefixtures("bare_server")

MEGABYTE = 1024 * 1024


def get(port: int, path: str) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path)
    body = connection.getresponse().read()
    connection.close()
    return body


def facts(port: int) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(get(port, "/facts"))
    return found


def settled(port: int, name: str) -> int:
    """The value of a count once it has not changed for ten looks in a row."""
    value, same = -1, 0
    deadline = time.monotonic() + 20
    while same < 10 and time.monotonic() < deadline:
        now = facts(port)[name]
        value, same = now, same + 1 if now == value and now else 0
        threading.Event().wait(0.02)
    return value


def until(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 10
    while not condition() and time.monotonic() < deadline:
        threading.Event().wait(0.02)
    return condition()


def raw(port: int, head: str) -> socket.socket:
    client = socket.create_connection(("127.0.0.1", port), timeout=10)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    client.sendall(head.replace("\n", "\r\n").encode())
    return client


def everything(client: socket.socket) -> bytes:
    received = b""
    while chunk := client.recv(65536):
        received += chunk
    client.close()
    return received


def test_a_reader_that_does_not_read_stops_the_writer(free_port: int) -> None:
    before = facts(free_port)["memory"]
    client = raw(free_port, "GET /stream HTTP/1.1\nHost: localhost\n\n")
    written = settled(free_port, "written")
    assert 0 < written < 16 * MEGABYTE  # of 250; the rest is the kernel's buffers
    assert facts(free_port)["memory"] - before < 16 * MEGABYTE
    client.close()


def test_a_reader_that_starts_to_read_gets_everything(free_port: int) -> None:
    client = raw(free_port, "GET /stream HTTP/1.1\nHost: localhost\nConnection: close\n\n")
    settled(free_port, "written")
    length, tail = 0, b""
    while chunk := client.recv(MEGABYTE):
        length += len(chunk)
        tail = (tail + chunk)[-20:]
    client.close()
    assert length > 4000 * 65536
    assert b"end" in tail


def test_a_reader_that_leaves_frees_the_writer(free_port: int) -> None:
    client = raw(free_port, "GET /stream HTTP/1.1\nHost: localhost\n\n")
    settled(free_port, "written")
    client.close()
    assert until(lambda: facts(free_port)["written"] == 4000 * 65536)


@pytest.mark.parametrize("how", ["reset", "broken"])
def test_an_answer_that_breaks_off_is_cut_off_at_once(free_port: int, how: str) -> None:
    client = http.client.HTTPConnection("127.0.0.1", free_port, timeout=5)
    client.request("GET", f"/breaker?{how}")
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        client.getresponse().read()
    client.close()
    assert get(free_port, "/facts")


def test_an_answer_that_fails_before_it_begins_is_an_error_page(free_port: int) -> None:
    client = http.client.HTTPConnection("127.0.0.1", free_port, timeout=5)
    client.request("GET", "/breaker?before")
    assert client.getresponse().status == 500
    client.close()


def test_a_reset_is_one_line_in_the_log_and_a_fault_a_traceback(free_port: int, bare_log: Path) -> None:
    for how in ("reset", "fault"):
        with raw(free_port, f"GET /breaker?{how} HTTP/1.1\nHost: localhost\n\n") as client, suppress(ConnectionError):
            everything(client)
    assert until(lambda: "ValueError: fault" in bare_log.read_text())
    reset, _, fault = bare_log.read_text().partition("\n")
    assert "the dev server is gone" in reset
    assert "ConnectionResetError" not in fault
    assert fault.count("Traceback") == 1


def test_a_socket_that_does_not_read_stops_the_writer(free_port: int) -> None:
    before = facts(free_port)["memory"]
    client = raw(
        free_port,
        "GET /talker HTTP/1.1\nHost: localhost\nUpgrade: websocket\nConnection: Upgrade\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\nSec-WebSocket-Version: 13\n\n",
    )
    written = settled(free_port, "written")
    assert 0 < written < 16 * MEGABYTE
    assert facts(free_port)["memory"] - before < 16 * MEGABYTE
    client.close()


def test_a_socket_that_reads_gets_everything_and_the_code(free_port: int) -> None:
    with connect(f"ws://127.0.0.1:{free_port}/talker", max_size=None, compression=None) as client:
        received = 0
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                received += len(client.recv(timeout=10))
    assert received == 4000 * 65536
    assert closed.value.rcvd
    assert closed.value.rcvd.code == 4000


def test_a_flood_of_messages_waits_outside(free_port: int) -> None:
    before = facts(free_port)["memory"]
    with connect(f"ws://127.0.0.1:{free_port}/listener", compression=None) as client:
        message = b"y" * 100_000
        sent = 0

        def flood() -> None:
            nonlocal sent
            for _ in range(1000):
                client.send(message)
                sent += 1

        thread = threading.Thread(target=flood)
        thread.start()
        looked, same = -1, 0
        while same < 10:
            looked, same = sent, same + 1 if sent == looked and sent else 0
            threading.Event().wait(0.05)
        assert sent < 400  # 64 are held, the rest stands in the kernel's buffers
        assert facts(free_port)["memory"] - before < 40 * MEGABYTE
        get(free_port, "/go-on")
        thread.join(20)
        assert until(lambda: facts(free_port)["received"] == 1000)


def test_a_body_within_the_limit_arrives_whole(free_port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", free_port, timeout=10)
    connection.request("POST", "/body", body=b"z" * MEGABYTE)
    assert connection.getresponse().read() == str(MEGABYTE).encode()
    connection.close()


def test_a_body_that_announces_too_much_is_refused_before_it_is_sent(free_port: int) -> None:
    client = raw(free_port, f"POST /body HTTP/1.1\nHost: localhost\nContent-Length: {MEGABYTE + 1}\n\n")
    assert everything(client).startswith(b"HTTP/1.1 413 ")


def test_a_client_that_asks_first_is_told_413_and_never_100(free_port: int) -> None:
    client = raw(
        free_port, f"POST /body HTTP/1.1\nHost: localhost\nExpect: 100-continue\nContent-Length: {MEGABYTE * 9}\n\n"
    )
    answer = everything(client)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"100 Continue" not in answer


def test_a_body_without_a_length_is_cut_off_at_the_limit(free_port: int, bare_server: subprocess.Popen[str]) -> None:
    client = raw(free_port, "POST /body HTTP/1.1\nHost: localhost\nTransfer-Encoding: chunked\n\n")
    chunk = b"10000\r\n" + b"z" * 65536 + b"\r\n"
    for _ in range(17):
        client.sendall(chunk)
    assert client.recv(100).startswith(b"HTTP/1.1 413 ")
    files = Path(f"/proc/{bare_server.pid}/fd")
    assert not [link for link in files.iterdir() if int(link.name) > 2 and "deleted" in str(link.readlink())]
    client.close()


def test_the_answer_to_a_refused_body_is_read_even_by_a_client_that_keeps_sending(free_port: int) -> None:
    client = raw(free_port, f"POST /body HTTP/1.1\nHost: localhost\nContent-Length: {8 * MEGABYTE}\n\n")
    for _ in range(8):
        client.sendall(b"z" * MEGABYTE)
    assert everything(client).startswith(b"HTTP/1.1 413 ")


def test_a_socket_refused_before_the_accept_still_learns_the_code(free_port: int) -> None:
    with connect(f"ws://127.0.0.1:{free_port}/refuser") as client, pytest.raises(ConnectionClosed) as closed:
        client.recv(timeout=5)
    assert closed.value.rcvd
    assert closed.value.rcvd.code == 4403


def test_a_socket_closed_after_the_accept_learns_the_code(free_port: int) -> None:
    with connect(f"ws://127.0.0.1:{free_port}/closer") as client, pytest.raises(ConnectionClosed) as closed:
        client.recv(timeout=5)
    assert closed.value.rcvd
    assert closed.value.rcvd.code == 4401


def test_a_message_that_is_too_large_closes_with_1009(free_port: int) -> None:
    with connect(f"ws://127.0.0.1:{free_port}/listener", compression=None) as client:
        with pytest.raises(ConnectionClosed) as closed:
            client.send(b"y" * 300_000)
            client.recv(timeout=5)
    assert closed.value.rcvd
    assert closed.value.rcvd.code == 1009


def test_a_request_under_way_is_finished_before_the_server_stops(
    free_port: int, bare_server: subprocess.Popen[str]
) -> None:
    answers: list[bytes] = []
    thread = threading.Thread(target=lambda: answers.append(get(free_port, "/slow")))
    thread.start()
    assert until(lambda: facts(free_port)["received"] == 1)
    other = http.client.HTTPConnection("127.0.0.1", free_port, timeout=10)
    other.connect()
    bare_server.send_signal(signal.SIGTERM)
    other.request("GET", "/go-on")
    other.getresponse().read()
    thread.join(10)
    assert answers == [b"slow but sure"]
    assert bare_server.wait(10) == 0
    other.close()


def test_no_visitor_says_where_the_site_has_its_root(free_port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", free_port, timeout=10)
    connection.request("GET", "/scope", headers={"Daphne-Root-Path": "https://elsewhere.example"})
    told = json.loads(connection.getresponse().read())
    connection.close()
    assert told["root_path"] == ""
    assert "daphne-root-path" not in told["headers"]
