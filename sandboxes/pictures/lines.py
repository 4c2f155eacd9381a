"""What is said to Chromium, and what it answers: its debugging protocol, over a socket that only we have the end of.

Whatever a page may have made of Chromium speaks here, too: a message is bounded, and only a few words of it are read.
"""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from sandboxes.pictures.errors import NoPicture

MOST_MESSAGE = 4 << 20


class Line:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._number = 0
        self.has_answered = False
        self.moments: set[tuple[str, str]] = set()
        """(document, moment) of pages: when each was loaded, and when it fell silent."""
        self.statuses: dict[str, int] = {}
        """Of documents, as the app answered them."""

    async def ask(self, method: str, session: str = "", **words: Any) -> dict[str, Any]:
        number = await self._say(method, session, words)
        while (message := await self._next()).get("id") != number:
            await self._hear(message)
        self.has_answered = True
        if "error" in message:
            raise NoPicture(f"Chromium refused {method}: {str(message['error'])[:200]}")
        result: dict[str, Any] = message.get("result", {})
        return result

    async def until(self, is_so: Callable[[], bool]) -> None:
        while not is_so():
            await self._hear(await self._next())

    async def _say(self, method: str, session: str, words: dict[str, Any]) -> int:
        self._number += 1
        told = {"id": self._number, "method": method, "params": words} | ({"sessionId": session} if session else {})
        self._writer.write(json.dumps(told).encode() + b"\0")
        await self._writer.drain()
        return self._number

    async def _next(self) -> dict[str, Any]:
        try:
            message = json.loads((await self._reader.readuntil(b"\0"))[:-1])
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError, ValueError, RecursionError) as broken:
            raise NoPicture("Chromium ended, or said what nobody understands.") from broken
        if not isinstance(message, dict):
            raise NoPicture("Chromium said what nobody understands.")
        return message

    async def _hear(self, message: dict[str, Any]) -> None:
        """A page that asks something waits for an answer, and so would we."""
        said, session = message.get("params") or {}, str(message.get("sessionId", ""))
        match message.get("method"):
            case "Page.javascriptDialogOpening":
                await self._say("Page.handleJavaScriptDialog", session, {"accept": False})
            case "Inspector.targetCrashed":
                raise NoPicture("The page crashed.")
            case "Page.lifecycleEvent":
                self.moments.add((str(said.get("loaderId")), str(said.get("name"))))
            case "Network.responseReceived" if said.get("type") == "Document":
                status = (said.get("response") or {}).get("status")
                self.statuses[str(said.get("loaderId"))] = status if isinstance(status, int) else 0
