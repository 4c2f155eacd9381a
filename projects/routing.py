"""The sockets of this app."""

from django.urls import path

from projects.consumers import LiveFeed

websocket_urlpatterns = [
    path("live/projects/<uuid:project_id>/", LiveFeed.as_asgi()),  # type: ignore[arg-type]  # Channels' routes are Django's
]
