"""A hall at some moment of its day, and trying there what is refused."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from deliberation.auth.service import actor_of
from deliberation.ballots.opening import open_ballot
from deliberation.ballots.writer import cast_own
from deliberation.clock import FixedClock
from deliberation.demands import intaking
from deliberation.errors import Code, Refusal
from deliberation.meetings import attending, speaking
from deliberation.people.models import Person
from deliberation.people.roles import Actor
from deliberation.sheets import Limits
from tests.flows.community import Resident, settle_households
from tests.flows.contents import contents, differing
from tests.flows.hall import KEY, Hall, furnished
from tests.flows.hall import token_of as device_of


@dataclass(slots=True, kw_only=True)
class Stage:
    """A hall at some moment of its day, with the people who try what they may not."""

    hall: Hall
    voter: Actor
    """Of a household that has signed in."""
    absent: Actor
    """Of the one household that has not."""
    neighbour: Actor
    """Lives with the voter, and is not the one who casts the household's vote."""
    stranger: Actor
    """Of a household that moved in after the notice."""
    ballot: UUID = field(default_factory=uuid4)

    def vote(self, actor: Actor, choice: str = "for") -> Awaitable[object]:
        return cast_own(actor, self.ballot, choice, channel="phone", at=self.hall.now)

    def chair(self, act: Callable[..., Awaitable[object]], *facts: object) -> Awaitable[object]:
        return act(self.hall.chair, self.hall.meeting, *facts, at=self.hall.now)

    def ask(self, actor: Actor, side: str = "for") -> Awaitable[object]:
        return speaking.ask(actor, self.hall.meeting, side, channel="hall", at=self.hall.now)

    def sign_in(self, actor: Actor) -> Awaitable[object]:
        return attending.sign_in(actor, self.hall.meeting, channel="hall", at=self.hall.now)

    def open_ballot(self) -> Awaitable[object]:
        chair, meeting, now = self.hall.chair, self.hall.meeting, self.hall.now
        return open_ballot(chair, meeting, seconds=60, at=now)

    def take(self, data: bytes, name: str, limits: Limits | None = None) -> Awaitable[object]:
        return intaking.stage(self.hall.chair, data, name, limits=limits, at=self.hall.now)


Try = Callable[[Stage], Awaitable[object]]
Cases = Mapping[str, tuple[Try, Code]]


async def staged(clock: FixedClock) -> Stage:
    """The morning of the day: noticed, not convened. Needs an open store."""
    hall = await furnished(clock, households=4)
    first, *_others, last = hall.residents
    neighbour = await Person.create(
        community_id=hall.community, household_id=first.household, name="演示同住人"
    )
    return Stage(
        hall=hall,
        voter=await hall.actor(first),
        absent=await hall.actor(last),
        neighbour=await actor_of(await device_of(neighbour.id, hall.now), at=hall.now),
        stranger=await hall.actor(await _move_in(hall)),
    )


async def _move_in(hall: Hall) -> Resident:
    key = KEY.encode()
    (late,) = await settle_households(hall.community, 1, first=901, key=key, at=hall.now)
    return late


async def check(stage: Stage, cases: Cases) -> None:
    """Every try is refused with its code, and the database is the same after all of them."""
    before = await contents()
    wrong: list[str] = []
    for what, (attempt, code) in cases.items():
        try:
            await attempt(stage)
        except Refusal as refusal:
            if refusal.code is not code:
                wrong.append(f"{what}: {refusal.code}, not {code}")
        else:
            wrong.append(f"{what}: done, not {code}")
        changed = differing(before, await contents())
        if changed:
            wrong.append(f"{what}: changed {changed}")
            break
    assert not wrong, "\n".join(wrong)
