"""The sockets of this app."""

from django.urls import path

from agents.consumers import ProjectSocket

websocket_urlpatterns = [
    path("ws/projects/<uuid:project_id>/", ProjectSocket.as_asgi()),  # type: ignore[arg-type]  # Channels' routes are Django's
    path("ws/<uuid:project_id>", ProjectSocket.as_asgi()),  # type: ignore[arg-type]  # as above; of the first API
]
