"""All rooms of this process, and the one clock for news that is only of the moment."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog

from deliberation import store
from deliberation.ballots.reading import turnouts
from deliberation.ballots.writer import WRITER
from deliberation.clock import Clock
from deliberation.live.client import Client
from deliberation.live.health import Health, Recent, Sample
from deliberation.live.lobby import Lobby
from deliberation.live.protocol import BEAT, Hello
from deliberation.live.room import Room
from deliberation.measures import SECONDS, Counts, Histogram
from deliberation.meetings import viewing
from deliberation.meetings.service import require_meeting
from deliberation.meetings.viewing import Counted
from deliberation.people.models import Community

TICK_SECONDS = 0.25
"""Ephemeral news goes out at most so often."""
VIEWER_SECONDS = 25e-6
"""Time that is left between two pieces of news for each viewer: a frame costs about 11 µs, so that
telling everybody never takes more than half of the processor."""
BURST_VOTES = 200
"""Votes waiting to be written from which turnout may be late."""
LATEST_SECONDS = 1.0
PRESENCE_SECONDS = 1.0
BEAT_SECONDS = 15.0
SAMPLE_SECONDS = 5.0
EMPTY_SECONDS = 60.0
"""How long an empty room is kept: who dropped out comes back."""

_log = structlog.get_logger(__name__)


class Hub:
    """Opens rooms when somebody comes, and closes those that stay empty."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rooms: dict[UUID, Room] = {}
        self.counts = Counts()
        self._lobby = Lobby(clock, self._room_of, self.counts)
        self._ticking: asyncio.Task[None] | None = None
        self._acts: set[asyncio.Task[None]] = set()
        self._bursting_since = 0.0
        self._is_failing = False
        self._presence_at = 0.0
        self._beaten_at = 0.0
        self.acks = Histogram(SECONDS)
        """Seconds from a vote's frame to its durable answer."""
        self.turns = Histogram(SECONDS)
        """How late this task was served: what holds it up holds up everybody."""
        self._recent = Recent()
        self._slowest_turn = 0.0
        self._sampled_at = 0.0

    # ------------------------------------------------------------ clients

    def enter(self, client: Client, hello: Hello) -> None:
        """A client has said hello; it is admitted with others, in a moment."""
        self._lobby.enter(client, hello)

    def now(self) -> datetime:
        return self._clock.now()

    def now_ms(self) -> int:
        return int(self._clock.now().timestamp() * 1000)

    def soon(self, act: Coroutine[Any, Any, None]) -> None:
        """Run a command in a task that is kept until it ends."""
        task = asyncio.get_running_loop().create_task(act)
        self._acts.add(task)
        task.add_done_callback(self._acts.discard)

    # ------------------------------------------------------------ rooms

    def room(self, meeting: UUID) -> Room | None:
        return self._rooms.get(meeting)

    def rooms(self) -> list[Room]:
        return list(self._rooms.values())

    @property
    def viewers(self) -> int:
        return sum(len(room.audience) for room in self._rooms.values())

    def noticed_arrival(self, meeting: UUID) -> None:
        room = self._rooms.get(meeting)
        if room is not None:
            room.noticed_arrival()

    async def _room_of(self, meeting: UUID) -> Room:
        """Raises NOT_FOUND."""
        known = self._rooms.get(meeting)
        if known is None:
            row = await require_meeting(meeting)
            community = await Community.get(id=row.community_id)
            made = Room(meeting, community, self._clock, pace=self._pace, counts=self.counts)
            known = self._rooms.setdefault(meeting, made)
        known.empty_since = time.monotonic()
        if self._ticking is None:
            self._ticking = asyncio.create_task(self._tick_on())
        return known

    def _pace(self) -> float:
        return self.viewers * VIEWER_SECONDS

    # ------------------------------------------------------------ of the moment

    async def _tick_on(self) -> None:
        steps = (self._beat, self._tell_turnouts, self._tell_presence, self._close_empty_rooms)
        spent = 0.0
        while True:
            await self._sleep(max(TICK_SECONDS, self._pace(), 1.5 * spent) - spent)
            began = time.monotonic()
            self._take_sample()
            failed = [step.__name__ for step in steps if not await self._is_done(step)]
            if failed and not self._is_failing:
                _log.warning("tick_failed", steps=failed)
            self._is_failing = bool(failed)
            spent = time.monotonic() - began

    async def _is_done(self, step: Callable[[], Awaitable[None]]) -> bool:
        """A step that fails is tried again with the next tick, and keeps no other from its turn."""
        try:
            await step()
        except Exception as error:
            self.counts.add("failures")
            if not store.is_failure(error):
                _log.exception("step_failed")
            return False
        return True

    async def _sleep(self, seconds: float) -> None:
        began = time.monotonic()
        await asyncio.sleep(seconds)
        late = max(0.0, time.monotonic() - began - seconds)
        self.turns.add(late)
        self._slowest_turn = max(self._slowest_turn, late)

    def _take_sample(self) -> None:
        now = time.monotonic()
        if now - self._sampled_at < SAMPLE_SECONDS:
            return
        sample = Sample(
            at=now,
            acks=tuple(self.acks.counts),
            rejoined=self.counts["rejoined"],
            sent=self.counts["durable_sent"] + self.counts["ephemeral_sent"],
            left_out=self.counts["ephemeral_left_out"],
            failures=WRITER.failures + self.counts["failures"],
            slowest_turn=self._slowest_turn,
        )
        self._recent.add(sample)
        self._sampled_at, self._slowest_turn = now, 0.0

    def health(self) -> Health:
        """Of the last minutes, up to now."""
        self._sampled_at = 0.0
        self._take_sample()
        return self._recent.health(self.viewers)

    async def _tell_turnouts(self) -> None:
        """One statement for all ballots that are open. In a burst of votes their answers go first,
        and the figure waits, but no longer than a second."""
        now = time.monotonic()
        if WRITER.queued <= BURST_VOTES:
            self._bursting_since = now
        elif now - self._bursting_since < LATEST_SECONDS:
            return
        else:
            self._bursting_since = now
        open_rooms = {room.open_ballot: room for room in self._rooms.values() if len(room.audience)}
        open_rooms.pop(None, None)
        if not open_rooms:
            return
        counted = await turnouts([ballot for ballot in open_rooms if ballot is not None])
        for ballot, n in counted.items():
            await open_rooms[ballot].tell_turnout(n)

    async def _tell_presence(self) -> None:
        now = time.monotonic()
        if now - self._presence_at < PRESENCE_SECONDS:
            return
        self._presence_at = now
        rooms = dict(self._rooms)
        await viewing.report({meeting: room.audience.counted() for meeting, room in rooms.items()})
        elsewhere = await viewing.elsewhere(rooms)
        for meeting, room in rooms.items():
            room.elsewhere = elsewhere.get(meeting, Counted())
            await room.tell_presence()

    async def _beat(self) -> None:
        """A page cannot see pings: it is given a sign of life, or it takes us for gone."""
        now = time.monotonic()
        if now - self._beaten_at < BEAT_SECONDS:
            return
        self._beaten_at = now
        for room in self.rooms():
            await room.audience.offer(BEAT)

    async def _close_empty_rooms(self) -> None:
        ends = time.monotonic() - EMPTY_SECONDS
        for room in self.rooms():
            if not len(room.audience) and room.empty_since < ends:
                del self._rooms[room.meeting]
                await room.stop()

    async def close(self) -> None:
        """The service stops; the connections have been sent off already."""
        ticking, self._ticking = self._ticking, None
        if ticking is not None:
            ticking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await ticking
        rooms, self._rooms = self.rooms(), {}
        await asyncio.gather(*(room.stop() for room in rooms))
        await asyncio.gather(*self._acts, return_exceptions=True)
