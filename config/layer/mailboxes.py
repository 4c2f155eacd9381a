"""Bounded mailboxes in memory, filled from any thread and emptied on any event loop."""

import asyncio
import threading
from collections import deque
from dataclasses import dataclass, field
from typing import Any

Message = dict[str, Any]
Waiting = tuple[asyncio.AbstractEventLoop, "asyncio.Future[None]"]


@dataclass(slots=True)
class Mailbox:
    letters: deque[Message] = field(default_factory=deque)
    waiting: Waiting | None = None
    groups: set[str] = field(default_factory=set)

    @property
    def is_idle(self) -> bool:
        return not (self.letters or self.waiting or self.groups)


class Mailboxes:
    def __init__(self, *, capacity: int) -> None:
        self._capacity = capacity
        self._lock = threading.Lock()
        self._boxes: dict[str, Mailbox] = {}
        self._groups: dict[str, set[str]] = {}

    def put(self, channel: str, message: Message) -> bool:
        """False when the mailbox is full: a reader that slow loses letters, never our memory."""
        with self._lock:
            box = self._boxes.setdefault(channel, Mailbox())
            if len(box.letters) >= self._capacity:
                return False
            box.letters.append(message)
            waiting, box.waiting = box.waiting, None
        _wake([waiting] if waiting else [])
        return True

    def put_group(self, group: str, message: Message) -> int:
        """How many members had no room."""
        woken: list[Waiting] = []
        refused = 0
        with self._lock:
            for channel in self._groups.get(group, ()):
                box = self._boxes[channel]
                if len(box.letters) >= self._capacity:
                    refused += 1
                    continue
                box.letters.append(dict(message))
                if box.waiting:
                    woken.append(box.waiting)
                    box.waiting = None
        _wake(woken)
        return refused

    async def take(self, channel: str) -> Message:
        loop = asyncio.get_running_loop()
        while True:
            with self._lock:
                box = self._boxes.setdefault(channel, Mailbox())
                if box.letters:
                    return box.letters.popleft()
                future = loop.create_future()
                box.waiting = (loop, future)
            try:
                await future
            except asyncio.CancelledError:
                self._give_up(channel, future)
                raise

    def join(self, group: str, channel: str) -> None:
        with self._lock:
            self._groups.setdefault(group, set()).add(channel)
            self._boxes.setdefault(channel, Mailbox()).groups.add(group)

    def leave(self, group: str, channel: str) -> None:
        with self._lock:
            members = self._groups.get(group, set())
            members.discard(channel)
            if not members:
                self._groups.pop(group, None)
            if box := self._boxes.get(channel):
                box.groups.discard(group)
                # Letters of a reader that is still there are kept; one that left for good has no waiter.
                if not box.groups and not box.waiting:
                    del self._boxes[channel]

    def clear(self) -> None:
        with self._lock:
            self._boxes.clear()
            self._groups.clear()

    def _give_up(self, channel: str, future: "asyncio.Future[None]") -> None:
        with self._lock:
            box = self._boxes.get(channel)
            if box is None:
                return
            if box.waiting and box.waiting[1] is future:
                box.waiting = None
            if box.is_idle:
                del self._boxes[channel]


def _wake(waiting: list[Waiting]) -> None:
    """One call per loop, however many of its readers have mail."""
    by_loop: dict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = {}
    for loop, future in waiting:
        by_loop.setdefault(loop, []).append(future)
    for loop, futures in by_loop.items():
        try:
            loop.call_soon_threadsafe(_finish, futures)
        except RuntimeError:  # that loop is closed, and its readers with it
            continue


def _finish(futures: "list[asyncio.Future[None]]") -> None:
    for future in futures:
        if not future.done():
            future.set_result(None)
