"""How long a live reply may keep silent, and in which words it is given up."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from agents.errors import ModelFailure
from agents.llm.base import Limits

Come = TypeVar("Come")


class Patience:
    """With one call: until its first token, and from then on anew after every sign of life."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._loop = asyncio.get_running_loop()
        self._due = self._loop.time() + limits.first
        self._has_begun = False

    async def wait(self, coming: Awaitable[Come]) -> Come:
        timer = asyncio.timeout_at(self._due)
        try:
            async with timer:
                return await coming
        except Exception:
            # Asked of the timer: a client may turn our cancelling into an exception of its own.
            if timer.expired():
                raise ModelFailure("timeout", self._verdict()) from None
            raise

    def note(self, *, is_token: bool) -> None:
        """Something came. Before the first token it only counts if it is one."""
        if is_token or self._has_begun:
            self._has_begun = True
            self._due = self._loop.time() + self._limits.between

    def _verdict(self) -> str:
        if self._has_begun:
            return f"the reply stood still for {self._limits.between:g} seconds"
        return f"the reply did not begin within {self._limits.first:g} seconds"
