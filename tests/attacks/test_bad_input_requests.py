"""What bad input gets, at the socket: a status, a page that says what to do, and one line in the log."""

import socket
import time
from contextlib import closing
from pathlib import Path

import pytest

from config import refusals
from tests.attacks.wires import request, say, status
from tests.installation import Installation, wait_for

HOME = b"localhost"
FORM = b"application/x-www-form-urlencoded"

# The request, the status, and the words on the page.
REFUSED: dict[str, tuple[bytes, int, str]] = {
    "no host": (b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", 400, refusals.WORDS[400].say),
    "two hosts": (request(b"GET /", HOME, b"Host: evil.test"), 400, refusals.WORDS[400].say),
    "a host that is not ours": (request(b"GET /", b"evil.test"), 400, "DJINN_ALLOWED_HOSTS"),
    "not HTTP": (b"HELLO\r\n\r\n", 400, refusals.WORDS[400].say),
    "a byte beyond ASCII in the address": (request(b"GET /\xff", HOME), 400, refusals.WORDS[400].say),
    "a null in the address": (request(b"GET /?wish=%00", HOME), 400, "null character"),
    "a null in a cookie": (request(b"GET /", HOME, b'Cookie: djinn_session="\\000aaaaaaaaaaa"'), 400, "null character"),
    "a very long address": (request(b"GET /" + b"a" * 70_000, HOME), 414, refusals.WORDS[414].say),
    "a long address": (request(b"GET /" + b"a" * 16_300, HOME, b"x: " + b"a" * 200), 431, refusals.WORDS[431].say),
    "very many headers": (request(b"GET /", HOME, *(b"x%d: 1" % one for one in range(900))), 431, "cookies"),
    "a very long header": (request(b"GET /", HOME, b"x: " + b"a" * 60_000), 431, "cookies"),
    "headers too long in all": (request(b"GET /", HOME, *(b"x: " + b"a" * 4000,) * 5), 431, "cookies"),
    "a body announced too large": (
        request(b"POST /wish/", HOME, b"Content-Length: 62914560"),
        413,
        refusals.WORDS[413].say,
    ),
    "nothing at the address": (request(b"GET /nothing/", HOME), 404, refusals.WORDS[404].heading),
    "another method": (request(b"GET /wish/", HOME), 405, refusals.WORDS[405].heading),
    "a form without its token": (
        request(b"POST /wish/", HOME, b"Content-Type: " + FORM, b"Content-Length: 6", body=b"wish=x"),
        403,
        refusals.OLD_FORM.heading,
    ),
}


@pytest.mark.parametrize(("data", "wanted", "words"), REFUSED.values(), ids=REFUSED)
def test_a_refusal_is_a_page_that_says_what_to_do(
    installation: Installation, data: bytes, wanted: int, words: str
) -> None:
    before = len(_log(installation))
    answer = say(installation.port, data)
    head, _, page = answer.partition(b"\r\n\r\n")
    assert status(answer) == wanted
    assert words.replace("'", "&#x27;") in page.decode()
    assert 'class="lost"' in page.decode()
    assert b"text/html; charset=utf-8" in head
    assert b"content-security-policy" in head.lower()
    assert "Traceback" not in page.decode()
    told = wait_for(lambda: _log(installation)[before:], seconds=5, what="a line in the log")
    assert "Traceback" not in told
    assert len(told.strip().splitlines()) == 1, told


def _log(installation: Installation) -> str:
    """Of the server, which was started first."""
    logs: list[Path] = list(installation._logs.values())
    return logs[0].read_text()


CHARSETS = ["utf-7", "rot13", "hex", "nope", "utf-16", "latin-1", "zip", "idna", "unicode_escape", "x" * 300]


@pytest.mark.parametrize("charset", CHARSETS)
@pytest.mark.parametrize("kind", [FORM, b"multipart/form-data; boundary=x", b"text/plain"])
def test_text_is_utf8_or_refused(installation: Installation, charset: str, kind: bytes) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="login"\r\n\r\na\r\n--x--\r\n'
    sent = b"Content-Type: " + kind + b"; charset=" + charset.encode()
    asked = request(b"POST /accounts/login/", HOME, sent, b"Content-Length: %d" % len(body), body=body)
    answer = say(installation.port, asked)
    assert status(answer) == 400
    assert refusals.NOT_UTF8 in answer.decode()
    looked = say(installation.port, request(b"GET /accounts/login/?next=/", HOME, sent))
    assert status(looked) == 400


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", "utf8", '"utf-8"'])
def test_utf8_is_taken_however_it_is_spelt(installation: Installation, charset: str) -> None:
    asked = request(b"GET /accounts/login/", HOME, b"Content-Type: text/plain; charset=" + charset.encode())
    assert status(say(installation.port, asked)) == 200


@pytest.mark.parametrize("path", ["/", "/projects/", "/accounts/login/", "/livez", "/readyz"])
def test_a_head_is_a_get_without_its_body(installation: Installation, path: str) -> None:
    looked, asked = installation.client.get(path), installation.client.head(path)
    assert (asked.status_code, asked.content) == (looked.status_code, b"")


@pytest.mark.parametrize(
    "path",
    ["/wish/", "/", "/accounts/login/", "/accounts/password/reset/", "/admin/login/", "/live/projects/x/", "/nothing/"],
)
def test_sixty_megabytes_are_refused_while_they_arrive(installation: Installation, path: str) -> None:
    """At whatever door, whatever it is for."""
    head = b"POST %s" % path.encode()
    piece = b"100000\r\n" + b"x" * (1 << 20) + b"\r\n"
    answer = say(installation.port, request(head, HOME, b"Transfer-Encoding: chunked", body=piece * 60), seconds=30)
    assert status(answer) == 413
    assert refusals.WORDS[413].say in answer.decode()


@pytest.mark.parametrize("megabytes", [5, 20])
def test_a_form_larger_than_any_is_refused_with_a_page(installation: Installation, megabytes: int) -> None:
    """Below what the server takes in, above what a form may hold."""
    page = installation.client.get("/").text
    token = page.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    before = installation.rows("select count(*) from projects_project")
    for sent in ({"data": {"wish": "x" * (megabytes << 20)}}, {"files": {"wish": (None, b"x" * (megabytes << 20))}}):
        answer = installation.client.post("/wish/", headers={"X-CSRFToken": token}, **sent)
        assert answer.status_code == 413
        assert refusals.WORDS[413].heading in answer.text
    assert installation.rows("select count(*) from projects_project") == before


def test_a_program_is_told_in_json_and_htmx_in_a_line(installation: Installation) -> None:
    told = installation.client.get("/nothing/", headers={"Accept": "application/json"})
    assert told.headers["Content-Type"] == refusals.PROBLEM
    assert (told.json()["status"], told.json()["title"]) == (404, refusals.WORDS[404].heading)
    line = installation.client.get("/nothing/", headers={"HX-Request": "true"})
    assert line.headers["Content-Type"].startswith("text/plain")
    assert line.text == refusals.WORDS[404].say


# --- those who take their time -------------------------------------------------------------------
@pytest.mark.usefixtures("bare_server")
@pytest.mark.parametrize(
    "began",
    [
        b"G",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n",
        b"POST /body HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900\r\n\r\nx",
        b"POST /body HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n",
    ],
)
def test_a_request_that_drips_has_its_deadline(free_port: int, began: bytes) -> None:
    with closing(socket.create_connection(("127.0.0.1", free_port), timeout=20)) as client:
        client.sendall(began)
        answer = b""
        client.settimeout(0.1)
        deadline = time.monotonic() + 20
        while not answer.startswith(b"HTTP") and time.monotonic() < deadline:
            client.sendall(b"x")
            try:
                answer += client.recv(65536)
            except TimeoutError:
                continue
    assert status(answer) == 408
    assert refusals.WORDS[408].say.encode() in answer


@pytest.mark.usefixtures("bare_server")
def test_a_connection_is_kept_between_requests_and_its_deadline_with_it(free_port: int) -> None:
    """The deadline is each request's own: one that waits between two is not in the middle of one."""
    asked = b"GET /facts HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with closing(socket.create_connection(("127.0.0.1", free_port), timeout=20)) as client:
        client.sendall(asked)
        assert status(client.recv(65536)) == 200
        client.settimeout(2.5)  # longer than a deadline
        with pytest.raises(TimeoutError):
            client.recv(1)
        client.sendall(asked)
        assert status(client.recv(65536)) == 200
