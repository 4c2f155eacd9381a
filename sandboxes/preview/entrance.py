"""The way into a preview: a pass is swapped for the cookie of its host, and whoever brings neither is refused.

It stands at a reserved address, so that nothing of it reaches the app: neither the pass nor where it was given.
"""

from urllib.parse import parse_qsl, quote, urlencode

from asgiref.typing import ASGISendCallable, HTTPScope, WebSocketScope
from django.conf import settings
from django.urls import reverse

from projects.threads import in_thread
from sandboxes.models import addresses
from sandboxes.preview import answers, bridge, cookies, headers, pages, passes, upstream
from sandboxes.preview.passes import Guest

PLACE = f"{bridge.PLACE}enter"
_MOST_COOKIES = 8
_MOST_PATH = 2000
# Before a path's first letter: two slashes of any kind would name another host, and browsers skip what is not printed.
_LEADING = "/\\" + "".join(map(chr, range(33)))
_PLAIN = "/?&=%:+,;@!$'()*~[]"


def is_at(path: str) -> bool:
    return path == PLACE


def address(label: str, passage: str, *, to: str = "") -> str:
    """Where that pass lets somebody in, and then leads to a path of the app."""
    asked = {"pass": passage} | ({"to": to} if to else {})
    return f"{addresses.url(label).rstrip('/')}{PLACE}?{urlencode(asked)}"


def guest_of(scope: HTTPScope | WebSocketScope, label: str) -> Guest | None:
    """By a cookie of this very preview; what else stands under its name does not count."""
    if settings.PREVIEW_ACCESS == "open":
        return passes.ANYBODY
    for number, value in enumerate(cookies.given(scope["headers"])):
        if number < _MOST_COOKIES and (guest := passes.of_cookie(label, value)):
            return guest
    return None


async def serve(scope: HTTPScope, send: ASGISendCallable) -> None:
    if headers.get(scope["headers"], b"sec-purpose").startswith(b"prefetch"):
        await answers.send_all(send, 204)  # a browser that only looks ahead must not use the pass up
    elif scope["method"] != "GET":
        await answers.send_all(send, 405, more=[(b"allow", b"GET")])
    else:
        await _swap(scope, send)


async def _swap(scope: HTTPScope, send: ASGISendCallable) -> None:
    label = _label(scope)
    try:
        asked = dict(parse_qsl(scope["query_string"].decode("latin-1"), max_num_fields=8))
    except ValueError:
        asked = {}
    place = within(asked.get("to", ""))
    guest = await in_thread(passes.redeem, label, asked.get("pass", ""))
    if guest is not None:
        cookie = cookies.made(passes.make_cookie(label, guest), seconds=passes.COOKIE_SECONDS)
        await _lead(send, place, cookie)
    elif guest_of(scope, label):
        await _lead(send, place, [])  # loaded again: the pass is used up, and nothing is lost by it
    else:
        await pages.show(send, _private(label, place))


async def _lead(send: ASGISendCallable, place: str, cookie: headers.Headers) -> None:
    await answers.send_all(send, 303, more=[(b"location", place.encode()), *cookie])


def refusal(scope: HTTPScope) -> pages.Page:
    label = _label(scope)
    guest = guest_of(scope, label)
    if guest is not None and guest.link is not None:
        return pages.ENDED
    asked = upstream.target_of(scope.get("raw_path"), scope["path"], scope["query_string"])
    return _private(label, asked.decode("latin-1"))


def _private(label: str, place: str) -> pages.Page:
    to = urlencode({"to": place[:_MOST_PATH]}, errors="replace")
    return pages.private(f"{settings.SITE_URL}{reverse('sandboxes:preview', args=[label])}?{to}")


def within(asked: str) -> str:
    """A path of this very origin, whatever was asked for."""
    return "/" + quote(asked[:_MOST_PATH].lstrip(_LEADING), safe=_PLAIN, errors="replace")


def _label(scope: HTTPScope) -> str:
    return addresses.label_of(headers.get(scope["headers"], b"host").decode("latin-1")) or ""
