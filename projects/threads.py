"""Blocking work beside an event loop."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

from channels.db import database_sync_to_async

P = ParamSpec("P")
T = TypeVar("T")


async def in_thread(function: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    """In any free thread: in the one that Django's views share, each would wait for all others."""
    return cast("T", await database_sync_to_async(function, thread_sensitive=False)(*arguments, **named))
