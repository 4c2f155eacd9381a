"""One per process: whoever follows a project here shares its subscription, its queries and its rendered events."""

import asyncio
import weakref
from uuid import UUID

from projects.feed.followers import Follower
from projects.feed.rooms import Room


class Hub:
    """The rooms of one event loop; a room is there while somebody is in it."""

    def __init__(self) -> None:
        self.rooms: dict[UUID, Room] = {}

    async def join(self, project_id: UUID, *, after: int | None = None) -> Follower:
        """Follow a project from `after` on (None = from now)."""
        room = self.rooms.get(project_id)
        if room is None:
            room = self.rooms[project_id] = Room(project_id)
        room.guests += 1
        try:
            # Subscribed first, read then: otherwise an event could fall between.
            await asyncio.shield(room.opened)
            await room.look_for(after or 0)
        except BaseException:
            await self._left(room)
            raise
        follower = Follower(room, seq=room.head if after is None else after)
        room.followers.add(follower)
        return follower

    async def leave(self, follower: Follower) -> None:
        if follower in follower.room.followers:
            follower.room.followers.discard(follower)
            await self._left(follower.room)

    async def _left(self, room: Room) -> None:
        room.guests -= 1
        if room.guests == 0:
            if self.rooms.get(room.project_id) is room:
                del self.rooms[room.project_id]
            await room.close()


_hubs: "weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Hub]" = weakref.WeakKeyDictionary()


def current() -> Hub:
    """The hub of the running loop; a server has one loop."""
    return _hubs.setdefault(asyncio.get_running_loop(), Hub())
