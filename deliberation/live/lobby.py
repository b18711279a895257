"""Admitting clients in groups: thousands come back at the same moment, and are found out about by
a handful of statements instead of several each.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

import structlog

from deliberation.auth.service import actors_of
from deliberation.clock import Clock
from deliberation.errors import Code, Refusal
from deliberation.faces.mine import mines_of
from deliberation.live.audience import Kind, kind_of
from deliberation.live.client import Client
from deliberation.live.protocol import Hello
from deliberation.live.room import Room
from deliberation.measures import Counts
from deliberation.people.roles import NOBODY, Permission

LARGEST_GROUP = 400
GATHER_SECONDS = 0.01

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Guest:
    """A client that has said hello and waits to be admitted."""

    client: Client
    hello: Hello


RoomOf = Callable[[UUID], Awaitable[Room]]


class Lobby:
    """Its task runs while somebody waits."""

    def __init__(self, clock: Clock, room_of: RoomOf, counts: Counts) -> None:
        self._clock = clock
        self._counts = counts
        self._room_of = room_of
        self._waiting: deque[Guest] = deque()
        self._task: asyncio.Task[None] | None = None

    def enter(self, client: Client, hello: Hello) -> None:
        self._waiting.append(Guest(client, hello))
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._admit_all())

    async def _admit_all(self) -> None:
        while self._waiting:
            if len(self._waiting) < LARGEST_GROUP:
                await asyncio.sleep(GATHER_SECONDS)
            size = min(LARGEST_GROUP, len(self._waiting))
            await self._admit([self._waiting.popleft() for _ in range(size)])

    async def _admit(self, guests: list[Guest]) -> None:
        try:
            tokens = {guest.client.token for guest in guests if guest.client.token}
            actors = await actors_of(tokens, at=self._clock.now())
        except Exception as error:
            self._turn_away(guests, error)
            return
        by_meeting: dict[UUID, list[Guest]] = {}
        for guest in guests:
            guest.client.actor = actors.get(guest.client.token, NOBODY)
            by_meeting.setdefault(guest.hello.meeting, []).append(guest)
        for meeting, group in by_meeting.items():
            try:
                await self._admit_to(meeting, group)
            except Exception as error:
                self._turn_away(group, error)

    async def _admit_to(self, meeting: UUID, guests: list[Guest]) -> None:
        room = await self._room_of(meeting)
        for guest in guests:
            if not guest.client.actor.belongs_to(room.community):
                guest.client.actor = NOBODY  # a visitor, outside their own community
        entitled = [guest for guest in guests if _is_entitled(guest)]
        kinds = {_kind(guest) for guest in entitled}
        await room.prepare(kinds, max((guest.hello.since for guest in entitled), default=0))
        mines = await mines_of([guest.client.actor for guest in entitled], room.state)
        now_ms = int(self._clock.now().timestamp() * 1000)
        for guest, mine in zip(entitled, mines, strict=True):
            if not guest.client.is_gone:
                since = guest.hello.since
                guest.client.admitted(room, _kind(guest), since, mine, now_ms)
                self._counts.add("rejoined" if guest.hello.again else "joined")

    def _turn_away(self, guests: list[Guest], error: Exception) -> None:
        """Nobody waits without end: what went wrong is said, and the client comes again."""
        refusal = error if isinstance(error, Refusal) else Refusal(Code.DATABASE_BUSY)
        if not isinstance(error, Refusal):
            self._counts.add("failures")
            _log.warning("not_admitted", kind=type(error).__name__, n=len(guests))
        for guest in guests:
            if guest.client.room is None:
                guest.client.turn_away(refusal)


def _kind(guest: Guest) -> Kind:
    return kind_of(guest.hello.face, guest.client.language)


def _is_entitled(guest: Guest) -> bool:
    """The console's frames are for who may preside; the others are turned away in words."""
    needs = Permission.PRESIDE if guest.hello.face == "console" else Permission.PUBLIC
    try:
        guest.client.actor.require(needs)
    except Refusal as refusal:
        guest.client.turn_away(refusal)
        return False
    return True
