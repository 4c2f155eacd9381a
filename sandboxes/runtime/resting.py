"""Boxes that nobody uses are paused after a while; and what a killed worker left between row and box is mended."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from projects.enums import ChangeSetState
from projects.models import Change
from sandboxes.backends import base
from sandboxes.enums import CommandKind, CommandState, SandboxState
from sandboxes.models import Command, Sandbox
from sandboxes.runtime import pausing, serve, turns

log = logging.getLogger(__name__)

IDLE = timedelta(minutes=2)
# Somebody who writes is not silent for longer; meanwhile what is written goes into the box.
_WRITES = timedelta(minutes=5)
# A row that was moved just now is somebody else's work.
_GRACE = timedelta(seconds=25)


def idle(rows: "QuerySet[Sandbox]", now: datetime) -> "QuerySet[Sandbox]":
    """Ready, with a box, and for a while neither looked at nor used."""
    long_ago = now - IDLE
    unused = Q(touched_at__lt=long_ago) | Q(touched_at=None)
    unwatched = Q(watched_at__lt=long_ago) | Q(watched_at=None)
    asked = Command.objects.filter(sandbox=OuterRef("pk")).exclude(kind=CommandKind.SERVE)
    busy = Exists(asked.exclude(state=CommandState.FINISHED))
    open_ones = Q(changeset__state=ChangeSetState.OPEN)
    staged = Change.objects.filter(changeset=OuterRef("changeset"), staged_at__gt=now - _WRITES)
    written = open_ones & (Q(changeset__created_at__gt=now - _WRITES) | Exists(staged))
    ready = rows.filter(unused, unwatched, state=SandboxState.READY, updated_at__lt=long_ago)
    return ready.exclude(busy).exclude(written)


def keep_words(sandbox_id: str) -> None:
    """Of a server that runs, for whoever reads its log where no box is reached."""
    sandbox = Sandbox.objects.select_related("project").filter(pk=sandbox_id, state=SandboxState.READY).first()
    if sandbox is not None and sandbox.handle:
        serve.keep_words(sandbox)


def rest(sandbox: Sandbox) -> bool:
    """Pause it, unless somebody has begun to use it meanwhile. What its server said can be read while it rests."""
    if turns.is_taken(sandbox):
        return False
    serve.keep_words(sandbox)
    return pausing.pause(sandbox)


def mend(rows: "QuerySet[Sandbox]", owned: Iterable[base.OwnedRef], now: datetime) -> list[Sandbox]:
    """Those whose box does not stand as the row says."""
    stands = {box.handle["id"]: box.state for box in owned}
    wrong = {SandboxState.READY: "paused", SandboxState.PAUSED: "running"}
    settled = rows.filter(updated_at__lt=now - _GRACE, state__in=wrong)
    return [one for one in settled if stands.get(one.handle["id"]) == wrong[SandboxState(one.state)]]


def put_right(sandbox: Sandbox) -> None:
    if sandbox.state == SandboxState.PAUSED:
        pausing.stand_still(sandbox)
    elif Sandbox.objects.filter(pk=sandbox.pk, state=SandboxState.READY).exists():
        pausing.resume(sandbox)
