"""Bytes that are not quite HTTP, sent to the running server."""

import re
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path

import httpx
import pytest

from tests.attacks.wires import request, say, status
from tests.installation import Installation

SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"

REFUSED = {
    "length and chunks": (
        b"POST /wish/",
        [b"Content-Length: 5", b"Transfer-Encoding: chunked"],
        b"0\r\n\r\n" + SMUGGLED,
    ),
    "two lengths": (b"POST /wish/", [b"Content-Length: 5", b"Content-Length: 6"], b"hello" + SMUGGLED),
    "a length with a sign": (b"POST /wish/", [b"Content-Length: +5"], b"hello" + SMUGGLED),
    "a length below nothing": (b"POST /wish/", [b"Content-Length: -5"], b"hello" + SMUGGLED),
    "an unknown coding": (b"POST /wish/", [b"Transfer-Encoding: xchunked"], b"0\r\n\r\n" + SMUGGLED),
    "a chunk that is no number": (b"POST /wish/", [b"Transfer-Encoding: chunked"], b"zz\r\n\r\n" + SMUGGLED),
    "space before a colon": (b"GET /", [b"Content-Length : 5"], b"hello" + SMUGGLED),
    "a method of signs": (b"G<ET /", [], b""),
    "high bytes in the address": (b"GET /\xff\xfe", [], b""),
    "another host": (b"GET /", [b"Host: evil.test"], b""),
}


@pytest.mark.parametrize(("line", "headers", "body"), REFUSED.values(), ids=REFUSED)
def test_what_could_be_read_in_two_ways_is_refused(
    installation: Installation, line: bytes, headers: list[bytes], body: bytes
) -> None:
    """One refusal and no second answer: nothing in the body was taken for a request."""
    answer = say(installation.port, request(line, b"localhost", *headers, body=body))
    assert status(answer) == 400
    assert answer.count(b"HTTP/1.1 ") <= 1
    assert b"smuggled" not in answer


HOSTS = [
    b"evil.test",
    b"localhost.evil.test",
    b"localhost:8000@evil.test",
    b"localhost evil",
    b"[::1",
    b"127.0.0.2",
    b"\xff",
]


@pytest.mark.parametrize("host", HOSTS)
def test_a_host_that_is_not_ours_is_refused(installation: Installation, host: bytes) -> None:
    answer = say(installation.port, request(b"GET /accounts/login/", host))
    assert status(answer) == 400


def test_a_forwarded_host_is_not_believed(installation: Installation) -> None:
    asked = request(b"GET /projects/", b"localhost", b"X-Forwarded-Host: evil.test", b"X-Forwarded-Proto: https")
    answer = say(installation.port, asked)
    assert b"Location: /accounts/login/" in answer
    assert b"evil.test" not in answer


OUTSIDE = [b"../manage.py", b"..%2fmanage.py", b"%2e%2e/manage.py", b"/etc/passwd", b"%00", b"css/..%5c..%5cmanage.py"]


@pytest.mark.parametrize("path", OUTSIDE)
def test_static_files_lead_nowhere_else(installation: Installation, path: bytes) -> None:
    assert status(say(installation.port, request(b"GET /static/" + path, b"localhost"))) == 404


RANGES = [b"bytes=0-0,5-5,-1", b"bytes=99999999999999999999-", b"bytes=-0", b"bytes=5-1", b"lines=1-2"]


@pytest.mark.parametrize("wanted", RANGES)
def test_odd_parts_of_a_file_are_no_failure(installation: Installation, wanted: bytes) -> None:
    answer = say(installation.port, request(b"GET /static/css/main.css", b"localhost", b"Range: " + wanted))
    assert status(answer) in {200, 206, 416}


@pytest.fixture
def crowd(installation: Installation) -> Iterator[list[socket.socket]]:
    """Two hundred clients that began a request and say no more."""
    with ExitStack() as stack:
        clients = []
        for number in range(200):
            client = stack.enter_context(closing(socket.create_connection(("127.0.0.1", installation.port), 10)))
            began = (
                b"POST /wish/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\nhalf"
                if number % 2
                else b"GET / H"
            )
            client.sendall(began)
            clients.append(client)
        yield clients


def test_slow_clients_keep_nobody_waiting(installation: Installation, crowd: list[socket.socket]) -> None:
    for client in crowd:
        client.sendall(b"x")
    assert httpx.get(f"{installation.url}/livez", timeout=5).status_code == 200


def test_a_body_beyond_the_limit_leaves_nothing_behind(installation: Installation) -> None:
    """Refused while it arrives: neither memory nor disk of the web process grows by it."""
    web = installation.pid("web")
    before = _resident(web)
    huge = request(b"POST /wish/", b"localhost", b"Transfer-Encoding: chunked", body=b"100000\r\n" + b"x" * (1 << 20))
    chunks = huge + (b"\r\n100000\r\n" + b"x" * (1 << 20)) * 39
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: say(installation.port, chunks), range(4)))
    assert {status(answer) for answer in answers} <= {0, 413}
    assert _resident(web) - before < 64 << 20


def _resident(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096


def test_the_server_is_as_before(installation: Installation, project: str) -> None:
    """After all of the above."""
    assert installation.client.get(project).status_code == 200
    assert "Traceback" not in installation.client.get("/").text


def test_twenty_stops_and_retries_at_once_end_in_one_state(installation: Installation, project: str) -> None:
    """Whoever comes first wins; the others change nothing and nobody fails."""
    [(job,)] = installation.rows("select id from agents_job order by created_at limit 1")
    page = installation.client.get(project)
    token = page.text.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    path = f"{project}jobs/{job[:8]}-{job[8:12]}-{job[12:16]}-{job[16:20]}-{job[20:]}"

    def press(number: int) -> int:
        verb = ("stop", "retry", "pause", "resume")[number % 4]
        client = httpx.Client(base_url=installation.url, cookies=dict(installation.client.cookies), timeout=30)
        with client:
            return client.post(f"{path}/{verb}/", data={"csrfmiddlewaretoken": token}).status_code

    before = installation.rows("select state from agents_job")
    with ThreadPoolExecutor(20) as pool:
        assert set(pool.map(press, range(20))) == {302}
    assert installation.rows("select state from agents_job") == before


def test_twenty_times_the_same_form_is_one_wish(installation: Installation, project: str) -> None:
    """As sent by a nervous finger, or by a browser that tries again."""
    page = installation.client.get("/").text
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    before = len(installation.rows("select id from projects_project"))

    def press(_: int) -> str:
        with httpx.Client(base_url=installation.url, cookies=dict(installation.client.cookies), timeout=60) as client:
            return client.post("/wish/", data={**hidden, "wish": "A garden"}).headers["Location"]

    with ThreadPoolExecutor(20) as pool:
        assert len(set(pool.map(press, range(20)))) == 1
    assert len(installation.rows("select id from projects_project")) == before + 1


def test_programs_are_told_of_what_is_no_request_in_their_own_form(installation: Installation) -> None:
    """The bytes are refused by the server, before there is anything that knows of the API."""
    for line in (b"GET /api/v2/me\xff", b"GET /api/v2/me?\xff"):
        answer = say(installation.port, request(line, b"localhost"))
        assert status(answer) == 400
        assert b"content-type: application/problem+json" in answer.lower()


def test_only_the_first_line_says_what_is_asked_for(installation: Installation) -> None:
    line = b"GET /livez HTTP/1.1\r\nFrom: /accounts/login/ HTTP/1.1\r\nVia: a b"
    answer = say(installation.port, line + b"\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert (status(answer), b"<form" in answer) == (200, False)
