"""Keeps what takes a picture within its memory: looked at a few times a second, ended when it took too much."""

import asyncio
import os
from collections import defaultdict

from sandboxes.backends import measures

MOST = 3 << 29
_EVERY = 0.2


async def grown_too_large(pid: int) -> None:
    """Returns when it is so."""
    while not await asyncio.to_thread(_is_too_large, pid):
        await asyncio.sleep(_EVERY)


def _is_too_large(pid: int) -> bool:
    """Pages that many share are counted once, which takes a moment longer: so only where it may matter."""
    found = descendants(pid)
    return sum(map(measures.resident, found)) > MOST and sum(map(measures.share, found)) > MOST


def descendants(pid: int) -> list[int]:
    """All that came of it. In a box nobody leaves the family: the first process there is everybody's parent."""
    children = defaultdict[int, list[int]](list)
    for name in os.listdir("/proc"):  # noqa: PTH208 - asked a few times a second
        if name.isdigit() and (fields := measures.read(f"/proc/{name}/stat").rpartition(")")[2].split()):
            children[int(fields[1])].append(int(name))
    found, waiting = [], [pid]
    while waiting:
        found.append(waiting.pop())
        waiting += children.pop(found[-1], [])
    return found
