"""A ballot that is open in a database before any service runs, and what must hold after it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx2

from deliberation import journal, store
from deliberation.auth.service import actor_of
from deliberation.ballots import reading
from deliberation.ballots import service as ballots
from deliberation.ballots.models import Vote
from deliberation.clock import FixedClock
from tests.flows.hall import BEFORE, convene_with_everybody, furnished, open_the_vote, token_of
from tests.web.desk import Browser

HOUSEHOLDS = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Voting:
    """An open ballot; the n-th household has the n-th token."""

    url: str
    """Of the database."""
    meeting: UUID
    community: UUID
    ballot: UUID
    households: Sequence[UUID]
    tokens: Sequence[str]
    chair: str
    """The facilitator's token."""

    @property
    def path(self) -> str:
        return f"/meetings/{self.meeting}/ballots/{self.ballot}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A vote as the database has it."""

    choice: str
    receipt: str


async def open_voting(url: str) -> Voting:
    """A day in a migrated, empty database whose first item is being voted on."""
    await store.open_store(url)
    try:
        hall = await furnished(FixedClock(BEFORE), households=HOUSEHOLDS)
        await convene_with_everybody(hall)
        ballot = await open_the_vote(hall)
        late = datetime.now(UTC) + timedelta(days=1)
        assert hall.chair.person is not None
        return Voting(
            url=url,
            meeting=hall.meeting,
            community=hall.community,
            ballot=ballot,
            households=[resident.household for resident in hall.residents],
            tokens=[await token_of(resident.person, late) for resident in hall.residents],
            chair=await token_of(hall.chair.person, late),
        )
    finally:
        await journal.drain()
        await store.close_store()


async def chair_sends(service: str, voting: Voting, act: str, **fields: str) -> None:
    """The chair does something with the ballot by a form: close, extend, announce."""
    async with httpx2.AsyncClient(base_url=service, trust_env=False, timeout=60) as client:
        chair = Browser(client, voting.chair)
        answer = await chair.send(f"{voting.path}/{act}", confirmed="1", **fields)
        assert answer.status_code == 303, answer.text


async def votes_of(voting: Voting) -> dict[int, Stored]:
    """The votes by the number of their household, after the service has ended.

    The journal holds, the turnout is their number, and no household has two.
    """
    await store.open_store(voting.url)
    try:
        assert await journal.broken_at(voting.meeting) is None
        assert await journal.broken_at(voting.community) is None
        rows = await Vote.filter(ballot_id=voting.ballot)
        assert await reading.turnout(voting.ballot) == len(rows)
    finally:
        await store.close_store()
    numbers = {household: n for n, household in enumerate(voting.households)}
    votes = {numbers[row.voter_id]: Stored(choice=row.choice, receipt=row.receipt) for row in rows}
    assert len(votes) == len(rows)
    return votes


async def announced_totals(voting: Voting) -> dict[str, int]:
    """Announce the closed ballot: the worked count by choice, which agrees with its closing."""
    await store.open_store(voting.url)
    try:
        now = datetime.now(UTC)
        chair = await actor_of(voting.chair, at=now)
        tally = await ballots.announce(chair, voting.meeting, at=now)
        closed = [
            happened.event.turnout  # type: ignore[attr-defined] # of this event
            for happened in await journal.entries(voting.meeting)
            if happened.event.NAME == "ballot.closed"
        ]
        assert closed == [tally.cast]
        return {choice.value: n for choice, n in tally.totals.items() if n}
    finally:
        await journal.drain()
        await store.close_store()
