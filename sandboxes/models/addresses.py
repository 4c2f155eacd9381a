"""Where a sandbox's preview is reached: an origin of its own, named by its label."""

import re
from urllib.parse import urlsplit

from django.conf import settings

_LABEL = re.compile(r"p-([a-z2-7]{26})")


def url(label: str) -> str:
    """On the scheme and port of the site itself, under the preview domain."""
    site = urlsplit(settings.SITE_URL)
    port = f":{site.port}" if site.port else ""
    return f"{site.scheme}://p-{label}.{settings.PREVIEW_DOMAIN}{port}/"


def label_of(host: str) -> str | None:
    """The label in a Host header: empty when malformed, None when the host is no preview's at all."""
    first, _, domain = host.rsplit(":", 1)[0].lower().rstrip(".").partition(".")
    if domain != settings.PREVIEW_DOMAIN.lower() or not first.startswith("p-"):
        return None
    match = _LABEL.fullmatch(first)
    return match.group(1) if match else ""
