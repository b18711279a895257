"""A room: those connected to a meeting, and one task that tells them what happens.

The task joins nobody and waits for nobody: it reads the journal after the last entry it sent,
renders each fragment once per kind of connection, and hands the same frame to all of that kind.
"""

import asyncio
import contextlib
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import structlog

from deliberation import journal
from deliberation.ballots.service import turnout as turnout_of
from deliberation.clock import Clock
from deliberation.faces.context import FRAGMENTS, Connections, Scene, context_for, scene_of
from deliberation.journal import bell
from deliberation.journal.views import BallotView, MeetingState
from deliberation.live import protocol
from deliberation.live.connection import Connection, Kind
from deliberation.meetings.attending import journal_arrivals
from deliberation.people.models import Community
from deliberation.rendering import rendered

TICK_SECONDS = 0.5
"""How often ephemeral news goes out at most."""
BACKSTOP_SECONDS = 2.0
"""How often the journal is read although no bell rang: another process may have written."""
KEPT_FRAMES = 200

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Shown:
    """What a kind of connection sees: its fragments, and the last frames for who comes back."""

    parts: dict[str, str] = field(default_factory=dict)
    seq: int = 0
    frames: deque[tuple[int, int, str]] = field(default_factory=lambda: deque(maxlen=KEPT_FRAMES))


class Room:
    """One meeting's connections in this process."""

    def __init__(self, meeting: UUID, community: Community, clock: Clock) -> None:
        self.meeting = meeting
        self._community = community
        self._clock = clock
        self._connections: set[Connection] = set()
        self._shown: dict[Kind, _Shown] = {}
        self._state = MeetingState()
        self._turnout = -1
        self._counted = Connections()
        self._has_arrivals = False
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def is_empty(self) -> bool:
        return not self._connections

    @property
    def state(self) -> MeetingState:
        return self._state

    async def present_state(self) -> MeetingState:
        """The state after what has been committed, told or not."""
        return await journal.state_of(self.meeting)

    def connections(self) -> Connections:
        faces = Counter(connection.kind.face for connection in self._connections)
        return Connections(
            resident=faces["resident"], screen=faces["screen"], console=faces["console"]
        )

    async def join(self, connection: Connection, since: int) -> None:
        """Join first, read the journal then, send last: nothing falls between."""
        self._connections.add(connection)
        if self._task is None:
            bell.listen(self.meeting, self._wake.set)
            self._task = asyncio.create_task(self._broadcast())
        await self._catch_up()
        shown = await self._shown_to(connection.kind)
        if since != shown.seq:
            for frame in _missed(shown, since) or [await self._snapshot(connection.kind, shown)]:
                connection.write(frame)
        self._wake.set()

    def leave(self, connection: Connection) -> None:
        self._connections.discard(connection)
        self._wake.set()

    def noticed_arrival(self) -> None:
        """Somebody signed in: the journal hears of it with the next tick."""
        self._has_arrivals = True

    async def close(self, code: int) -> None:
        """Ask everybody to come back, and stop."""
        for connection in tuple(self._connections):
            connection.close(code)
        await self.stop()

    async def stop(self) -> None:
        bell.stop_listening(self.meeting, self._wake.set)
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _broadcast(self) -> None:
        idle = 0.0
        while True:
            try:
                async with asyncio.timeout(TICK_SECONDS):
                    await self._wake.wait()
                idle = BACKSTOP_SECONDS
            except TimeoutError:
                idle += TICK_SECONDS
            self._wake.clear()
            try:
                await self._tick(is_due=idle >= BACKSTOP_SECONDS)
            except Exception:
                _log.exception("room_failed", meeting=str(self.meeting))
            if idle >= BACKSTOP_SECONDS:
                idle = 0.0

    async def _tick(self, *, is_due: bool) -> None:
        if self._has_arrivals:
            self._has_arrivals = False
            await journal_arrivals(self.meeting, at=self._clock.now())
        if is_due:
            await self._catch_up()
        await self._tell_turnout()
        await self._tell_presence()

    async def _catch_up(self) -> None:
        """Read what is new and tell every kind; called by the task and by who joins."""
        before = self._state
        state = await journal.state_of(self.meeting)
        if state.seq <= self._state.seq:
            return
        happened = await journal.entries(self.meeting, since=before.seq)
        names = [h.event.NAME for h in happened if h.seq <= state.seq]
        if state.seq <= self._state.seq:
            return  # somebody who joined has told it in the meantime
        self._state = state
        scene = await self._scene(state)
        for kind, shown in self._shown.items():
            self._tell(kind, shown, scene, names)

    async def _scene(self, state: MeetingState) -> Scene:
        return await scene_of(
            state, self._community, now=self._clock.now(), connections=self.connections()
        )

    def _tell(self, kind: Kind, shown: _Shown, scene: Scene, names: list[str]) -> None:
        if shown.seq >= scene.state.seq:
            return
        parts = _parts(kind, scene)
        changed = {name: html for name, html in parts.items() if shown.parts.get(name) != html}
        frame = protocol.news(
            since=shown.seq,
            seq=scene.state.seq,
            now_ms=self._now_ms(),
            names=names,
            parts=changed,
            extra=_extra(kind, scene.state, is_new="ballot.opened" in names, scene=scene),
        )
        shown.frames.append((shown.seq, scene.state.seq, frame))
        shown.parts, shown.seq = parts, scene.state.seq
        for connection in tuple(self._connections):
            if connection.kind == kind:
                connection.write(frame)

    async def _shown_to(self, kind: Kind) -> _Shown:
        shown = self._shown.get(kind)
        if shown is None or shown.seq < self._state.seq:
            scene = await self._scene(self._state)
            shown = self._shown.setdefault(kind, _Shown())
            if shown.seq < scene.state.seq:
                shown.parts, shown.seq = _parts(kind, scene), scene.state.seq
                shown.frames.clear()
        return shown

    async def _snapshot(self, kind: Kind, shown: _Shown) -> str:
        scene = await self._scene(self._state)
        extra = _extra(kind, scene.state, is_new=True, scene=scene)
        return protocol.snapshot(shown.seq, self._now_ms(), shown.parts, extra)

    async def _tell_turnout(self) -> None:
        ballot = _ballot_in_hand(self._state)
        if ballot is None or ballot.state != "open":
            self._turnout = -1
            return
        n = await turnout_of(ballot.id)
        if n <= self._turnout:
            return  # never backwards
        self._turnout = n
        frame = protocol.turnout(ballot.id, n, ballot.entitled)
        for connection in tuple(self._connections):
            connection.write(frame, ephemeral=True)

    async def _tell_presence(self) -> None:
        """How many are connected, to the consoles, when it has changed."""
        counted = self.connections()
        if counted == self._counted:
            return
        self._counted = counted
        consoles = {c.kind for c in self._connections if c.kind.face == "console"}
        if not consoles:
            return
        scene = await self._scene(self._state)
        for kind in consoles:
            html = rendered("live/console/top.html", context_for(scene, kind.language))
            for connection in tuple(self._connections):
                if connection.kind == kind:
                    connection.write(protocol.presence({"top": html}), ephemeral=True)

    def _now_ms(self) -> int:
        return int(self._clock.now().timestamp() * 1000)


