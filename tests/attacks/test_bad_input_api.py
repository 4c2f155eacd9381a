"""What bad input gets under /api/, at the socket: always a problem, never a page."""

import json

import pytest

from projects.rest.kinds import KINDS
from tests.attacks.wires import request, say, status
from tests.installation import Installation

HOME = b"localhost"
JSON = b"Content-Type: application/json"
PIECE = b"100000\r\n" + b"x" * (1 << 20) + b"\r\n"

REFUSED: dict[str, tuple[bytes, int]] = {
    "nothing there": (request(b"GET /api/nothing", HOME), 404),
    "nothing there for htmx": (request(b"GET /api/v2/nothing", HOME, b"HX-Request: true"), 404),
    "a browser asks": (request(b"GET /api/v2/projects", HOME, b"Accept: text/html"), 401),
    "another method": (request(b"PUT /api/v2/projects", HOME, b"Content-Length: 0"), 405),
    "a null in the address": (request(b"GET /api/v2/projects?after=%00", HOME), 400),
    "a charset that is none": (request(b"GET /api/v2/projects", HOME, JSON + b"; charset=utf-7"), 400),
    "a host that is not ours": (request(b"GET /api/v2/projects", b"evil.test"), 400),
    "a body announced too large": (request(b"POST /api/v2/projects?x", HOME, b"Content-Length: 629145600"), 413),
    "a body that becomes too large": (
        request(b"POST /api/v2/projects", HOME, b"Transfer-Encoding: chunked", body=PIECE * 40),
        413,
    ),
    "a very long header": (request(b"GET /api/v2/projects", HOME, b"x: " + b"a" * 60_000), 431),
    "a token with bytes beyond ASCII": (request(b"GET /api/v2/projects", HOME, b"Authorization: Bearer \xff\xfe"), 401),
    "a token of another kind": (request(b"GET /api/v2/projects", HOME, b"Authorization: Basic YTpi"), 401),
}


@pytest.mark.parametrize(("data", "wanted"), REFUSED.values(), ids=REFUSED)
def test_a_refusal_is_a_problem(installation: Installation, data: bytes, wanted: int) -> None:
    answer = say(installation.port, data, seconds=30)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert status(answer) == wanted
    assert b"content-type: application/problem+json" in head.lower()
    told = json.loads(body)
    assert (told["status"], told["type"]) == (wanted, f"/api/v2/problems/{told['code']}")
    assert told["code"] in {kind.code for kind in KINDS.values() if kind.status == wanted}
    assert told["instance"].startswith("/api/")
    assert told["request_id"]
