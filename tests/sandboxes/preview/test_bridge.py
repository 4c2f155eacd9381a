"""Which answers get the bridge's tag, and what becomes of their headers."""

import gzip
from typing import Any

import pytest

from projects.services import files
from sandboxes.enums import SandboxState
from sandboxes.models import Sandbox
from sandboxes.preview import bridge, targets
from sandboxes.runtime import waking
from tests.sandboxes import apps
from tests.sandboxes.conftest import MakeApp
from tests.sandboxes.preview.conftest import Visitor

DOCUMENT = {"sec-fetch-dest": "document"}
TAG = f'<script src="{bridge.script_path()}"></script>'
HOST = "p-abcdefghijklmnopqrstuvwxyz.localhost"

Lines = list[tuple[str, str]]


def scope(lines: dict[str, str], method: str = "GET") -> Any:
    pairs = [(name.encode(), value.encode()) for name, value in {"host": f"{HOST}:8000", **lines}.items()]
    return {"type": "http", "method": method, "path": "/", "query_string": b"", "headers": pairs}


async def answered(
    body: bytes, answer: Lines, *, asked: dict[str, str] = DOCUMENT, status: int = 200, method: str = "GET"
) -> tuple[dict[str, list[str]], bytes]:
    """What a visitor gets of what an app answers, in pieces of three bytes."""
    sent: list[Any] = []

    async def send(event: Any) -> None:
        sent.append(event)

    _, watched = bridge.over(scope(asked, method), send)
    pairs = [(name.encode(), value.encode()) for name, value in answer]
    await watched({"type": "http.response.start", "status": status, "headers": pairs, "trailers": False})
    for at in range(0, len(body), 3):
        await watched({"type": "http.response.body", "body": body[at : at + 3], "more_body": True})
    await watched({"type": "http.response.body", "body": b"", "more_body": False})
    assert [event["type"] for event in sent].count("http.response.start") == 1
    assert sent[-1]["more_body"] is False
    told: dict[str, list[str]] = {}
    for name, value in sent[0]["headers"]:
        told.setdefault(name.decode(), []).append(value.decode())
    return told, b"".join(event["body"] for event in sent[1:])


PAGE = b"<!doctype html><html><head><title>A</title>"
HTML = ("content-type", "text/html; charset=utf-8")


async def test_a_page_gets_the_tag_and_its_length_is_right() -> None:
    told, body = await answered(PAGE, [HTML, ("content-length", str(len(PAGE)))])
    assert body == PAGE.replace(b"<head>", b"<head>" + TAG.encode())
    assert told["content-length"] == [str(len(body))]


async def test_what_the_app_said_of_its_own_bytes_goes() -> None:
    answer = [HTML, ("ETag", '"a"'), ("Last-Modified", "x"), ("Accept-Ranges", "bytes"), ("Digest", "x"), ("X-A", "1")]
    told, _ = await answered(PAGE, answer)
    assert sorted(told) == ["X-A", "content-type"]


@pytest.mark.parametrize("dest", ["empty", "script", "image", "worker", "style", "object"])
async def test_what_scripts_fetch_is_theirs_as_it_is(dest: str) -> None:
    told, body = await answered(PAGE, [HTML, ("etag", '"a"')], asked={"sec-fetch-dest": dest})
    assert (body, told["etag"]) == (PAGE, ['"a"'])


@pytest.mark.parametrize("dest", ["document", "iframe", "frame"])
async def test_whatever_is_shown_as_a_page_is_one(dest: str) -> None:
    assert TAG.encode() in (await answered(PAGE, [HTML], asked={"sec-fetch-dest": dest}))[1]


@pytest.mark.parametrize(
    ("asked", "is_page"),
    [
        ({"accept": "text/html,application/xhtml+xml"}, True),
        ({"accept": "*/*"}, False),
        ({"accept": "text/html", "hx-request": "true"}, False),
        ({"accept": "text/html", "x-requested-with": "XMLHttpRequest"}, False),
        ({}, False),
    ],
)
async def test_where_browsers_do_not_say_what_for_the_rest_tells(asked: dict[str, str], is_page: bool) -> None:
    assert (TAG.encode() in (await answered(PAGE, [HTML], asked=asked))[1]) is is_page


