"""The Content-Security-Policy on pages of ours."""

import re

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client

from config import csp


def directives(header: str) -> dict[str, list[str]]:
    return {part.split()[0]: part.split()[1:] for part in header.split(";")}


def test_nothing_inline_and_nothing_from_elsewhere() -> None:
    found = directives(csp.policy())
    assert found["default-src"] == ["'none'"]
    assert found["script-src"] == found["style-src"] == ["'self'"]
    assert found["frame-ancestors"] == found["base-uri"] == ["'none'"]
    assert "unsafe" not in csp.policy()


def test_frames_are_for_previews_only() -> None:
    assert directives(csp.policy())["frame-src"] == ["http://*.localhost:8000"]


def test_frames_follow_previews_to_a_port_of_their_own(settings) -> None:
    settings.PREVIEW_PORT = 8001
    assert directives(csp.policy())["frame-src"] == ["http://*.localhost:8001"]


def test_sockets_go_home() -> None:
    assert "ws://localhost:8000" in directives(csp.policy())["connect-src"]


def test_behind_https_nothing_plain_is_allowed(settings) -> None:
    settings.SITE_URL, settings.SITE_HOST, settings.IS_HTTPS = "https://djinn.example", "djinn.example", True
    settings.PREVIEW_DOMAIN = "preview.example"
    assert "wss://djinn.example" in csp.policy()
    assert "frame-src https://*.preview.example;" in csp.policy()
    assert not re.search(r"http://|ws://", csp.policy())


@pytest.mark.django_db
def test_every_page_carries_it(client: Client) -> None:
    assert client.get("/livez").headers["Content-Security-Policy"] == csp.policy()
    assert client.get("/no-such-page").headers["Content-Security-Policy"] == csp.policy()


def test_an_answer_with_its_own_policy_keeps_it() -> None:
    own = HttpResponse(headers={"Content-Security-Policy": "default-src 'self'"})
    guarded = csp.ContentSecurityPolicy(lambda request: own)(HttpRequest())
    assert guarded is own
    assert own.headers["Content-Security-Policy"] == "default-src 'self'"
