"""What every template may ask about this installation."""

from typing import TypedDict

from django.conf import settings
from django.http import HttpRequest


class Site(TypedDict):
    demo: bool
    model_name: str
    has_bundle: bool
    signup_open: bool
    sends_letters: bool


def site(request: HttpRequest) -> Site:
    name: str = settings.DJINN_MODEL.partition(",")[0].strip()
    return {
        "demo": name.partition("/")[0] == "demo",
        "model_name": name,
        "has_bundle": _has_bundle(),
        "signup_open": settings.SIGNUP_OPEN,
        "sends_letters": bool(settings.MAIL_URL),
    }


def _has_bundle() -> bool:
    """Asked each time: a bundle built beside a running server is picked up by the next page."""
    return bool((settings.BUNDLE_DIR / "main.js").is_file())
