"""Keeps some boxes ready for the kinds of app that were used lately: one leader's duty, and never in anybody's way."""

import contextlib
import logging
import uuid
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from sandboxes import stacks
from sandboxes.backends import base
from sandboxes.enums import SandboxState, SpareState
from sandboxes.errors import NoBackend, SandboxLost
from sandboxes.models import Sandbox, Spare
from sandboxes.models import duties as leases
from sandboxes.runtime import lifecycle, spares, warming
from sandboxes.runtime.stacks import prepare
from sandboxes.stacks import Stack
from sandboxes.wire import Refused, boxes, connections, loop

log = logging.getLogger(__name__)

DUTY = "keep boxes ready"
EVERY = 15.0
LATELY = timedelta(hours=6)
_MAKING = 90.0
_MANY = 1000
_STARTING = (SandboxState.CREATING, SandboxState.WAKING)
_FRESH = timedelta(seconds=60)


def fill() -> None:
    """1. What a leader before us was making when it died is nobody's.
    2. What is too much, or of another recipe, goes.
    3. What is missing is made, one after another, as long as nobody starts an app.
    """
    forget_unfinished()
    wanted = _wanted()
    _drain(wanted)
    for stack, recipe in wanted.items():
        while _ready(stack, recipe).count() < settings.SANDBOX_POOL and Spare.objects.count() < _room():
            if _is_busy() or not _make(stack, recipe):
                return


def forget_unfinished() -> None:
    """Their boxes, if there are any, are nobody's: the reaper's."""
    Spare.objects.filter(state=SpareState.MAKING).delete()


def clear_up_after_the_dead() -> None:
    """When no leader is at work, nobody makes what is said to be in the making."""
    if not leases.is_taken(DUTY):
        forget_unfinished()


def drain_all() -> None:
    """When the machine stops working."""
    _end(Spare.objects.all())


def _wanted() -> dict[Stack, str]:
    """The kinds that were used lately, and the recipe for each. Nothing where no box can be made at once."""
    if not settings.SANDBOX_POOL:
        return {}
    try:
        backend, info = loop.call(boxes.chosen(), 60)
    except (NoBackend, TimeoutError):
        return {}
    if not info.is_prepared:
        return {}
    used = Sandbox.objects.filter(touched_at__gt=timezone.now() - LATELY, project__archived_at=None)
    names = set(used.exclude(stack="").values_list("stack", flat=True).distinct())
    able = [one for one in stacks.ALL if one.name in names and one.needs_box and info.programs.issuperset(one.needs)]
    return {stack: spares.recipe(stack, backend, info) for stack in able}


def _ready(stack: Stack, recipe: str) -> "QuerySet[Spare]":
    return Spare.objects.filter(stack=stack.name, recipe=recipe, state=SpareState.READY)


def _room() -> int:
    """They take places that nobody else wants."""
    if Sandbox.objects.filter(state=SandboxState.WAITING, project__archived_at=None).exists():
        return 0
    return max(0, settings.SANDBOX_MOST - Sandbox.objects.with_place().count()) if settings.SANDBOX_MOST else _MANY


def _drain(wanted: dict[Stack, str]) -> None:
    kept: list[uuid.UUID] = []
    for stack, recipe in wanted.items():
        kept += _ready(stack, recipe).values_list("pk", flat=True)[: settings.SANDBOX_POOL]
    kept = kept[: _room()]
    _end(Spare.objects.exclude(pk__in=kept))


def _end(rows: Iterable[Spare]) -> None:
    """First the row: whoever was given the box meanwhile keeps it. What cannot be ended now is the reaper's."""
    for spare in rows:
        if Spare.objects.filter(pk=spare.pk).delete()[0]:
            _end_box(spare)


def _end_box(spare: Spare) -> None:
    with contextlib.suppress(SandboxLost, TimeoutError):
        lifecycle.end_box(_box_of(spare))


def _box_of(spare: Spare) -> base.Handle:
    return {"backend": spare.backend, "id": spare.box}


def _is_busy() -> bool:
    """Somebody waits for an app right now, and has the machine to himself."""
    return Sandbox.objects.filter(state__in=_STARTING, updated_at__gt=timezone.now() - _FRESH).exists()


def _make(stack: Stack, recipe: str) -> bool:
    """First the row, then the box; ready when both are. Killed in between, neither is left by the reaper."""
    backend, info = loop.call(boxes.chosen(), 60)
    spare = Spare.objects.create(stack=stack.name, backend=backend.name, recipe=recipe)
    is_made = False
    try:
        prepare(stack)
        more = loop.call(_build(spare, stack, backend), _MAKING)
        handle = {**_box_of(spare), "stack": stack.name, "isolation": info.isolation, **more}
        making = Spare.objects.filter(pk=spare.pk, state=SpareState.MAKING)
        is_made = bool(making.update(state=SpareState.READY, handle=handle))
    except (SandboxLost, Refused, TimeoutError, OSError) as failed:
        log.info("No box of %s could be kept ready: %s", stack.name, failed)
    finally:
        if not is_made:  # also when another leader took us for dead
            Spare.objects.filter(pk=spare.pk).delete()
            _end_box(spare)
    return is_made


async def _build(spare: Spare, stack: Stack, backend: base.SandboxBackend) -> dict[str, Any]:
    """Made, loaded and paused: a box that waits costs memory alone. The wire stays, for whoever is given the box."""
    spec = base.Spec(
        id=spare.box, template=stack.template, limits=boxes.limits(), env=dict(stack.env), labels={"spare": stack.name}
    )
    with boxes.losses():
        handle = await backend.create(spec)
        wire = await connections.get(handle["id"], backend, handle)
        kept = await warming.prepare(wire, stack)
        await backend.pause(handle)
    return kept
