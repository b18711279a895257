"""A room: those connected to a meeting in this process, and one task that tells them the news.

The task waits for nobody. It reads the journal after the last entry it told, renders each
fragment once per kind of connection, and hands the same frame to all of that kind.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable
from uuid import UUID

import structlog

from deliberation import journal
from deliberation.clock import Clock
from deliberation.faces.context import Scene, scene_of
from deliberation.journal import bell
from deliberation.journal.views import MeetingState
from deliberation.live import protocol
from deliberation.live.audience import Audience, Kind, Outlet
from deliberation.live.showing import Showing, ballot_in_hand
from deliberation.measures import Counts
from deliberation.meetings.attending import journal_arrivals
from deliberation.meetings.viewing import Counted
from deliberation.people.models import Community
from deliberation.wire import Frame

BACKSTOP_SECONDS = 2.0
"""How often the journal is read although no bell rang: a notification may be lost."""
ARRIVALS_SECONDS = 0.5
"""How long arrivals gather before they are journalled together."""

_log = structlog.get_logger(__name__)


class Room:
    """One meeting's connections in this process. `pace` says how many seconds to leave between
    two pieces of news, so that a large crowd does not take all of the processor."""

    def __init__(
        self,
        meeting: UUID,
        community: Community,
        clock: Clock,
        *,
        pace: Callable[[], float],
        counts: Counts,
    ) -> None:
        self.meeting = meeting
        self.audience = Audience(counts)
        self.elsewhere = Counted()
        """Connected to the same meeting in other processes."""
        self.empty_since = time.monotonic()
        self._community = community
        self._clock = clock
        self._pace = pace
        self._state = MeetingState()
        self._showings: dict[Kind, Showing] = {}
        self._reading = asyncio.Lock()
        self._wake = asyncio.Event()
        self._has_arrivals = True
        self._turnout: Frame | None = None
        self._turned_out = (UUID(int=0), -1)
        self._told_presence: Counted | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def community(self) -> UUID:
        return self._community.id

    @property
    def state(self) -> MeetingState:
        """After the last entry that was told."""
        return self._state

    def connections(self) -> Counted:
        return self.audience.counted() + self.elsewhere

    # ------------------------------------------------------------ coming and going

    async def prepare(self, kinds: set[Kind], since: int) -> None:
        """Be ready to admit connections of these kinds, one of which has seen entry `since`."""
        if self._task is None:
            bell.listen(self.meeting, self._wake.set)
            self._task = asyncio.create_task(self._follow())
        if since > self._state.seq or self._state.seq == 0:
            await self.catch_up()
        while missing := {k for k in kinds if k not in self._showings}:
            scene = await self._scene(self._state)
            if scene.state.seq == self._state.seq:
                self._showings |= {kind: Showing(kind, scene) for kind in missing}

    def admit(self, kind: Kind, outlet: Outlet, since: int) -> None:
        """Join and be brought up to date, in one step: nothing falls between."""
        self.audience.add(kind, outlet)
        for frame in self._showings[kind].since(since):
            outlet.write(frame)
        if self._turnout is not None:
            outlet.write(self._turnout)
        if kind.face == "console":
            self._told_presence = None  # the newcomer has not been told

    def leave(self, kind: Kind, outlet: Outlet) -> None:
        self.audience.remove(kind, outlet)
        if not len(self.audience):
            self.empty_since = time.monotonic()

    def noticed_arrival(self) -> None:
        """Somebody signed in: the journal hears of it with others, in a moment."""
        self._has_arrivals = True
        self._wake.set()

    async def stop(self) -> None:
        bell.stop_listening(self.meeting, self._wake.set)
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    # ------------------------------------------------------------ durable news

    async def _follow(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(BACKSTOP_SECONDS):
                    await self._wake.wait()
            self._wake.clear()
            try:
                await self._journal_arrivals()
                await self.catch_up()
            except Exception:
                _log.exception("room_failed", meeting=str(self.meeting))
            await asyncio.sleep(self._pace())

    async def _journal_arrivals(self) -> None:
        """Also those that an end in the middle has left; tried again until it is done."""
        if not self._has_arrivals:
            return
        await asyncio.sleep(ARRIVALS_SECONDS)
        self._has_arrivals = False
        try:
            await journal_arrivals(self.meeting, at=self._clock.now())
        except Exception:
            self._has_arrivals = True
            raise

    async def catch_up(self) -> None:
        """Read what is new in the journal and tell everybody."""
        async with self._reading:
            if await journal.position(self.meeting) <= self._state.seq:
                return  # the usual case, and one row however many rooms there are
            state = await journal.state_of(self.meeting)
            names = await self._names(state.seq)
            scene = await self._scene(state)
            frames = {
                kind: showing.advance(scene, names) for kind, showing in self._showings.items()
            }
            self._state = state
            self._forget_turnout()
            await self.audience.tell(frames)

    async def _names(self, until: int) -> list[str]:
        """Of the entries that are news to those who are here; nobody is, at first."""
        if not self._showings:
            return []
        happened = await journal.entries(self.meeting, since=self._state.seq)
        return [h.event.NAME for h in happened if h.seq <= until]

    async def _scene(self, state: MeetingState) -> Scene:
        return await scene_of(
            state, self._community, now=self._clock.now(), connections=self.connections()
        )

    # ------------------------------------------------------------ ephemeral news

    @property
    def open_ballot(self) -> UUID | None:
        ballot = ballot_in_hand(self._state)
        return ballot.id if ballot is not None and ballot.state == "open" else None

    def _forget_turnout(self) -> None:
        if self.open_ballot is None:
            self._turnout = None

    async def tell_turnout(self, n: int) -> None:
        """Votes so far, when they have become more; never backwards."""
        ballot = ballot_in_hand(self._state)
        if ballot is None or ballot.state != "open":
            return
        told = self._turned_out[1] if self._turned_out[0] == ballot.id else 0
        if n <= told:
            return
        self._turned_out = (ballot.id, n)
        self._turnout = protocol.turnout(ballot.id, n, ballot.entitled)
        await self.audience.offer(self._turnout)

    async def tell_presence(self) -> None:
        """How many are connected, to the consoles, when it has changed."""
        now = self.connections()
        if now == self._told_presence:
            return
        self._told_presence = now
        frame = protocol.presence(now.resident, now.screen, now.console)
        await self.audience.offer(frame, faces=("console",))
