"""What visitors send to apps and get from them, written down every few seconds and not with each request.

A connection is counted when it ends. What a killed process had not written down is not counted.
"""

import asyncio
import logging
from uuid import UUID

from django.db import DatabaseError

from projects.threads import in_thread
from sandboxes.wire import traffic

log = logging.getLogger(__name__)

_EVERY = 5.0
_kept: dict[UUID, tuple[int, int]] = {}
_writing: set["asyncio.Task[None]"] = set()


def note(sandbox_id: UUID, *, into: int, out: int) -> None:
    is_first = sandbox_id not in _kept
    before = _kept.get(sandbox_id, (0, 0))
    _kept[sandbox_id] = (before[0] + into, before[1] + out)
    if is_first:
        task = asyncio.get_running_loop().create_task(_write(sandbox_id))
        _writing.add(task)
        task.add_done_callback(_writing.discard)


async def _write(sandbox_id: UUID) -> None:
    try:
        await asyncio.sleep(_EVERY)
    finally:
        into, out = _kept.pop(sandbox_id)
    try:
        await in_thread(traffic.add, sandbox_id, into=into, out=out)
    except DatabaseError as busy:
        log.warning("What went through the preview of %s was not counted: %s", sandbox_id, busy)
