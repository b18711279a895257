"""A hall whose first motion has been read out: the next thing is to open its ballot.

Only what voting needs has happened, so it is quick to furnish; every item may be voted on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from msgspec.structs import replace

from deliberation import journal
from deliberation.agendas import conduct
from deliberation.agendas.editing import Edit, edit_item
from deliberation.agendas.models import AgendaItem
from deliberation.agendas.publishing import publish_notice
from deliberation.agendas.service import add_demand, items_of
from deliberation.auth.service import actor_of
from deliberation.ballots import service as ballots
from deliberation.ballots.models import Vote
from deliberation.ballots.opening import open_ballot
from deliberation.ballots.published import RECEIPT_BYTES, receipt_code
from deliberation.ballots.tally import Tally
from deliberation.ballots.votes import Casting
from deliberation.clock import FixedClock
from deliberation.demands.service import Raising, raise_demand
from deliberation.journal.canonical import canonical
from deliberation.journal.events import BallotClosed
from deliberation.matters.models import Resolution
from deliberation.matters.steps import Step
from deliberation.meetings import attending
from deliberation.meetings import service as meetings
from deliberation.meetings.models import DeliberationDay
from deliberation.people.models import Household, Ownership
from deliberation.people.roles import Actor
from deliberation.rulesets.questions import MOTION, Question
from deliberation.rulesets.rules import Rule
from deliberation.rulesets.service import MEETING, adopt
from deliberation.rulesets.shipped import CONSULTATION
from tests.flows.community import Resident, found_community, settle_households
from tests.flows.hall import BEFORE, KEY, ON_THE_DAY, WORDING, token_of
from tests.support.community import the_community

ITEMS = 4
SECRET = replace(CONSULTATION, version=2, secrecy="secret", may_change=False, proxies=0)


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

    async def close(self, ballot: UUID | None = None) -> None:
        await ballots.close(self.chair, self.meeting, ballot, at=self.clock.now())

    async def announce(self, ballot: UUID | None = None) -> Tally:
        return await ballots.announce(self.chair, self.meeting, ballot, at=self.clock.now())

    async def certify(self, ballot: UUID) -> None:
        await ballots.certify(self.chair, self.meeting, ballot, at=self.clock.now())

    async def void(self, ballot: UUID | None = None) -> None:
        await ballots.void(self.chair, self.meeting, "演示理由", ballot, at=self.clock.now())

    async def adjourn(self) -> None:
        await conduct.close_item(self.chair, self.meeting, at=self.clock.now())
        await conduct.adjourn(self.chair, self.meeting, at=self.clock.now())

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

    def sealed(self, ballot: UUID, n: int, choice: str, receipt: str) -> Casting:
        """The same in a secret ballot, under a code of the voter's own."""
        named = self.paper(ballot, n, choice)
        return replace(named, is_secret=True, receipt=receipt)


def code(n: int) -> str:
    """The n-th of the codes that voters make, which are no numbers in truth."""
    return receipt_code(n.to_bytes(RECEIPT_BYTES, "big"))


async def resolutions_on(ballot: UUID) -> list[str]:
    """What was recorded as decided by a ballot."""
    return [r.outcome for r in await Resolution.filter(ballot_id=ballot)]


async def votes_in(ballot: UUID) -> dict[UUID, tuple[str, str]]:
    """Choice and receipt by household, as the database has them; each household once."""
    votes = await Vote.filter(ballot_id=ballot)
    assert len({vote.voter_id for vote in votes}) == len(votes)
    return {vote.voter_id: (vote.choice, vote.receipt) for vote in votes}


Owners = Mapping[int, Sequence[int]]
"""Who owns the n-th unit: residents by their numbers; the first casts for all."""


async def voting_hall(
    *,
    households: int,
    may_change: bool = True,
    rule: Rule | None = None,
    question: Question | Sequence[Question] = MOTION,
    window_days: int = 0,
    owners: Owners | None = None,
) -> Voting:
    """Needs an open, empty store. Every item is noticed with the rule, the question (or the n-th of
    the questions) and the window;
    `may_change` is what the community's own rule says of votes, where no other is given."""
    person = await found_community(BEFORE)
    community = (await the_community()).id
    chosen = replace(CONSULTATION, version=2, may_change=may_change) if rule is None else rule
    await adopt(community, MEETING, chosen.to_json(), at=BEFORE)
    residents = await settle_households(community, households, key=KEY.encode(), at=BEFORE)
    chair_token = await token_of(person, ON_THE_DAY)
    chair = await actor_of(chair_token, at=ON_THE_DAY)
    await _settle_owners(owners or {}, residents)
    meeting = await _noticed_meeting(chair, question, window_days)
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


async def _settle_owners(owners: Owners, residents: Sequence[Resident]) -> None:
    for unit, people in owners.items():
        home = await Household.get(id=residents[unit].household)
        for n in people:
            await Ownership.create(
                unit_id=home.unit_id, person_id=residents[n].person, is_holder=n == people[0]
            )


async def _noticed_meeting(
    chair: Actor, question: Question | Sequence[Question], window_days: int
) -> UUID:
    day = await DeliberationDay.get(held_on=ON_THE_DAY.date())
    meeting = (await meetings.plan_meeting(chair, day.id, title="11月议事日", at=BEFORE)).id
    questions = [question] * ITEMS if isinstance(question, Question) else question
    for n in range(max(ITEMS, len(questions))):
        demand = await raise_demand(chair, Raising(title=f"演示路灯不亮{n + 1}"), at=BEFORE)
        await add_demand(chair, meeting, demand.id, at=BEFORE)
    edit = Edit(reporter="演示报告人", step=Step.DECIDE, wording=WORDING)
    for item in await items_of(meeting):
        await edit_item(chair, meeting, item.id, edit, at=BEFORE)
    for position, asked in enumerate(questions, 1):
        await AgendaItem.filter(meeting_id=meeting, position=position).update(
            question=canonical(asked.to_json()) if asked != MOTION else "", window_days=window_days
        )
    await publish_notice(chair, meeting, at=BEFORE)
    return meeting
