"""What a page reports of its console is taken from that page alone, within bounds, and does no harm."""

import json
from typing import Any

import pytest

from projects import feed
from projects.services import projects
from sandboxes.console import lines
from sandboxes.models import Complaint, ConsoleEntry, Sandbox
from sandboxes.preview import reports
from tests.sandboxes import apps
from tests.sandboxes.conftest import MakeApp, apply
from tests.sandboxes.preview.conftest import Visitor

PLACE = "/__djinn/console"
LINE = {"source": "console", "level": "log", "text": "hello", "stack": "", "count": 1}


def batch(*entries: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"page": "/", "tree": "", "dropped": 0, "entries": list(entries), **more}


@pytest.fixture(autouse=True)
def _uncounted() -> None:
    reports._left.clear()


@pytest.fixture
def garden(make_app: MakeApp) -> Sandbox:
    return make_app(apps.STATIC)


def report(visitor: Visitor, sandbox: Sandbox, body: Any, **headers: str) -> int:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return visitor.ask("POST", sandbox, PLACE, content=content, headers=headers).status_code


def test_a_line_is_kept_with_its_page(visitor: Visitor, garden: Sandbox) -> None:
    origin = f"http://p-{garden.label}.localhost"
    sent = batch({**LINE, "count": 3}, page="/about/", dropped=7)
    host = {"host": f"p-{garden.label}.localhost", "origin": origin, "sec-fetch-site": "same-origin"}
    assert report(visitor, garden, sent, **host) == 204
    kept = {(one.source, one.title, one.page, one.count) for one in ConsoleEntry.objects.all()}
    dropped = "The page said more than can be told; some lines were dropped."
    assert kept == {("console", "hello", "/about/", 3), ("bridge", dropped, "/about/", 7)}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"null",
        b"[]",
        b'"text"',
        b"NaN",
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b"1" * 100_000,
        b'{"page":"/","tree":"","dropped":NaN,"entries":[]}',
        b'{"page":"/","tree":"","dropped":1e400,"entries":[]}',
        batch(page=1),
        batch(page="x" * 301),
        batch(tree=None),
        batch(tree="0123456789abc"),
        batch(tree="%_"),
        batch(dropped=-1),
        batch(dropped=True),
        batch(dropped=10**30),
        batch(entries={}),
        batch(entries=[[]]),
        batch(more=1),
        {"page": "/", "tree": "", "entries": []},
        batch(*[LINE] * 21),
        batch({**LINE, "more": 1}),
        batch({**LINE, "level": "fatal"}),
        batch({**LINE, "level": ["log"]}),
        batch({**LINE, "source": "bridge"}),
        batch({**LINE, "source": {}}),
        batch({**LINE, "text": None}),
        batch({**LINE, "text": "x" * 2001}),
        batch({**LINE, "stack": "x" * 3001}),
        batch({**LINE, "count": 0}),
        batch({**LINE, "count": 1.5}),
    ],
)
def test_what_is_no_report_is_refused_and_leaves_no_trace(visitor: Visitor, garden: Sandbox, body: Any) -> None:
    assert report(visitor, garden, body) == 400
    assert not ConsoleEntry.objects.exists()


def test_hostile_letters_are_kept_as_what_can_be_kept(visitor: Visitor, garden: Sandbox) -> None:
    text = "\0\x1b[31m\u202e<script>alert(1)</script>\ud800\nmore"
    assert report(visitor, garden, batch({**LINE, "text": text, "stack": "\0\udfff"}, page="\0\u202e")) == 204
    kept = ConsoleEntry.objects.get()
    assert kept.title == "\ufffd[31m<script>alert(1)</script>\ufffd"
    assert (kept.text[0], kept.stack, kept.page) == ("\ufffd", "\ufffd\ufffd", "\ufffd\u202e")


def test_a_body_that_is_too_long_is_refused_while_it_comes(visitor: Visitor, garden: Sandbox) -> None:
    taken = 0

    async def endless() -> Any:
        nonlocal taken
        for _ in range(100):
            taken += 64 * 1024
            yield b" " * 64 * 1024

    chunked = {"transfer-encoding": "chunked"}
    assert visitor.ask("POST", garden, PLACE, content=endless(), headers=chunked).status_code == 413
    assert taken < 2 * lines.MOST_BODY
    assert report(visitor, garden, b" " * (lines.MOST_BODY + 1)) == 413


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"origin": "null"},
        {"origin": "http://evil.example"},
        {"origin": "http://p-aaaaaaaaaaaaaaaaaaaaaaaaaa.localhost"},
    ],
)
def test_other_origins_report_nothing(visitor: Visitor, garden: Sandbox, headers: dict[str, str]) -> None:
    assert report(visitor, garden, batch(LINE), **headers) == 403
    assert not ConsoleEntry.objects.exists()


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
def test_it_is_only_reported_to(visitor: Visitor, garden: Sandbox, method: str) -> None:
    answer = visitor.ask(method, garden, PLACE)
    assert (answer.status_code, answer.headers["allow"], answer.content) == (405, "POST", b"")


def test_one_preview_reports_only_so_often_and_its_neighbour_all_the_same(visitor: Visitor, make_app: MakeApp) -> None:
    noisy, calm = make_app(apps.STATIC), make_app(apps.STATIC)
    answers = [report(visitor, noisy, b"") for _ in range(60)]
    assert answers[:30] == [400] * 30
    assert 429 in answers
    assert visitor.ask("POST", noisy, PLACE, content=b"").headers.get("retry-after") == "1" or 400 in answers[30:]
    assert report(visitor, calm, batch(LINE)) == 204


def test_where_there_is_no_preview_nothing_is_reported(visitor: Visitor, garden: Sandbox) -> None:
    projects.archive(garden.project, by=garden.project.owner)
    assert report(visitor, garden, batch(LINE)) == 404
    garden.label = "a" * 26
    assert report(visitor, garden, batch(LINE)) == 404
    assert not ConsoleEntry.objects.exists()


def test_a_page_left_open_speaks_of_the_files_it_is_of(visitor: Visitor, garden: Sandbox) -> None:
    """Those were mended since: it is no fault of what is there now."""
    page = visitor.get(garden, headers={"sec-fetch-dest": "document"}).text
    tree = page.partition('data-tree="')[2][:12]
    fault = {**LINE, "source": "error", "level": "error", "text": "Error: old"}
    assert report(visitor, garden, batch(fault, tree=tree)) == 204
    [shown] = Complaint.objects.all()
    assert (ConsoleEntry.objects.get().tree_hash, shown.tree_hash[:12]) == (shown.tree_hash, tree)
    apply(garden.branch, {"more.txt": "new"})
    assert report(visitor, garden, batch(fault, tree=tree)) == 204
    assert (ConsoleEntry.objects.get().tree_hash, Complaint.objects.get().count) == (tree, 1)
    told = [
        one.payload["count"] for one in feed.since(garden.project_id, 0, limit=2000) if one.kind == "error_captured"
    ]
    assert told == [1]


def test_a_box_that_sleeps_is_not_woken_by_it(visitor: Visitor, make_app: MakeApp) -> None:
    sandbox = make_app(apps.FLASK)
    assert report(visitor, sandbox, batch(LINE)) == 204
    assert visitor.woken == []