@pytest.mark.parametrize(
    "answer",
    [
        [("content-type", "application/json")],
        [("content-type", "text/html-ish")],
        [("content-type", "application/xhtml+xml")],
        [("content-type", "text/html; charset=UTF-16LE")],
        [("content-type", 'text/html; charset="unicode"')],
        [HTML, ("content-encoding", "gzip")],
        [HTML, ("content-encoding", "br")],
        [HTML, ("content-disposition", "Attachment; filename=a.html")],
        [HTML, ("cache-control", "no-transform, max-age=0")],
        [],
    ],
)
async def test_what_no_tag_may_go_into_is_left_alone(answer: Lines) -> None:
    body = gzip.compress(PAGE)
    told, got = await answered(body, [*answer, ("etag", '"a"'), ("content-length", str(len(body)))])
    assert (got, told["etag"], told["content-length"]) == (body, ['"a"'], [str(len(body))])


@pytest.mark.parametrize("status", [204, 205, 206, 301, 302, 304])
async def test_an_answer_that_is_no_whole_page_is_left_alone(status: int) -> None:
    told, body = await answered(b"", [HTML, ("etag", '"a"')], status=status)
    assert (body, told["etag"]) == (b"", ['"a"'])


@pytest.mark.parametrize("status", [404, 500])
async def test_a_page_of_a_failure_is_one_too(status: int) -> None:
    assert TAG.encode() in (await answered(PAGE, [HTML], status=status))[1]


async def test_an_empty_page_stays_empty() -> None:
    told, body = await answered(b"", [HTML, ("content-length", "0")])
    assert (body, told["content-length"]) == (b"", ["0"])
    assert (await answered(b"", [HTML]))[1] == b""


async def test_head_tells_what_get_would_bring() -> None:
    told, body = await answered(b"", [HTML, ("content-length", "100")], method="HEAD")
    assert (body, told["content-length"]) == (b"", [str(100 + len(TAG))])


async def test_a_policy_of_the_apps_own_lets_the_script_in() -> None:
    policies = [("content-security-policy", "script-src 'self'"), ("Content-Security-Policy", "default-src 'none'")]
    told, body = await answered(PAGE, [HTML, *policies, ("content-security-policy-report-only", "script-src x")])
    own = f"{HOST}:8000{bridge.script_path()}"
    assert told["content-security-policy"] == [f"script-src 'self' {own}"]
    assert told["Content-Security-Policy"] == [
        f"default-src 'none'; script-src {own}; connect-src {HOST}:8000/__djinn/console"
    ]
    assert told["content-security-policy-report-only"] == [f"script-src x {own}"]
    assert TAG.encode() in body


async def test_a_strict_policy_gets_a_nonce_that_is_new_each_time() -> None:
    async def nonce() -> str:
        told, body = await answered(PAGE, [HTML, ("content-security-policy", "script-src 'strict-dynamic'")])
        [policy] = told["content-security-policy"]
        found = policy.removeprefix("script-src 'strict-dynamic' 'nonce-").removesuffix("'")
        assert f'<script src="{bridge.script_path()}" nonce="{found}"></script>'.encode() in body
        assert len(found) == 24
        return found

    assert await nonce() != await nonce()


async def test_nothing_a_visitor_writes_as_host_gets_into_a_policy() -> None:
    asked = {**DOCUMENT, "host": f"{HOST}:80;script-src *"}
    told, _ = await answered(PAGE, [HTML, ("content-security-policy", "script-src 'self'")], asked=asked)
    assert told["content-security-policy"] == [f"script-src 'self' p-.localhost{bridge.script_path()}"] or told[
        "content-security-policy"
    ] == [f"script-src 'self' {HOST}{bridge.script_path()}"]