def _parts(kind: Kind, scene: Scene) -> dict[str, str]:
    context = context_for(scene, kind.language)
    return {
        name: rendered(f"live/{kind.face}/{name}.html", context) for name in FRAGMENTS[kind.face]
    }


def _extra(kind: Kind, state: MeetingState, *, is_new: bool, scene: Scene) -> dict[str, Any]:
    """For residents: the meeting's stage, and the ballot in hand with its form when the page may
    not have it yet.

    The form is the same for all: the page adds its own token, and a press is checked here.
    """
    if kind.face != "resident":
        return {}
    ballot = _ballot_in_hand(state)
    if ballot is None or ballot.state not in ("open", "closed"):
        return {"stage": state.state, "ballot": None}
    facts: dict[str, Any] = {"id": str(ballot.id), "state": ballot.state}
    if is_new:
        own = {"csrf_token": "", "may_vote": True, "mine": None, "why_not": ""}
        context = context_for(scene, kind.language) | own
        facts["html"] = rendered("live/resident_ballot.html", context)
    return {"stage": state.state, "ballot": facts}


def _ballot_in_hand(state: MeetingState) -> BallotView | None:
    return state.current.ballot if state.current is not None else None


def _missed(shown: _Shown, since: int) -> list[str]:
    """The frames from `since` on, if all of them are still kept."""
    frames = [(a, b, frame) for a, b, frame in shown.frames if a >= since]
    if not frames or frames[0][0] != since:
        return []
    return [frame for _a, _b, frame in frames]
