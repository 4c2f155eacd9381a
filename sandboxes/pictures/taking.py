"""Which apps are due for a picture, and the round in which they are taken: one after another, none twice.

An app is due when its files are others than those of its picture and it can be seen as it is: a box is neither woken
nor kept awake for it. Of files that nobody gets a picture of it is given up after two attempts.
"""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError
from django.db.models import F, Q
from django.utils import timezone

from projects.enums import ChangeSetState
from projects.services import contents
from sandboxes import stacks
from sandboxes.enums import SandboxState
from sandboxes.models import Picture, Sandbox
from sandboxes.models.shown import manifest_of
from sandboxes.pictures import camera, doors, programs
from sandboxes.pictures.errors import NoCamera, NoPicture
from sandboxes.preview import passes, targets
from sandboxes.runtime import turns
from sandboxes.wire import loop

log = logging.getLogger(__name__)

EVERY = 20.0
DUTY = "take pictures"
MOST_TRIES = 2
# Whoever saves file after file is not photographed at each.
_SETTLED = timedelta(seconds=5)
_MOST_LOOKED_AT = 200
_MOST_TAKEN = 5


def take_due() -> None:
    """Where there is no Chromium nothing is noted, so that all are due when there is one."""
    if programs.find() is None:
        return
    seen = set[UUID]()
    for _ in range(_MOST_TAKEN):
        # Asked anew each time: while one is taken, boxes come and go.
        found = next((target for target in due(timezone.now()) if target.sandbox.pk not in seen), None)
        if found is None or not take(found):
            return
        seen.add(found.sandbox.pk)


def due(now: datetime) -> Iterator[targets.Target]:
    """Those that changed last come first."""
    head = F("branch__head__tree_hash")
    is_new = Q(picture=None) | ~Q(picture__tree_hash=head)
    is_hopeful = Q(picture=None) | ~Q(picture__tried_hash=head) | Q(picture__tries__lt=MOST_TRIES)
    runs = Q(state=SandboxState.READY, port__isnull=False, tree_hash=head)
    rows = Sandbox.objects.select_related("project", "branch__head", "changeset").filter(
        is_new, is_hopeful, runs | Q(stack=""), project__archived_at=None, branch__head__created_at__lt=now - _SETTLED
    )
    settled = rows.exclude(changeset__state=ChangeSetState.OPEN).order_by("-branch__head__created_at")
    for sandbox in settled[:_MOST_LOOKED_AT]:
        target = _target(sandbox)
        if _can_be_seen(target):
            yield target


def _target(sandbox: Sandbox) -> targets.Target:
    manifest = manifest_of(sandbox)
    stack = stacks.choose(sandbox.planned, manifest)
    return targets.Target(passes.ANYBODY, sandbox, stack, manifest, is_under_way=False)


def _can_be_seen(target: targets.Target) -> bool:
    sandbox = target.sandbox
    if target.is_static:
        return "index.html" in target.manifest
    return sandbox.state == SandboxState.READY and bool(sandbox.port) and not turns.is_taken(sandbox)


def take(target: targets.Target) -> bool:
    """False when none can be taken here at all."""
    sandbox = target.sandbox
    tree = _head_of(sandbox)
    _note_try(sandbox, tree)
    if target.is_static:
        door, port = doors.to_files(target), doors.STATIC_PORT
    else:
        port = sandbox.port or 0
        door = doors.to_app(sandbox, port)
    try:
        picture, _ = loop.call(camera.take(door, port=port), camera.START * 4)
    except NoCamera as none:
        Picture.objects.filter(sandbox=sandbox).update(tries=0)
        log.info("No pictures are taken: %s", none)
        return False
    except (NoPicture, TimeoutError) as none:
        log.info("No picture of %s: %s", sandbox.project_id, none)
        return True
    if target.is_static or _shows_still(sandbox, tree):
        _keep(sandbox, tree, picture)
    return True


def _head_of(sandbox: Sandbox) -> str:
    return sandbox.branch.head.tree_hash if sandbox.branch.head else ""


def _shows_still(sandbox: Sandbox, tree: str) -> bool:
    """Somebody may have begun to write into the box while it was taken."""
    return Sandbox.objects.filter(pk=sandbox.pk, tree_hash=tree).exists()


def _note_try(sandbox: Sandbox, tree: str) -> None:
    """Before it is made: one that kills its worker counts, too."""
    found, _ = Picture.objects.get_or_create(sandbox=sandbox)
    tries = found.tries + 1 if found.tried_hash == tree else 1
    Picture.objects.filter(pk=found.pk).update(tried_hash=tree, tries=tries)


def _keep(sandbox: Sandbox, tree: str, picture: bytes) -> None:
    """In the place of the one before, whose content is collected when nothing else names it."""
    (kept,) = contents.keep([picture])
    try:
        Picture.objects.filter(sandbox=sandbox).update(tree_hash=tree, blob=kept.pieces[0], taken_at=timezone.now())
    except IntegrityError:
        log.info("The picture of %s came too late to be kept.", sandbox.project_id)
