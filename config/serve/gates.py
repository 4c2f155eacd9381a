"""Back-pressure: who writes to a slow reader waits, so that what the reader has not taken stays unmade."""

import asyncio
from typing import Any

from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer

LONGEST_STALL = 60.0


@implementer(IPushProducer)
class Gate:
    """Closed by the transport while its buffer is full. A reader that takes nothing for a minute is cut off."""

    def __init__(self, transport: Any) -> None:
        self.transport = transport
        self._is_open = asyncio.Event()
        self._is_open.set()

    # Twisted's names for what a producer is told.
    def pauseProducing(self) -> None:
        self._is_open.clear()

    def resumeProducing(self) -> None:
        self._is_open.set()
        # A transport never finishes closing while a producer is registered that it had paused.
        if getattr(self.transport, "disconnecting", False):
            self.transport.unregisterProducer()

    def stopProducing(self) -> None:
        self._is_open.set()

    async def passed(self) -> None:
        if self._is_open.is_set():
            return
        try:
            await asyncio.wait_for(self._is_open.wait(), LONGEST_STALL)
        except TimeoutError:
            self.transport.abortConnection()
