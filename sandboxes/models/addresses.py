"""Where a sandbox's preview is reached: an origin of its own, named by its label."""

import re
from urllib.parse import urlsplit

from django.conf import settings

_LABEL = re.compile(r"p-([a-z2-7]{26})")


def url(label: str) -> str:
    return origin(f"p-{label}") + "/"


def origin(name: str) -> str:
    """A name under the preview domain, on the site's own scheme, and on its port unless previews have another."""
    site = urlsplit(settings.SITE_URL)
    port = settings.PREVIEW_PORT or site.port
    return f"{site.scheme}://{name}.{settings.PREVIEW_DOMAIN}" + (f":{port}" if port else "")


def label_of(host: str) -> str | None:
    """The label in a Host header: empty when malformed, None when the host is no preview's at all."""
    first, _, domain = host.rsplit(":", 1)[0].lower().rstrip(".").partition(".")
    if domain != settings.PREVIEW_DOMAIN.lower() or not first.startswith("p-"):
        return None
    match = _LABEL.fullmatch(first)
    return match.group(1) if match else ""
