"""Compares the rows with what really runs, and puts away what nobody looks at."""

import logging
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from sandboxes.backends import base
from sandboxes.enums import SandboxState
from sandboxes.models import Sandbox
from sandboxes.runtime import lifecycle
from sandboxes.wire import boxes, loop

log = logging.getLogger(__name__)

IDLE = timedelta(minutes=15)
# A box is made before its row knows it.
_GRACE = timedelta(seconds=60)
_MOST = 200
_UNFINISHED = (SandboxState.CREATING, SandboxState.WAKING, SandboxState.STOPPING)


def reap() -> None:
    """Each part by itself; all of it may run twice at once without harm."""
    now = timezone.now()
    owned = loop.call(boxes.backend().list_owned(boxes.install_id()), 60)
    _destroy_orphans(owned, now)
    _correct_rows(owned)
    _free_unfinished(now)
    _sleep_idle(now)


def _destroy_orphans(owned: list[base.OwnedRef], now: datetime) -> None:
    known = set(_with_box().values_list("handle__id", flat=True))
    for box in owned:
        if box.handle["id"] not in known and now - box.created_at > _GRACE:
            log.info("Destroying box %s, which no sandbox knows.", box.handle["id"])
            lifecycle.end_box(box.handle)


def _correct_rows(owned: list[base.OwnedRef]) -> None:
    """A row whose box is gone says so. It comes back when somebody looks."""
    alive = {box.handle["id"] for box in owned if box.state in {"running", "paused"}}
    for sandbox in _with_box()[:_MOST]:
        if sandbox.handle["id"] not in alive and not _is_alive(sandbox):
            lifecycle.put_away(sandbox, SandboxState.SLEEPING)


def _is_alive(sandbox: Sandbox) -> bool:
    """Asked again: it may have been made after the list."""
    return loop.call(boxes.backend().state(boxes.handle_of(sandbox)), 20) in {"running", "paused"}


def _free_unfinished(now: datetime) -> None:
    """Whoever was making it has died over it."""
    for sandbox in _rows().filter(state__in=_UNFINISHED, updated_at__lt=now - _GRACE)[:_MOST]:
        lifecycle.put_away(sandbox, SandboxState.ABSENT)


def _sleep_idle(now: datetime) -> None:
    long_ago = now - IDLE
    idle = Q(touched_at__lt=long_ago) | Q(touched_at=None)
    for sandbox in _with_box().filter(idle, updated_at__lt=long_ago)[:_MOST]:
        lifecycle.put_away(sandbox, SandboxState.SLEEPING)


def _rows() -> QuerySet[Sandbox]:
    return Sandbox.objects.select_related("project", "branch").order_by("updated_at")


def _with_box() -> QuerySet[Sandbox]:
    return _rows().exclude(handle={})
