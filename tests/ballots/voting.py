"""A hall whose first motion has been read out: the next thing is to open its ballot.

Only what voting needs has happened, so it is quick to furnish; every item may be voted on.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

import msgspec

from deliberation import journal
from deliberation.agendas import conduct
from deliberation.agendas.editing import Edit, edit_item
from deliberation.agendas.publishing import publish_notice
from deliberation.agendas.service import add_demand, items_of
from deliberation.auth.service import actor_of
from deliberation.ballots import service as ballots
from deliberation.ballots.models import Vote
from deliberation.ballots.opening import open_ballot
from deliberation.ballots.tally import Tally
from deliberation.ballots.votes import Casting
from deliberation.clock import FixedClock
from deliberation.demands.service import Raising, raise_demand
from deliberation.journal.events import BallotClosed
from deliberation.matters.steps import Step
from deliberation.meetings import attending
from deliberation.meetings import service as meetings
from deliberation.meetings.models import DeliberationDay
from deliberation.people.roles import Actor
from deliberation.people.service import require_community
from deliberation.rulesets.rules import Rule
from deliberation.rulesets.service import MEETING, adopt
from deliberation.rulesets.shipped import CONSULTATION
from tests.flows.community import found_community, settle_households
from tests.flows.hall import BEFORE, KEY, ON_THE_DAY, WORDING, token_of

ITEMS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Voting:
    """The meeting with its chair and a voter for each household; all have signed in."""

    community: UUID
    meeting: UUID
    chair: Actor
    chair_token: str
    voters: Sequence[Actor]
    tokens: Sequence[str]
    clock: FixedClock = field(default_factory=lambda: FixedClock(ON_THE_DAY))

    async def open(self) -> UUID:
        now = self.clock.now()
        return await open_ballot(self.chair, self.meeting, seconds=180, at=now)

    async def close(self) -> None:
        await ballots.close(self.chair, self.meeting, at=self.clock.now())

    async def announce(self) -> Tally:
        return await ballots.announce(self.chair, self.meeting, at=self.clock.now())

    async def void(self) -> None:
        await ballots.void(self.chair, self.meeting, "演示理由", at=self.clock.now())

    async def call_next_motion(self) -> None:
        """Leave the item in hand, call the next and read its motion out."""
        await conduct.close_item(self.chair, self.meeting, at=self.clock.now())
        await self.read_motion()

    async def read_motion(self) -> None:
        await conduct.open_item(self.chair, self.meeting, at=self.clock.now())
        await conduct.read_motion(self.chair, self.meeting, at=self.clock.now())

    async def turnout_told(self) -> int:
        """The turnout that the journal's last closing tells."""
        told = [happened.event for happened in await journal.entries(self.meeting)]
        return [event.turnout for event in told if isinstance(event, BallotClosed)][-1]

    def household(self, n: int) -> UUID:
        household = self.voters[n].household
        assert household is not None
        return household

    def paper(self, ballot: UUID, n: int, choice: str = "for") -> Casting:
        """What the n-th household casts."""
        return Casting(
            ballot=ballot,
            voter=self.household(n),
            person=self.voters[n].present_person(),
            choice=choice,
            channel="phone",
            at=self.clock.now(),
        )


async def votes_in(ballot: UUID) -> dict[UUID, tuple[str, str]]:
    """Choice and receipt by household, as the database has them; each household once."""
    votes = await Vote.filter(ballot_id=ballot)
    assert len({vote.voter_id for vote in votes}) == len(votes)
    return {vote.voter_id: (vote.choice, vote.receipt) for vote in votes}


async def voting_hall(*, households: int, may_change: bool = True) -> Voting:
    """Needs an open, empty store. `may_change` is what the community's rule says of votes."""
    person = await found_community(BEFORE)
    community = (await require_community()).id
    await adopt(community, MEETING, _rule(may_change).to_json(), at=BEFORE)
    residents = await settle_households(community, households, key=KEY.encode(), at=BEFORE)
    chair_token = await token_of(person, ON_THE_DAY)
    chair = await actor_of(chair_token, at=ON_THE_DAY)
    meeting = await _noticed_meeting(chair)
    tokens = [await token_of(resident.person, ON_THE_DAY) for resident in residents]
    voters = [await actor_of(token, at=ON_THE_DAY) for token in tokens]
    for voter in voters:
        await attending.sign_in(voter, meeting, channel="hall", at=ON_THE_DAY)
    await meetings.convene(chair, meeting, at=ON_THE_DAY)
    voting = Voting(
        community=community,
        meeting=meeting,
        chair=chair,
        chair_token=chair_token,
        voters=voters,
        tokens=tokens,
    )
    await voting.read_motion()
    return voting


def _rule(may_change: bool) -> Rule:
    return msgspec.structs.replace(CONSULTATION, version=2, may_change=may_change)


async def _noticed_meeting(chair: Actor) -> UUID:
    day = await DeliberationDay.get(held_on=ON_THE_DAY.date())
    meeting = (await meetings.plan_meeting(chair, day.id, title="11月议事日", at=BEFORE)).id
    for n in range(ITEMS):
        demand = await raise_demand(chair, Raising(title=f"演示路灯不亮{n + 1}"), at=BEFORE)
        await add_demand(chair, meeting, demand.id, at=BEFORE)
    edit = Edit(reporter="演示报告人", step=Step.DECIDE, wording=WORDING)
    for item in await items_of(meeting):
        await edit_item(chair, meeting, item.id, edit, at=BEFORE)
    await publish_notice(chair, meeting, at=BEFORE)
    return meeting
