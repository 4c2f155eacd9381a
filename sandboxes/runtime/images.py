"""Builds the image that boxes of an engine start from, when somebody asks for it."""

from collections.abc import Callable

from django.conf import settings

from sandboxes.backends import base, docker
from sandboxes.errors import SandboxLost
from sandboxes.runtime.boxes import follow
from sandboxes.wire import boxes, loop

_SECONDS = 1800.0


def build(base_image: str, on_line: Callable[[str], None]) -> str:
    """Also when it is there: certificates of this machine may have changed. Its name."""
    backend = _backend(base_image)
    try:
        return follow(backend.build(on_line), timeout=_SECONDS)
    except base.Unavailable as failed:
        raise SandboxLost(str(failed)) from failed


def prune(base_image: str) -> list[str]:
    """The names of images of ours that were removed: all that are not today's, and not in use."""
    try:
        return loop.call(_backend(base_image).prune(), 120)
    except base.Unavailable as failed:
        raise SandboxLost(str(failed)) from failed


def _backend(base_image: str) -> docker.DockerBackend:
    return docker.DockerBackend(settings.DJINN_HOME, boxes.install_id(), boxes.address(), base_image=base_image)