def test_an_app_is_asked_for_a_page_plain_and_whole() -> None:
    wishes = {"accept-encoding": "gzip, br", "if-none-match": '"a"', "range": "bytes=0-9", "cookie": "a=1"}
    asked, _ = bridge.over(scope({**DOCUMENT, **wishes}), None)  # type: ignore[arg-type]  # nothing is sent
    told = {name.decode(): value.decode() for name, value in asked["headers"]}
    assert (told["accept-encoding"], told["cookie"]) == ("identity", "a=1")
    assert {"if-none-match", "range"}.isdisjoint(told)
    other = scope({"sec-fetch-dest": "script", **wishes})
    assert bridge.over(other, None)[0] is other  # type: ignore[arg-type]  # nothing is sent


# --- whole previews --------------------------------------------------------------------------------


@pytest.fixture
def garden(make_app: MakeApp) -> Sandbox:
    return make_app(apps.STATIC)


def test_a_static_page_has_it_in_view_and_not_in_its_file(visitor: Visitor, garden: Sandbox) -> None:
    shown = visitor.get(garden, headers=DOCUMENT)
    tree = files.tree_hash(files.manifest(garden.branch))[:12]
    tag = TAG.replace(">", f' data-tree="{tree}">', 1)
    assert shown.text == apps.STATIC["index.html"].replace("<!doctype html>", f"<!doctype html>{tag}")
    assert shown.headers["content-length"] == str(len(shown.content))
    assert "etag" not in shown.headers
    assert visitor.get(garden).text == apps.STATIC["index.html"]
    assert visitor.get(garden, "/style.css", headers=DOCUMENT).text == apps.STATIC["style.css"]


def test_a_page_that_takes_over_changed_files_is_of_none_for_good(visitor: Visitor, make_app: MakeApp) -> None:
    for app, is_told in ((apps.REACT, False), (apps.FLASK, True), (apps.STATIC, True)):
        target = visitor.run(targets.find(make_app(app).label))
        assert target is not None
        assert bool(target.page_tree()) is is_told


def test_pages_of_ours_have_no_console(visitor: Visitor, garden: Sandbox) -> None:
    assert "bridge" not in visitor.get(garden, "/nowhere", headers=DOCUMENT).text


def test_the_script_is_one_that_a_browser_keeps(visitor: Visitor, garden: Sandbox) -> None:
    script = visitor.get(garden, bridge.script_path())
    assert (script.status_code, script.content) == (200, bridge.script())
    assert script.headers.get_list("cache-control") == ["public, max-age=31536000, immutable"]
    assert script.headers["content-type"] == "text/javascript; charset=utf-8"
    other = visitor.get(garden, "/__djinn/bridge-000000000000.js")
    assert (other.content, other.headers["cache-control"]) == (bridge.script(), "no-store")
    head = visitor.ask("HEAD", garden, bridge.script_path())
    assert (head.content, head.headers["content-length"]) == (b"", str(len(bridge.script())))
    assert visitor.ask("POST", garden, bridge.script_path()).status_code == 405


@pytest.mark.parametrize("path", ["/__djinn/", "/__djinn/console.html", "/__djinn/bridge-x.js", "/%5F%5Fdjinn/a"])
def test_nothing_of_an_app_is_reached_at_the_reserved_place(visitor: Visitor, make_app: MakeApp, path: str) -> None:
    mine = {f"__djinn/{name}": "mine" for name in ("index.html", "console.html", "bridge-x.js", "a")}
    answer = visitor.get(make_app({**apps.STATIC, **mine}), path)
    assert (answer.status_code, answer.content) == (404, b"")


@pytest.mark.box
def test_a_page_from_a_box_has_it_too(visitor: Visitor, make_app: MakeApp) -> None:
    sandbox = make_app(apps.FLASK)
    waking.wake(str(sandbox.pk))
    sandbox.refresh_from_db()
    assert sandbox.state == SandboxState.READY, sandbox.error
    page = visitor.get(sandbox, headers={**DOCUMENT, "accept-encoding": "gzip"})
    tag = TAG.replace(">", f' data-tree="{sandbox.tree_hash[:12]}">', 1)
    assert page.text == f"<!doctype html>{tag}<title>Shelf</title><h1>A shelf of books</h1>"
    assert page.headers["content-length"] == str(len(page.content))
    assert visitor.get(sandbox, "/headers", headers=DOCUMENT).json()["Accept-Encoding"] == "identity"
    assert visitor.get(sandbox, "/__djinn/echo").content == b""
