"""Passes and cookies of previews that were made up, changed, planted or meant for another; and where they lead."""

import httpx
import pytest
from django.core import signing

from sandboxes.models import Sandbox, addresses
from sandboxes.preview import cookies, entrance, passes
from tests.sandboxes.conftest import MakeApp
from tests.sandboxes.preview.conftest import Visitor, cookie_of, owner_of
from tests.sandboxes.preview.test_entrance import a_pass, cookies_of, garden, seen_with, way

__all__ = ["garden"]


def test_a_pass_or_cookie_that_was_tampered_with_lets_nobody_in(visitor: Visitor, garden: Sandbox) -> None:
    good = a_pass(garden)
    body, stamp, seal = good.rsplit(":", 2)
    bad = [
        "",
        "x",
        good[:-1],
        good + "A",
        f"{body.replace('u', 'u1', 1)}:{stamp}:{seal}",
        f"{body}:{stamp}A:{seal}",
        f"{body}:{stamp}:{'A' * len(seal)}",
        signing.TimestampSigner(key="another", salt=f"djinn preview pass {garden.label}").sign(body),
        signing.TimestampSigner(salt="djinn preview pass").sign(body),
        signing.TimestampSigner(salt=f"djinn preview pass {garden.label}").sign("u1"),
        signing.TimestampSigner(salt=f"djinn preview pass {garden.label}").sign("nobody~once"),
        passes.make_cookie(garden.label, owner_of(garden)),
        "\0" * 9,
        "é" * 9,
    ]
    for passage in bad:
        assert visitor.stranger("GET", garden, way(garden, passage)).status_code == 403, passage
        value = passage.encode("ascii", "replace").decode().replace("\0", "")
        assert seen_with(visitor, garden, f"{cookies.PLAIN}={value}") == 403 or passage == bad[11]
    assert seen_with(visitor, garden, f"{cookies.PLAIN}={good}") == 403
    assert visitor.stranger("GET", garden, way(garden, good)).status_code == 303


def test_what_was_given_for_one_preview_opens_no_other(visitor: Visitor, make_app: MakeApp, garden: Sandbox) -> None:
    """Not even for the same person, who may see both."""
    shelf = make_app({"index.html": "<h1>A shelf</h1>"})
    assert visitor.stranger("GET", garden, way(garden, a_pass(shelf))).status_code == 403
    assert seen_with(visitor, garden, cookie_of(shelf)) == 403
    assert visitor.get(shelf).status_code == 200


def test_a_cookie_of_another_preview_before_ours_does_no_harm(
    visitor: Visitor, make_app: MakeApp, garden: Sandbox
) -> None:
    other = cookie_of(make_app({"index.html": "x"}))
    brought = "; ".join([f"{cookies.PLAIN}=tossed", other, cookie_of(garden)])
    assert seen_with(visitor, garden, brought) == 200
    # And nobody makes us read a whole header of them.
    assert seen_with(visitor, garden, "; ".join([*[f"{cookies.PLAIN}=x"] * 8, cookie_of(garden)])) == 403


def test_a_cookie_that_was_planted_is_never_taken_over(visitor: Visitor, garden: Sandbox) -> None:
    """Whoever knows the value of a browser's cookie knows nothing once somebody enters with that browser."""
    planted = f"{cookies.PLAIN}=planted; {cookies.HOST}=planted"
    answer = visitor.stranger("GET", garden, way(garden, a_pass(garden)), headers={"cookie": planted})
    assert "planted" not in str(answer.headers)
    assert set(cookies_of(answer)) == {cookies.HOST, cookies.PLAIN}
    assert seen_with(visitor, garden, planted) == 403


@pytest.mark.parametrize(
    "to",
    [
        "//evil.test",
        "/\\evil.test",
        "\\\\evil.test",
        "\\/evil.test",
        "///evil.test/",
        "https://evil.test/",
        "https:evil.test",
        "javascript:alert(1)",
        "\t//evil.test",
        "/\t/evil.test",
        "/\n/evil.test",
        "\0//evil.test",
        " //evil.test",
        "/%2Fevil.test",
        "/%5Cevil.test",
        "%2F%2Fevil.test",
        "/.//evil.test",
        "/..//evil.test",
        "@evil.test",
        "//evil.test@evil.test",
        "/\r\nLocation: https://evil.test",
        "/\u2028/evil.test",
        "/\ud800/evil",
        "a" * 5000,
    ],
)
def test_nobody_is_led_to_another_site(visitor: Visitor, garden: Sandbox, to: str) -> None:
    """As a browser reads it: what it is led to is of this very host."""
    query = httpx.QueryParams({"pass": a_pass(garden), "to": to.encode("utf-8", "surrogatepass")})
    answer = visitor.stranger("GET", garden, f"{entrance.PLACE}?{query}")
    place = answer.headers["location"]
    assert answer.status_code == 303
    assert (place[0], place[1:2] in {"/", "\\"}) == ("/", False)
    assert place.isascii()
    assert place.isprintable()
    assert not {"\\", " ", "\t"} & set(place)
    led = httpx.URL(addresses.url(garden.label)).join(place)
    assert led.host == f"p-{garden.label}.localhost"
    # The page of who is refused leads nowhere else either.
    refused = visitor.stranger("GET", garden, f"{entrance.PLACE}?{query}")
    assert 'href="http://localhost:8000/previews/' in refused.text
