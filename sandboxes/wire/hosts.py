"""Which hosts packages come from: the registries npm and pip are set to, and where these keep their files."""

import json
import re
import threading
import time
import urllib.request
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from sandboxes.backends import registries

FETCH_SECONDS = 10
MAX_PAGE = 4 << 20
FRESH, RETRY = 3600.0, 60.0
LINK = re.compile(rb"""href=["'](https://[^"'#]+)""")

_lock = threading.Lock()
_known: dict[registries.Registries, tuple[float, frozenset[str]]] = {}


def hosts_of(found: registries.Registries) -> frozenset[str]:
    """Asked of the registries themselves, then remembered for an hour. Blocks while it asks."""
    with _lock:
        expires, hosts = _known.get(found, (0.0, frozenset()))
        if time.monotonic() >= expires:
            pages = list(_pages(found))
            complete = all(page is not None for _, page in pages)
            expires = time.monotonic() + (FRESH if complete else RETRY)
            hosts = frozenset(_hosts(pages))
            _known[found] = (expires, hosts)
        return hosts


def hosts_from_package_managers() -> frozenset[str]:
    """Of this machine's own npm and pip."""
    return hosts_of(registries.find())


def _pages(found: registries.Registries) -> Iterator[tuple[str, bytes | None]]:
    """Each registry with a page of it that links to files; both sorts know their own package manager."""
    for registry in dict.fromkeys([found.npm, *(url for _, url in found.scopes)]):
        if registry:
            yield registry, _fetch(registry.rstrip("/") + "/npm/latest")
    for index in dict.fromkeys([found.pip, *found.pip_extra]):
        if index:
            yield index, _fetch(index.rstrip("/") + "/pip/")


def _hosts(pages: Iterable[tuple[str, bytes | None]]) -> Iterator[str]:
    for registry, page in pages:
        for link in (registry, *_links(page or b"")):
            parts = urlsplit(link)
            if parts.scheme == "https" and parts.hostname:
                yield parts.hostname


def _links(page: bytes) -> list[str]:
    """npm answers with JSON that names one file, a Python index with a page of links."""
    try:
        return [str(json.loads(page)["dist"]["tarball"])]
    except (ValueError, KeyError, TypeError):
        return [link.decode("ascii", "replace") for link in LINK.findall(page)]


def _fetch(url: str) -> bytes | None:
    try:
        with urllib.request.urlopen(url, timeout=FETCH_SECONDS) as answer:  # noqa: S310 — https only, as configured
            page: bytes = answer.read(MAX_PAGE)
            return page
    except (OSError, ValueError):
        return None
