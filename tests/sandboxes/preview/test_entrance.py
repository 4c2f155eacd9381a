"""The way into a preview: a pass for a cookie, and nothing for anybody else."""

import time
from urllib.parse import urlsplit

import httpx
import pytest
from pytest_django.fixtures import Settings

from sandboxes.models import Sandbox
from sandboxes.preview import bridge, cookies, entrance, passes
from sandboxes.preview.passes import Guest
from tests.sandboxes import apps
from tests.sandboxes.conftest import MakeApp
from tests.sandboxes.preview.conftest import Visitor, cookie_of, owner_of

HTML = apps.STATIC["index.html"]


@pytest.fixture
def garden(make_app: MakeApp) -> Sandbox:
    return make_app(apps.STATIC)


def way(sandbox: Sandbox, passage: str, to: str = "") -> str:
    """The path and query of its entrance."""
    parts = urlsplit(entrance.address(sandbox.label, passage, to=to))
    return f"{parts.path}?{parts.query}"


def a_pass(sandbox: Sandbox, guest: Guest | None = None) -> str:
    return passes.make_pass(sandbox.label, guest or owner_of(sandbox))


def cookies_of(answer: httpx.Response) -> dict[str, str]:
    return dict(line.split(";")[0].split("=", 1) for line in answer.headers.get_list("set-cookie"))


def seen_with(visitor: Visitor, sandbox: Sandbox, cookie: str) -> int:
    return visitor.stranger("GET", sandbox, headers={"cookie": cookie}).status_code


# --- without anything ---------------------------------------------------------------------------
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "FROB"])
def test_a_stranger_is_refused_with_a_plain_page(visitor: Visitor, garden: Sandbox, method: str) -> None:
    for path in ("/", "/style.css", "/nowhere", "/__djinn/console", bridge.script_path()):
        answer = visitor.stranger(method, garden, path)
        assert answer.status_code == 403
        assert ("A garden" in answer.text, "green" in answer.text) == (False, False)
        assert ("This preview is private" in answer.text) is (method != "HEAD")
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "set-cookie" not in answer.headers


def test_a_stranger_neither_wakes_it_nor_hears_whether_it_is_there(visitor: Visitor, make_app: MakeApp) -> None:
    shelf = make_app(apps.FLASK)
    there = visitor.stranger("GET", shelf)
    assert visitor.woken == []
    label, shelf.label = shelf.label, "a" * 26
    assert visitor.stranger("GET", shelf).text.replace("a" * 26, label) == there.text


def test_the_page_leads_to_the_dashboards_door_and_back_to_where_one_was(visitor: Visitor, garden: Sandbox) -> None:
    answer = visitor.stranger("GET", garden, "/about/?a=%22><script>")
    door = f"http://localhost:8000/previews/{garden.label}/?to=%2Fabout%2F%3Fa%3D%2522"
    assert f'href="{door}' in answer.text
    assert "<script" not in answer.text


@pytest.mark.parametrize("extra", [{}, {"range": "bytes=0-3"}, {"accept": "text/event-stream"}, {"origin": "null"}])
def test_no_way_of_asking_gets_around_it(visitor: Visitor, garden: Sandbox, extra: dict[str, str]) -> None:
    assert visitor.stranger("GET", garden, "/style.css", headers=extra).status_code == 403


def test_where_previews_are_open_the_address_is_enough(visitor: Visitor, garden: Sandbox, settings: Settings) -> None:
    settings.PREVIEW_ACCESS = "open"
    assert visitor.stranger("GET", garden).text == HTML


# --- the swap -----------------------------------------------------------------------------------
def test_a_pass_is_swapped_for_a_cookie_that_lets_in(visitor: Visitor, garden: Sandbox) -> None:
    answer = visitor.stranger("GET", garden, way(garden, a_pass(garden), "/about/?a=1"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/about/?a=1")
    assert answer.headers["cache-control"] == "no-store"
    assert "A garden" not in answer.text
    lines = {line.partition("=")[0]: line for line in answer.headers.get_list("set-cookie")}
    assert lines[cookies.HOST].endswith("; Max-Age=28800; Path=/; Secure; HttpOnly; SameSite=None; Partitioned")
    assert lines[cookies.PLAIN].endswith("; Max-Age=28800; Path=/; HttpOnly; SameSite=Lax")
    for name, value in cookies_of(answer).items():
        assert visitor.stranger("GET", garden, headers={"cookie": f"a=b; {name}={value}"}).text == HTML


def test_behind_https_there_is_one_cookie_and_it_is_the_hosts_own(
    visitor: Visitor, garden: Sandbox, settings: Settings
) -> None:
    settings.IS_HTTPS = True
    given = cookies_of(visitor.stranger("GET", garden, way(garden, a_pass(garden))))
    assert set(given) == {cookies.HOST}
    assert seen_with(visitor, garden, f"{cookies.HOST}={given[cookies.HOST]}") == 200
    # A neighbour below the same domain could set this one.
    assert seen_with(visitor, garden, f"{cookies.PLAIN}={given[cookies.HOST]}") == 403


def test_a_pass_works_once(visitor: Visitor, garden: Sandbox) -> None:
    passage = a_pass(garden)
    first = visitor.stranger("GET", garden, way(garden, passage))
    again = visitor.stranger("GET", garden, way(garden, passage))
    assert (again.status_code, cookies_of(again)) == (403, {})
    # Who loads it again has the cookie, and is led on.
    brought = {"cookie": f"{cookies.PLAIN}={cookies_of(first)[cookies.PLAIN]}"}
    led = visitor.stranger("GET", garden, way(garden, passage, "/about/"), headers=brought)
    assert (led.status_code, led.headers["location"], cookies_of(led)) == (303, "/about/", {})


def test_a_pass_lasts_a_minute_and_a_cookie_eight_hours(
    visitor: Visitor, garden: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    passages, cookie, now = [a_pass(garden) for _ in range(2)], cookie_of(garden), time.time()
    monkeypatch.setattr("django.core.signing.time.time", lambda: now + 59)
    assert visitor.stranger("GET", garden, way(garden, passages[0])).status_code == 303
    monkeypatch.setattr("django.core.signing.time.time", lambda: now + 62)
    assert visitor.stranger("GET", garden, way(garden, passages[1])).status_code == 403
    monkeypatch.setattr("django.core.signing.time.time", lambda: now + 8 * 3600 - 1)
    assert seen_with(visitor, garden, cookie) == 200
    monkeypatch.setattr("django.core.signing.time.time", lambda: now + 8 * 3600 + 2)
    assert seen_with(visitor, garden, cookie) == 403


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [("HEAD", {}, 405), ("POST", {}, 405), ("GET", {"sec-purpose": "prefetch;prerender"}, 204)],
)
def test_looking_ahead_does_not_use_a_pass_up(
    visitor: Visitor, garden: Sandbox, method: str, headers: dict[str, str], status: int
) -> None:
    passage = a_pass(garden)
    looked = visitor.stranger(method, garden, way(garden, passage), headers=headers)
    assert (looked.status_code, cookies_of(looked)) == (status, {})
    assert visitor.stranger("GET", garden, way(garden, passage)).status_code == 303


def test_the_app_is_never_asked_at_the_entrance(visitor: Visitor, make_app: MakeApp) -> None:
    app = make_app({**apps.STATIC, "__djinn/enter": "of the app"})
    for path in ("/__djinn/enter", "/__djinn/enter/", "/__djinn/enter?pass=x&pass=y", "/__djinn/enter?" + "a=b&" * 50):
        assert "of the app" not in visitor.get(app, path).text
