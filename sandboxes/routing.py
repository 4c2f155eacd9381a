"""The sockets of this app."""

import re

from django.urls import path

from sandboxes.consumers import TerminalSocket

_TERMINAL = re.compile(r"/ws/projects/[^/]+/terminal/")

websocket_urlpatterns = [
    path("ws/projects/<uuid:project_id>/terminal/", TerminalSocket.as_asgi()),  # type: ignore[arg-type]  # Channels' routes are Django's
]


def serves(path: str) -> bool:
    """Whether it is a terminal's, of whichever project."""
    return _TERMINAL.fullmatch(path) is not None
