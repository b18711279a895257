"""All rooms of this process."""

import asyncio
from uuid import UUID

from deliberation.clock import Clock
from deliberation.live.connection import Connection
from deliberation.live.protocol import CLOSE_RESTART
from deliberation.live.room import Room
from deliberation.people.models import Community


class Hub:
    """Finds or opens the room of a meeting, and closes rooms that are empty."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rooms: dict[UUID, Room] = {}

    def room(self, meeting: UUID) -> Room | None:
        return self._rooms.get(meeting)

    async def join(
        self, connection: Connection, meeting: UUID, community: Community, since: int
    ) -> Room:
        room = self._rooms.setdefault(meeting, Room(meeting, community, self._clock))
        await room.join(connection, since)
        return room

    async def leave(self, connection: Connection, room: Room) -> None:
        room.leave(connection)
        if room.is_empty:
            self._rooms.pop(room.meeting, None)
            await room.stop()

    def noticed_arrival(self, meeting: UUID) -> None:
        room = self._rooms.get(meeting)
        if room is not None:
            room.noticed_arrival()

    async def close(self) -> None:
        """Before a restart: everybody is told to come back."""
        rooms, self._rooms = list(self._rooms.values()), {}
        await asyncio.gather(*(room.close(CLOSE_RESTART) for room in rooms))
