"""Telling other processes to look: bells (an event was committed) and hints (worth showing, not keeping).

One thread per process rings for everybody, in order, so that neither a commit nor a model's stream ever waits
for the channel layer. When it cannot keep up, bells and hints are dropped: they may be lost by design.
"""

import asyncio
import atexit
import logging
import os
import queue
import threading
from typing import Any
from uuid import UUID

from channels.layers import get_channel_layer

log = logging.getLogger(__name__)

Message = dict[str, Any]

MOST_WAITING = 2000
SEND_SECONDS = 5
EXIT_SECONDS = 1


def group(project_id: UUID) -> str:
    return f"project.{project_id.hex}"


def ring(project_id: UUID, seq: int) -> None:
    """There is an event with this number."""
    _post(project_id, {"type": "feed.bell", "project": str(project_id), "seq": seq})


def hint(
    project_id: UUID,
    type: str,  # noqa: A002 - the contract's word
    payload: dict[str, Any],
    *,
    branch_id: int | None = None,
) -> None:
    """Something passing: a piece of a file being written, a line of a log."""
    shown = {"type": type, **payload}
    _post(project_id, {"type": "feed.hint", "project": str(project_id), "hint": shown, "branch": branch_id})


def ring_members(project_id: UUID) -> None:
    """Somebody's role changed: whoever holds a socket open asks again whether it may."""
    _post(project_id, {"type": "feed.members", "project": str(project_id)})


class _Ringer:
    def __init__(self) -> None:
        self.letters: queue.Queue[tuple[str, Message]] = queue.Queue(MOST_WAITING)
        self.is_heard = True
        threading.Thread(target=self._run, name="feed-ringer", daemon=True).start()

    def _run(self) -> None:
        # One loop for the life of the process: a layer keeps its connections per loop.
        with asyncio.Runner() as runner:
            while True:
                to, message = self.letters.get()
                try:
                    runner.run(_send(to, message))
                    self.is_heard = True
                except Exception as silence:
                    self._complain(silence)
                finally:
                    self.letters.task_done()

    def _complain(self, silence: Exception) -> None:
        """Once per silence: a model's stream would ring a hundred times a minute."""
        if self.is_heard:
            log.warning("Bells cannot be rung; pages look by themselves: %s", str(silence) or type(silence).__name__)
        self.is_heard = False

    def settle(self, seconds: float) -> bool:
        """Wait until everything handed in was sent, or the time is over."""
        with self.letters.all_tasks_done:
            return self.letters.all_tasks_done.wait_for(lambda: not self.letters.unfinished_tasks, seconds)


async def _send(to: str, message: Message) -> None:
    layer = get_channel_layer()
    if layer is not None:
        await asyncio.wait_for(layer.group_send(to, message), SEND_SECONDS)


_ringer: _Ringer | None = None
_lock = threading.Lock()


def _post(project_id: UUID, message: Message) -> None:
    global _ringer  # noqa: PLW0603 - one per process, made when first needed
    with _lock:
        if _ringer is None:
            _ringer = _Ringer()
        ringer = _ringer
    try:
        ringer.letters.put_nowait((group(project_id), message))
    except queue.Full:
        log.warning("too many bells wait; one was dropped")


def settle(seconds: float = EXIT_SECONDS) -> bool:
    """True when every bell and hint so far has left this process."""
    return _ringer is None or _ringer.settle(seconds)


def _forget() -> None:
    """A forked child has the queue but not the thread."""
    global _ringer, _lock
    _ringer, _lock = None, threading.Lock()


os.register_at_fork(after_in_child=_forget)
atexit.register(settle)
