"""Looks at an app's page, and at the modules it is built from: a page alone says little of a bundled app."""

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import unescape
from urllib.parse import quote, urldefrag, urljoin, urlsplit

import h11

from projects.masking import Masker
from sandboxes.runtime import asking
from sandboxes.wire import Refused, Wire

_MODULES = 100
_HOPS = 5
_SCRIPT = re.compile(r"""<script\b[^>]*\bsrc=["']([^"']+)["'][^>]*>""", re.IGNORECASE)
# A dev server rewrites what an app imports of its own to addresses. A text that says "from '/somewhere'" is no import.
_IMPORT = re.compile(r"""\b(?:import\s*\(?|(?:import|export)\b[^"'`;()=]*?\bfrom)\s*["'](/[^"']+)["']""")
# Whatever else stands in an address has to be written as per cent.
_WRITTEN = "/%?&=:@!$'()*+,;~-._[]"
_TAG = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]*>", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class Ready:
    """`excerpt` is what the page said, or why it could not be seen. A status of 0: nothing answered."""

    ok: bool
    status: int
    excerpt: str
    log_tail: str = ""


async def look(wire: Wire, port: int, masker: Masker) -> Ready:
    try:
        at, page = await _first_page(wire, port)
        if _leads_away(page):
            return Ready(True, page.status, f"Leads to {masker.text(page.location)[:200]}")
        if page.status != 200 or not page.text.strip():
            return Ready(False, page.status, excerpt(page, masker))
        broken = await _first_broken(wire, port, masker, _own(_SCRIPT.findall(page.text), at))
    except (Refused, h11.RemoteProtocolError):
        return Ready(False, 0, "The app's server does not answer.")
    return broken or Ready(True, page.status, excerpt(page, masker))


async def _first_page(wire: Wire, port: int) -> tuple[str, asking.Answer]:
    """Where an app sends its visitors from the root, as far as that is the app itself."""
    at, page = "/", await asking.get(wire, port, "/")
    for _ in range(_HOPS):
        location = page.location.removeprefix(f"http://localhost:{port}")
        target = next(_own([location], at), None) if _leads_away(page) else None
        if target is None:
            break
        at, page = target, await asking.get(wire, port, target)
    return at, page


def _leads_away(page: asking.Answer) -> bool:
    return 300 <= page.status < 400 and bool(page.location)


async def _first_broken(wire: Wire, port: int, masker: Masker, targets: Iterable[str]) -> Ready | None:
    """Walks from module to module, as a browser would; within a bound."""
    waiting = deque(targets)
    seen: set[str] = set()
    while waiting and len(seen) < _MODULES:
        target = waiting.popleft()
        if target in seen:
            continue
        seen.add(target)
        module = await asking.get(wire, port, target, accept="*/*")
        if module.status >= 400:
            return Ready(False, module.status, f"{masker.text(target)}: {excerpt(module, masker)}")
        if "javascript" in module.content_type:
            waiting.extend(_own(_IMPORT.findall(module.text), target))
    return None


def _own(sources: Iterable[str], base: str) -> Iterator[str]:
    """The app's own modules: neither other hosts' nor the dev server's and its packages'."""
    for source in sources:
        try:
            target = quote(urldefrag(urljoin(base, unescape(source))).url, safe=_WRITTEN)
            parts = urlsplit(target)
        except ValueError:  # no address at all
            continue
        if not parts.netloc and not parts.scheme and not parts.path.startswith(("/@", "/node_modules/")):
            yield target


def excerpt(answer: asking.Answer, masker: Masker) -> str:
    """What is secret is masked before anything is cut."""
    whole = masker.text(answer.text)
    text = _TAG.sub(" ", whole) if "html" in answer.content_type else whole
    return " ".join(text.split())[:2000]
