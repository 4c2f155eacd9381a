"""What crosses between a visitor and an app."""

import pytest
from django.conf import settings
from pytest_django.fixtures import Settings

from sandboxes.preview import headers


def test_nothing_of_the_dashboards_reaches_an_app() -> None:
    ours = f"{settings.SESSION_COOKIE_NAME}=secret; theme=dark; {settings.CSRF_COOKIE_NAME}=secret".encode()
    inward = headers.inward(
        [
            (b"Host", b"p-x.localhost:8000"),
            (b"Cookie", ours),
            (b"Authorization", b"Bearer secret"),
            (b"X-Forwarded-For", b"10.0.0.1"),
            (b"Forwarded", b"for=10.0.0.1"),
            (b"Accept", b"*/*"),
        ],
        port=5173,
    )
    assert inward == [(b"host", b"localhost:5173"), (b"cookie", b"theme=dark"), (b"accept", b"*/*")]


def test_a_request_with_only_our_cookies_has_none() -> None:
    inward = headers.inward([(b"cookie", f"{settings.SESSION_COOKIE_NAME}=secret".encode())], port=1)
    assert inward == [(b"host", b"localhost:1")]


def test_the_origin_is_the_one_a_dev_server_expects() -> None:
    inward = headers.inward([(b"origin", b"http://p-x.localhost:8000")], port=5173)
    assert (b"origin", b"http://localhost:5173") in inward


def test_headers_of_one_hop_stay_on_it_in_both_directions() -> None:
    hop = [
        (b"Connection", b"keep-alive, X-Secret"),
        (b"X-Secret", b"1"),
        (b"Keep-Alive", b"timeout=5"),
        (b"Transfer-Encoding", b"chunked"),
        (b"Upgrade", b"h2c"),
        (b"TE", b"trailers"),
    ]
    assert headers.inward(hop, port=1) == [(b"host", b"localhost:1")]
    assert headers.outward(hop) == headers.ours()


def test_an_app_cannot_set_wider_cookies_or_ours() -> None:
    outward = headers.outward(
        [
            (b"Set-Cookie", b"a=1; Path=/; Domain=localhost; HttpOnly"),
            (b"Set-Cookie", f"{settings.SESSION_COOKIE_NAME}=stolen; Path=/".encode()),
        ]
    )
    assert [value for name, value in outward if name == b"set-cookie"] == [b"a=1; Path=/; HttpOnly"]


def test_only_the_dashboard_may_frame_an_app(settings: Settings) -> None:
    settings.SITE_URL = "https://djinn.example"
    outward = headers.outward(
        [
            (b"X-Frame-Options", b"DENY"),
            (b"Content-Security-Policy", b"default-src 'self'; frame-ancestors 'none'"),
            (b"Content-Security-Policy", b"frame-ancestors *"),
        ]
    )
    policies = [value for name, value in outward if name == b"content-security-policy"]
    assert policies == [b"default-src 'self'", b"frame-ancestors 'self' https://djinn.example"]
    assert not [name for name, _ in outward if name == b"x-frame-options"]


def test_a_laptops_other_name_may_frame_it_too(settings: Settings) -> None:
    settings.SITE_URL = "http://localhost:9000"
    assert headers.dashboards() == ["'self'", "http://localhost:9000", "http://127.0.0.1:9000"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (b"referrer-policy", b"same-origin"),
        (b"x-robots-tag", b"noindex"),
        (b"origin-agent-cluster", b"?1"),
        (b"cross-origin-resource-policy", b"same-origin"),
    ],
)
def test_every_answer_says_what_a_preview_is(name: bytes, value: bytes) -> None:
    outward = headers.outward([(name, b"something else")])
    assert [found for key, found in outward if key == name] == [value]
