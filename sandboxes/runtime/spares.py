"""Gives away boxes that were made before anybody asked for one: each once, to one app, for good."""

import hashlib
from typing import Any

from django.db import transaction
from django.utils import timezone

from sandboxes.backends import base
from sandboxes.enums import SandboxState, SpareState
from sandboxes.models import Sandbox, Spare
from sandboxes.runtime import states, warming
from sandboxes.stacks import Stack
from sandboxes.wire import boxes, loop


class LostTheRace(Exception):
    """The sandbox was moved by somebody else: the box stays a spare one."""


def recipe(stack: Stack, backend: base.SandboxBackend, info: base.BackendInfo) -> str:
    """Other packages, another image, other limits, another program of ours: another recipe."""
    told = [repr(stack), repr(boxes.limits()), info.name, info.isolation, backend.made_from(stack.template)]
    told.append(warming.PROGRAM.read_text())
    return hashlib.sha256("\0".join(told).encode()).hexdigest()


def give(sandbox: Sandbox, stack: Stack) -> dict[str, Any] | None:
    """The handle of a box that is this sandbox's from now on; None when there is none.

    1. Whoever deletes the row has the box: of two that want it, one does.
    2. In the same transaction the sandbox's row knows it. Killed before or after, one row knows the box, and never two.
    """
    rows = Spare.objects.filter(stack=stack.name, state=SpareState.READY)
    if not rows.exists():
        return None
    backend, info = loop.call(boxes.chosen(), 60)
    for spare in rows.filter(recipe=recipe(stack, backend, info)):
        if _taken(spare, sandbox):
            return dict(sandbox.handle)
    return None


def _taken(spare: Spare, sandbox: Sandbox) -> bool:
    handle = {**spare.handle, "given_at": timezone.now().isoformat()}
    with transaction.atomic():
        # Another one may be had at once: nobody waits for whoever is about to take this one.
        free = Spare.objects.select_for_update(no_key=True, skip_locked=True)
        if free.filter(pk=spare.pk, state=SpareState.READY).first() is None or not spare.delete()[0]:
            return False
        _write(sandbox, handle=handle, backend=spare.backend)
    return True


def give_up(sandbox: Sandbox) -> None:
    """The box that was given does not go on; the row forgets it before it is ended."""
    _write(sandbox, handle={}, backend="")


def _write(sandbox: Sandbox, **fields: Any) -> None:
    if not states.move_quietly(sandbox, SandboxState(sandbox.state), **fields):
        raise LostTheRace
