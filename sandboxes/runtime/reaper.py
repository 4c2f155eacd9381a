"""Compares the rows with what really runs, and puts away what nobody looks at."""

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from projects.enums import ChangeSetState
from sandboxes.backends import base
from sandboxes.enums import SandboxState
from sandboxes.models import Sandbox
from sandboxes.runtime import asked, lifecycle, measuring, resting, sync
from sandboxes.wire import boxes, loop

log = logging.getLogger(__name__)

IDLE = timedelta(minutes=15)
# A box is made before its row knows it. With a round every 30 s, none that nobody knows lives for a minute.
_GRACE = timedelta(seconds=25)
_UNFINISHED_AFTER = timedelta(seconds=60)
_MOST = 200
_UNFINISHED = (SandboxState.CREATING, SandboxState.WAKING, SandboxState.STOPPING)


Done = Counter[str]
"""What a round did, and how often; `failed` is what the next one tries again."""


def reap() -> Done:
    """What fails for one box is tried again at the next round; all of it may run twice at once without harm."""
    now, done = timezone.now(), Done()
    owned = list(_owned())
    _destroy_orphans(owned, now, done)
    _correct_rows(owned, done)
    _mend_pauses(owned, now, done)
    _free_unfinished(now, done)
    _sleep_idle(now, done)
    _pause_idle(now, done)
    _bring_up_to_date(now, done)
    done["settled"] += asked.settle(now)
    _do(partial(_measure, now, done), done, "")
    return +done


def _owned() -> Iterator[base.OwnedRef]:
    """Of every back end that answers, whichever is chosen for new boxes."""
    for backend in boxes.every().values():
        try:
            yield from loop.call(backend.list_owned(boxes.install_id()), 60)
        except (base.Unavailable, TimeoutError) as silent:
            log.debug("No boxes of %s are seen: %s", backend.name, silent)


def _destroy_orphans(owned: list[base.OwnedRef], now: datetime, done: Done) -> None:
    known = set(_with_box().values_list("handle__id", flat=True))
    for box in owned:
        if box.handle["id"] not in known and now - box.created_at > _GRACE:
            log.info("Destroying box %s, which no sandbox knows.", box.handle["id"])
            _do(partial(lifecycle.end_box, box.handle), done, "destroyed")


def _correct_rows(owned: list[base.OwnedRef], done: Done) -> None:
    """A row whose box is gone says so. It comes back when somebody looks."""
    alive = {box.handle["id"] for box in owned if box.state in {"running", "paused"}}
    for sandbox in _with_box().exclude(handle__id__in=alive)[:_MOST]:
        _do(partial(_correct, sandbox), done, "corrected")


def _correct(sandbox: Sandbox) -> bool:
    return not _is_alive(sandbox) and lifecycle.put_away(sandbox, SandboxState.SLEEPING)


def _is_alive(sandbox: Sandbox) -> bool:
    """Asked again: it may have been made after the list. Of a back end that is silent nothing is known."""
    handle = boxes.handle_of(sandbox)
    try:
        return loop.call(boxes.of(handle).state(handle), 20) in {"running", "paused"}
    except (base.Unavailable, TimeoutError):
        return True


def _mend_pauses(owned: list[base.OwnedRef], now: datetime, done: Done) -> None:
    """A worker was killed between row and box."""
    for sandbox in resting.mend(_with_box(), owned, now):
        _do(partial(resting.put_right, sandbox), done, "mended")


def _free_unfinished(now: datetime, done: Done) -> None:
    """Whoever was making it has died over it."""
    for sandbox in _rows().filter(state__in=_UNFINISHED, updated_at__lt=now - _UNFINISHED_AFTER)[:_MOST]:
        _do(partial(lifecycle.put_away, sandbox, SandboxState.ABSENT), done, "freed")


def _sleep_idle(now: datetime, done: Done) -> None:
    long_ago = now - IDLE
    idle = Q(touched_at__lt=long_ago) | Q(touched_at=None)
    still = Q(updated_at__lt=long_ago) | Q(state=SandboxState.PAUSED)
    for sandbox in _with_box().filter(idle, still)[:_MOST]:
        _do(partial(lifecycle.put_away, sandbox, SandboxState.SLEEPING), done, "put away")


def _pause_idle(now: datetime, done: Done) -> None:
    for sandbox in resting.idle(_with_box(), now)[:_MOST]:
        _do(partial(resting.rest, sandbox), done, "paused")


def _bring_up_to_date(now: datetime, done: Done) -> None:
    """A box that shows an older tree than its branch's head: the message that says so was lost."""
    behind = _with_box().filter(state=SandboxState.READY, updated_at__lt=now - _GRACE, branch__head__isnull=False)
    behind = behind.exclude(tree_hash=F("branch__head__tree_hash")).exclude(changeset__state=ChangeSetState.OPEN)
    for sandbox in behind[:_MOST]:
        _do(partial(sync.refresh, str(sandbox.pk)), done, "brought up to date")


def _measure(now: datetime, done: Done) -> None:
    done["measured"] += measuring.measure(now)


def _do(work: Callable[[], object], done: Done, what: str) -> None:
    """One box that cannot be ended must not save all the others. What says False did nothing."""
    try:
        if work() is not False and what:
            done[what] += 1
    except Exception:
        done["failed"] += 1
        log.exception("A box could not be put away; the next round tries again.")


def _rows() -> QuerySet[Sandbox]:
    return Sandbox.objects.select_related("project", "branch").order_by("updated_at")


def _with_box() -> QuerySet[Sandbox]:
    return _rows().exclude(handle={})
