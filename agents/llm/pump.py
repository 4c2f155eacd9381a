"""Carries one provider's deltas from the loop thread to the thread that consumes them."""

import asyncio
import contextlib
import logging
import queue
import threading

from agents.errors import ModelFailure
from agents.llm import loop
from agents.llm.base import Delta, Finish, Limits, Provider, Request, Text

log = logging.getLogger(__name__)

# Far above any real reply; a provider that never stops must not fill the memory.
MAX_CHARACTERS = 4_000_000
CLOSE_SECONDS = 1.0


class Pump:
    def __init__(self, provider: Provider, request: Request, limits: Limits) -> None:
        self._provider = provider
        self._request = request
        self._limits = limits
        self._items: queue.SimpleQueue[Delta | ModelFailure] = queue.SimpleQueue()
        self._finished = threading.Event()
        self._is_closing = False
        self._task: asyncio.Task[None] | None = None
        self._loop = loop.get()
        self._loop.call_soon_threadsafe(self._begin)

    def get(self, timeout: float) -> Delta | None:
        """The next delta, or None when none came in time; raises what ended the call."""
        try:
            item = self._items.get(timeout=timeout)
        except queue.Empty:
            return None
        if isinstance(item, ModelFailure):
            raise item
        return item

    def close(self) -> None:
        """Stop the call and wait a moment until its connection is closed."""
        self._loop.call_soon_threadsafe(self._cancel)
        if not self._finished.wait(CLOSE_SECONDS):
            log.warning("a model call did not close within %s s", CLOSE_SECONDS)

    def _begin(self) -> None:
        self._task = self._loop.create_task(self._run())
        self._task.add_done_callback(lambda _: self._finished.set())

    def _cancel(self) -> None:
        self._is_closing = True
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        try:
            async with asyncio.timeout(self._limits.total):
                await self._relay()
        except ModelFailure as failure:
            self._items.put(failure)
        except TimeoutError:
            detail = f"no complete reply within {self._limits.total:g} seconds"
            self._items.put(ModelFailure("timeout", detail))
        except asyncio.CancelledError:
            # Not by us: a client gave itself up. Without a word the consumer would wait for ever.
            if not self._is_closing:
                self._items.put(ModelFailure("internal", "the call gave itself up", retryable=True))
            raise
        except Exception as error:
            log.exception("a model call failed on our side")
            self._items.put(ModelFailure("internal", type(error).__name__))

    async def _relay(self) -> None:
        """Pass deltas on up to the Finish; an end without one is a broken reply."""
        characters = 0
        async with contextlib.aclosing(self._provider.stream(self._request, self._limits)) as deltas:
            async for delta in deltas:
                self._items.put(delta)
                if isinstance(delta, Finish):
                    return
                characters += len(delta.text) if isinstance(delta, Text) else 0
                if characters > MAX_CHARACTERS:
                    raise ModelFailure("malformed_output", "the reply does not end")
        raise ModelFailure("truncated", "the stream ended without a finish reason")
