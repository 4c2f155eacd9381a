"""The way into a preview: a pass or a link is swapped for the cookie of its host; whoever brings neither is refused.

It stands at reserved addresses, so that nothing of it reaches the app: neither what lets in nor where it was given.
"""

from urllib.parse import parse_qsl, quote, urlencode

from asgiref.typing import ASGISendCallable, HTTPScope, WebSocketScope
from django.conf import settings
from django.urls import reverse

from projects.threads import in_thread
from sandboxes.models import addresses
from sandboxes.preview import answers, bridge, cookies, headers, links, pages, passes, upstream
from sandboxes.preview.passes import Guest

PLACE = f"{bridge.PLACE}enter"
SHARED = f"{bridge.PLACE}share"
_MOST_COOKIES = 8
_MOST_PATH = 2000
# Before a path's first letter: two slashes of any kind would name another host, and browsers skip what is not printed.
_LEADING = "/\\" + "".join(map(chr, range(33)))
_PLAIN = "/?&=%:+,;@!$'()*~[]"


def is_at(path: str) -> bool:
    return path in {PLACE, SHARED}


def address(label: str, passage: str, *, to: str = "") -> str:
    """Where that pass lets somebody in, and then leads to a path of the app."""
    asked = {"pass": passage} | ({"to": to} if to else {})
    return f"{addresses.url(label).rstrip('/')}{PLACE}?{urlencode(asked)}"


def shared(label: str, secret: str) -> str:
    """Where whoever has the secret of a link comes in. Paths stand in logs, so it is no part of one."""
    return f"{addresses.url(label).rstrip('/')}{SHARED}?{urlencode({'link': secret})}"


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
        await answers.send_all(send, 204)  # a browser that only looks ahead must not use a pass up
    elif scope["method"] != "GET":
        await answers.send_all(send, 405, more=[(b"allow", b"GET")])
    elif scope["path"] == PLACE:
        await _swap(scope, send)
    else:
        await _open(scope, send)


async def _swap(scope: HTTPScope, send: ASGISendCallable) -> None:
    label, asked = _label(scope), _asked(scope)
    place = within(asked.get("to", ""))
    guest = await in_thread(passes.redeem, label, asked.get("pass", ""))
    if guest is not None:
        await _let_in(send, label, guest, place)
    elif guest_of(scope, label):
        await _lead(send, place, [])  # loaded again: the pass is used up, and nothing is lost by it
    else:
        await pages.show(send, _private(label, place))


async def _open(scope: HTTPScope, send: ASGISendCallable) -> None:
    label, asked = _label(scope), _asked(scope)
    link = await in_thread(links.find, label, asked.get("link", ""))
    if link is None:
        await pages.show(send, pages.ENDED)
    else:
        await links.note(link)
        await _let_in(send, label, Guest(link=link), within(asked.get("to", "")))


def _asked(scope: HTTPScope) -> dict[str, str]:
    try:
        return dict(parse_qsl(scope["query_string"].decode("latin-1"), max_num_fields=8))
    except ValueError:
        return {}


async def _let_in(send: ASGISendCallable, label: str, guest: Guest, place: str) -> None:
    cookie = passes.make_cookie(label, guest)
    await _lead(send, place, cookies.made(cookie, seconds=passes.COOKIE_SECONDS))


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
