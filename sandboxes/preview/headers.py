"""Which headers cross between a visitor and an app, and what is added. Pure rules over byte pairs."""

from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

from django.conf import settings

Headers = list[tuple[bytes, bytes]]

_HOP = frozenset({
    *(b"connection", b"keep-alive", b"proxy-connection", b"te", b"trailer", b"transfer-encoding", b"upgrade"),
    *(b"proxy-authenticate", b"proxy-authorization"),
})  # fmt: skip
_PRIVATE = frozenset({b"authorization", b"forwarded", b"expect", b"host", b"origin", b"x-real-ip"})
_REPLACED = frozenset({
    *(b"x-frame-options", b"referrer-policy", b"x-robots-tag", b"origin-agent-cluster"),
    *(b"cross-origin-resource-policy", b"strict-transport-security", b"alt-svc", b"server", b"clear-site-data"),
})  # fmt: skip


def ours() -> Headers:
    """What every answer of a preview says, whoever wrote its body."""
    return [
        (b"content-security-policy", f"frame-ancestors {' '.join(dashboards())}".encode()),
        (b"referrer-policy", b"same-origin"),
        (b"x-robots-tag", b"noindex"),
        (b"origin-agent-cluster", b"?1"),
        (b"cross-origin-resource-policy", b"same-origin"),
    ]


def dashboards() -> list[str]:
    """The origins that may show a preview in a frame. A laptop has two names for itself."""
    origins = ["'self'", settings.SITE_URL]
    site = urlsplit(settings.SITE_URL)
    if site.hostname == "localhost":
        origins.append(f"{site.scheme}://127.0.0.1" + (f":{site.port}" if site.port else ""))
    return origins


def inward(headers: Iterable[tuple[bytes, bytes]], *, port: int) -> Headers:
    """A visitor's headers as the app may see them: nothing of the dashboard's, and a host it expects."""
    headers = [(name.lower(), value) for name, value in headers]
    dropped = _HOP | _PRIVATE | _named_by_connection(headers)
    kept: Headers = [(b"host", f"localhost:{port}".encode())]
    for name, value in headers:
        if name in dropped or name.startswith((b"x-forwarded-", b"sec-websocket-")):
            continue
        allowed = _without_our_cookies(value) if name == b"cookie" else value
        if allowed:
            kept.append((name, allowed))
    if any(name == b"origin" for name, _ in headers):
        kept.append((b"origin", f"http://localhost:{port}".encode()))
    return kept


def outward(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    """An app's headers as the visitor sees them: no wider cookies, no say in who may frame it.

    A length beside a transfer coding is not the body's, and whoever believed it would take the rest for
    the next answer.
    """
    headers = [(name.lower(), value) for name, value in headers]
    dropped = _HOP | _REPLACED | _named_by_connection(headers)
    if any(name == b"transfer-encoding" for name, _ in headers):
        dropped |= {b"content-length"}
    kept: Headers = []
    for name, value in headers:
        change = _CHANGED.get(name)
        allowed = change(value) if change else value
        if allowed and name not in dropped:
            kept.append((name, allowed))
    return kept + ours()


def get(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> bytes:
    return next((value for key, value in headers if key.lower() == name), b"")


def _named_by_connection(headers: Headers) -> frozenset[bytes]:
    values = (value for name, value in headers if name == b"connection")
    return frozenset(word.strip().lower() for value in values for word in value.split(b","))


def _ours_by_name(pair: bytes) -> bool:
    name = pair.split(b"=", 1)[0].strip().decode("latin-1")
    return name in {settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME}


def _without_our_cookies(value: bytes) -> bytes:
    pairs = (pair.strip() for pair in value.split(b";"))
    return b"; ".join(pair for pair in pairs if pair and not _ours_by_name(pair))


def _host_only(value: bytes) -> bytes:
    pair, *attributes = value.split(b";")
    if _ours_by_name(pair):
        return b""
    kept = [part for part in attributes if part.split(b"=", 1)[0].strip().lower() != b"domain"]
    return b";".join([pair, *kept])


def _without_frame_ancestors(value: bytes) -> bytes:
    directives = (part.strip() for part in value.split(b";"))
    return b"; ".join(part for part in directives if part and part.split()[0].lower() != b"frame-ancestors")


_CHANGED: dict[bytes, Callable[[bytes], bytes]] = {
    b"set-cookie": _host_only,
    b"content-security-policy": _without_frame_ancestors,
    b"content-security-policy-report-only": _without_frame_ancestors,
}
