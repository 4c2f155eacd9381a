"""So many boxes at once, of all apps and of one owner's, and a fair line of those for which there is no place.

Whoever has the fewest boxes comes first; of equals, who has waited longest. So an owner of fifty apps does not keep
others waiting for more than one of them. The line is rows: whoever stood up for one of them may die.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from projects.enums import ChangeSetState
from sandboxes.enums import SandboxState
from sandboxes.models import Duty, Sandbox
from sandboxes.runtime import resting, states, turns

_NAME = "places"
_MOST = 50
# A job asks for its app once a second. For what nobody asks any more, the clock does.
_SILENT = timedelta(seconds=90)
_WORDS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")


@dataclass(frozen=True)
class Waiting:
    sandbox: UUID
    owner: int
    since: datetime


class Taken(Exception):
    """`idle`: boxes that nobody uses, the longest unused first, of which one can make room."""

    def __init__(self, reason: str, idle: Sequence[Sandbox]) -> None:
        super().__init__(reason)
        self.reason, self.idle = reason, idle


def take(sandbox: Sandbox, to: SandboxState, **fields: Any) -> bool:
    """Move it to where its box is made, if there is a place for it. False when the row was moved by somebody else.

    One at a time counts and moves: two would both find the last place free.
    """
    if not settings.SANDBOX_MOST and not settings.SANDBOX_MOST_EACH:
        return states.move(sandbox, to, **fields)
    Duty.objects.get_or_create(name=_NAME)
    with transaction.atomic():
        Duty.objects.select_for_update(no_key=True).get(name=_NAME)
        stands = _Standing(sandbox)
        if not stands.reason:
            return states.move(sandbox, to, **fields)
    raise Taken(stands.reason, stands.idle())


def stand_in_line(sandbox: Sandbox, reason: str) -> None:
    """At its end, or where it stands; told when what is said of it changes. A box that was lost is the reaper's."""
    now = timezone.now()
    Sandbox.objects.filter(pk=sandbox.pk).update(touched_at=now)
    if sandbox.state != SandboxState.WAITING or sandbox.note != reason:
        since = sandbox.waits_since or now
        states.move(sandbox, SandboxState.WAITING, note=reason, waits_since=since, handle={}, port=None, tree_hash="")


def leave(sandbox: Sandbox) -> None:
    if sandbox.state == SandboxState.WAITING:
        states.move(sandbox, SandboxState.SLEEPING if has_slept(sandbox) else SandboxState.ABSENT)


def has_slept(sandbox: Sandbox) -> bool:
    """Of one that waits: whether it had a box before."""
    return sandbox.state == SandboxState.WAITING and bool(sandbox.stack)


def advance() -> list[str]:
    """Those that may be started now, or make somebody rest; everybody is told how it stands with theirs.

    A job asks for its app by itself, as long as it is at it. Those of archived projects leave the line.
    """
    line = Sandbox.objects.filter(state=SandboxState.WAITING).order_by("waits_since")
    asked = []
    for sandbox in line.select_related("project", "branch", "changeset")[:_MOST]:
        if sandbox.project.archived_at:
            leave(sandbox)
            continue
        stands = _Standing(sandbox)
        if not _is_asked_for(sandbox) and (not stands.reason or stands.idle()):
            asked.append(str(sandbox.pk))
        elif stands.reason and stands.reason != sandbox.note:
            since = sandbox.waits_since
            states.move(sandbox, SandboxState.WAITING, note=stands.reason, waits_since=since)
    return asked


def _is_asked_for(sandbox: Sandbox) -> bool:
    """By a job, which writes."""
    is_written = sandbox.changeset is not None and sandbox.changeset.state == ChangeSetState.OPEN
    return is_written and sandbox.touched_at is not None and timezone.now() - sandbox.touched_at < _SILENT


def in_turn(line: Sequence[Waiting], held: Counter[int], most_each: int) -> list[UUID]:
    """The order in which they are let in, place by place. Who has as many as may be waits for his own and not here."""
    left, held, order = sorted(line, key=lambda one: (one.since, one.sandbox)), held.copy(), []
    while able := [one for one in left if not most_each or held[one.owner] < most_each]:
        first = min(able, key=lambda one: held[one.owner])
        left.remove(first)
        held[first.owner] += 1
        order.append(first.sandbox)
    return order


class _Standing:
    """How it stands with one that wants a place. `reason` is empty when it may have one now."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox, self.owner = sandbox, sandbox.project.owner_id
        others = Sandbox.objects.exclude(pk=sandbox.pk)
        self.held: Counter[int] = Counter(others.with_place().values_list("project__owner", flat=True))
        waiting = others.filter(state=SandboxState.WAITING, project__archived_at=None).select_related("project")
        line = [Waiting(one.pk, one.project.owner_id, one.waits_since or timezone.now()) for one in waiting]
        mine = Waiting(sandbox.pk, self.owner, sandbox.waits_since or timezone.now())
        order = in_turn([*line, mine], self.held, settings.SANDBOX_MOST_EACH)
        self.is_first_of_own = all(one.since >= mine.since for one in line if one.owner == self.owner)
        self.before = order.index(mine.sandbox) if mine.sandbox in order else None
        self.reason = self._reason()

    def _reason(self) -> str:
        if self.before is None:
            return f"{self.held[self.owner]} apps of this owner run already, as many as may. One has to rest first."
        free = settings.SANDBOX_MOST - self.held.total() if settings.SANDBOX_MOST else self.before + 1
        if self.before < free:
            return ""
        if self.before == 0:
            return "All places are taken by apps in use. Yours is the next to start."
        count = _WORDS[self.before] if self.before < len(_WORDS) else str(self.before)
        return f"{count} app{' is' if self.before == 1 else 's are'} started before yours."

    def idle(self) -> list[Sandbox]:
        """Only who comes next makes others rest: all of them; who may have no more, his own."""
        if self.before is None:
            return self._unused(Q(project__owner=self.owner)) if self.is_first_of_own else []
        return self._unused(Q()) if self.before == 0 else []

    def _unused(self, of: Q) -> list[Sandbox]:
        rows = Sandbox.objects.with_box().filter(of).exclude(pk=self.sandbox.pk).select_related("project", "branch")
        ready = resting.idle(rows, timezone.now()).values("pk")
        unused = rows.filter(Q(state=SandboxState.PAUSED) | Q(pk__in=ready))
        found = unused.order_by(F("touched_at").asc(nulls_first=True))[:_MOST]
        return [one for one in found if not turns.is_taken(one)]
