"""Stand-ins for what a client touches: its connection, the hub, its room, the writer."""

import asyncio
import json
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from deliberation.ballots.frozen import Frozen
from deliberation.ballots.votes import Answer, Cast, Casting, Effect
from deliberation.ballots.writer import Tell
from deliberation.errors import Code, Refusal
from deliberation.faces.mine import Mine
from deliberation.live import protocol
from deliberation.live.audience import Kind, Outlet, kind_of
from deliberation.live.client import Client
from deliberation.live.commands import Asked
from deliberation.live.hub import Hub
from deliberation.live.protocol import Hello
from deliberation.live.room import Room
from deliberation.measures import SECONDS, Histogram
from deliberation.people.roles import Actor, Role
from deliberation.rulesets.questions import MOTION
from deliberation.rulesets.shipped import CONSULTATION
from deliberation.wire import Frame
from tests.flows.hall import ON_THE_DAY

MEETING, BALLOT, PERSON, HOUSEHOLD = (UUID(int=n) for n in range(1, 5))
OPENED = Frozen(
    ballot=BALLOT, meeting=MEETING, item=UUID(int=5), rule=CONSULTATION, question=MOTION
)
PATIENCE_SECONDS = 60
"""Only bounds how long a test that fails may hang; nothing is measured by it."""
REPRESENTATIVE = Actor(
    person=PERSON, household=HOUSEHOLD, name="演示住户1", roles=frozenset({Role.REPRESENTATIVE})
)
NOTHING_OWN = Mine(is_present=False, may_vote=True, why_not="", vote=None, speech=None)


class FakeOutlet:
    """Keeps what was written; `is_behind` and `backlog` are what a test says."""

    def __init__(self, *, backlog: int = 0, is_behind: bool = False) -> None:
        self.backlog = backlog
        self.is_behind = is_behind
        self.frames: list[Frame] = []
        self.closed_with: int | None = None
        self._is_reading = True
        self.changed = asyncio.Event()

    @property
    def is_closing(self) -> bool:
        return self.closed_with is not None

    @property
    def told(self) -> list[dict[str, Any]]:
        return [json.loads(frame.payload) for frame in self.frames]

    def write(self, frame: Frame) -> None:
        if self.closed_with is None:
            self.frames.append(frame)
            self.changed.set()

    def offer(self, frame: Frame) -> bool:
        if self.is_behind or self.is_closing:
            return False
        self.write(frame)
        return True

    def close(self, code: int) -> None:
        if self.closed_with is None:
            self.closed_with = code
            self.changed.set()

    def pause_reading(self) -> None:
        self._is_reading = False

    def resume_reading(self) -> None:
        self._is_reading = True

    def reads(self) -> bool:
        return self._is_reading

    def end(self) -> int | None:
        """The code that it was closed with."""
        return self.closed_with


@dataclass
class FakeRoom:
    """Who is in it; whoever comes is told so."""

    meeting: UUID = MEETING
    there: set[Outlet] = field(default_factory=set)
    arrivals: int = 0

    def admit(self, _kind: Kind, outlet: Outlet, since: int) -> None:
        self.there.add(outlet)
        outlet.write(protocol.snapshot(since + 1, {}, {}))

    def leave(self, _kind: Kind, outlet: Outlet) -> None:
        self.there.discard(outlet)

    def noticed_arrival(self) -> None:
        self.arrivals += 1


@dataclass
class FakeHub:
    entered: list[Hello] = field(default_factory=list)
    acts: list[asyncio.Task[None]] = field(default_factory=list)
    acks: Histogram = field(default_factory=lambda: Histogram(SECONDS))

    def enter(self, _client: Client, hello: Hello) -> None:
        self.entered.append(hello)

    def now(self) -> datetime:
        return ON_THE_DAY

    def now_ms(self) -> int:
        return 0

    def soon(self, act: Coroutine[Any, Any, None]) -> None:
        self.acts.append(asyncio.ensure_future(act))


@dataclass
class FakeWriter:
    """Answers when it is told to, or everything at once."""

    answers_at_once: bool = False
    waiting: list[tuple[Casting, Tell]] = field(default_factory=list)
    taken: int = 0

    def submit(self, casting: Casting, tell: Tell) -> None:
        self.taken += 1
        self.waiting.append((casting, tell))
        if self.answers_at_once:
            self.answer()

    def answer(self, refusal: Refusal | None = None) -> None:
        """The oldest that waits."""
        casting, tell = self.waiting.pop(0)
        told: Answer = refusal or Cast(
            ballot=casting.ballot,
            choice=casting.choice,
            receipt="1234",
            effect=Effect.COUNTED,
            at=casting.at,
        )
        tell(told)


@dataclass
class FakeActs:
    """What is not a vote: done when the test says how it ends."""

    asked: list[Asked] = field(default_factory=list)
    ends: asyncio.Queue[dict[str, Any] | Exception] = field(default_factory=asyncio.Queue)

    async def obey(self, asked: Asked) -> dict[str, Any]:
        self.asked.append(asked)
        end = await self.ends.get()
        if isinstance(end, Exception):
            raise end
        return end


@dataclass
class Bench:
    """A client with its surroundings."""

    writer: FakeWriter
    acts: FakeActs
    hub: FakeHub = field(default_factory=FakeHub)
    room: FakeRoom = field(default_factory=FakeRoom)
    outlet: FakeOutlet = field(default_factory=FakeOutlet)

    def __post_init__(self) -> None:
        self.client = Client(cast(Hub, self.hub), self.outlet, "zh", "a token")
        self.client.actor = REPRESENTATIVE

    def say(self, **frame: Any) -> None:
        self.client.received(json.dumps(frame))

    def greet(self) -> None:
        self.say(type="hello", meeting=str(MEETING), since=0)

    def admit(self) -> None:
        self.client.admitted(cast(Room, self.room), kind_of("resident", "zh"), 0, NOTHING_OWN, 0)

    def join(self) -> None:
        self.greet()
        self.admit()
        self.outlet.frames.clear()

    def vote(self, n: int, choice: str = "for") -> None:
        self.say(type="vote", id=f"command-{n}", ballot=str(BALLOT), choice=choice)

    def lose(self) -> None:
        self.client.lost(1006)

    @property
    def answered(self) -> list[int]:
        """The numbers of the votes that were answered, in the order of the answers."""
        told = [frame["id"] for frame in self.outlet.told if frame["type"] == "answer"]
        return [int(command.removeprefix("command-")) for command in told]

    @property
    def refusals(self) -> list[tuple[str | None, Code, bool]]:
        told = [frame for frame in self.outlet.told if frame["type"] == "refused"]
        assert all(frame["words"] for frame in told)
        return [(frame["id"], Code(frame["code"]), frame["again"]) for frame in told]

    async def until(self, holds: Any) -> None:
        """Wait for as many changes of the outlet as it takes."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not holds():
                self.outlet.changed.clear()
                await self.outlet.changed.wait()

    async def acts_end(self) -> None:
        await asyncio.gather(*self.hub.acts)
