"""Boxes kept ready for a test, and what is left of them."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.utils import timezone

from sandboxes.models import Sandbox, Spare
from sandboxes.runtime import filling
from sandboxes.wire import boxes, loop


def lately(sandbox: Sandbox, stack: str = "react-vite") -> None:
    """An app of this kind was used a moment ago."""
    Sandbox.objects.filter(pk=sandbox.pk).update(stack=stack, touched_at=timezone.now())


def filled(sandbox: Sandbox, stack: str = "react-vite") -> Spare:
    lately(sandbox, stack)
    filling.fill()
    return Spare.objects.get()


@contextmanager
def drained(backend: str) -> Iterator[str]:
    """On this back end, and none is left afterwards."""
    settings.SANDBOX_BACKEND = backend
    boxes.forget()
    try:
        yield backend
    finally:
        filling.drain_all()
        boxes.forget()


def state_of(spare: Spare) -> str:
    backend = boxes.every()[spare.backend]
    return loop.call(backend.state({"backend": spare.backend, "id": spare.box}), 20)


def alive() -> set[str]:
    """All boxes of this installation on bubblewrap."""
    return {owned.handle["id"] for owned in loop.call(boxes.every()["process"].list_owned(boxes.install_id()), 60)}
