"""Whoever casts a vote or closes a ballot may go away at any moment: it is done wholly or not."""

from collections.abc import Callable, Coroutine
from typing import Any
from uuid import UUID

import pytest

from deliberation import journal
from deliberation.ballots import reading
from deliberation.ballots.casting import cast
from deliberation.ballots.models import Ballot
from deliberation.ballots.writer import cast_own
from tests.ballots.leaving import leave_after, moments, turns_of
from tests.ballots.voting import Voting, votes_in, voting_hall

pytestmark = pytest.mark.anyio

GROUP = 3


@pytest.fixture
async def voting(store: str) -> Voting:
    return await voting_hall(households=GROUP)


Casts = Callable[[Voting, UUID], Coroutine[Any, Any, object]]


async def in_a_group(voting: Voting, ballot: UUID) -> None:
    await cast([voting.paper(ballot, n) for n in range(GROUP)])


async def through_the_writer(voting: Voting, ballot: UUID) -> None:
    voter, now = voting.voters[0], voting.clock.now()
    await cast_own(voter, ballot, "for", channel="form", at=now)


@pytest.mark.parametrize(("casts", "size"), [(in_a_group, GROUP), (through_the_writer, 1)])
async def test_a_vote_whose_voter_goes_away_is_cast_wholly_or_not_at_all(
    voting: Voting, casts: Casts, size: int
) -> None:
    for moment in moments(await turns_of(casts(voting, await voting.open()))):
        await voting.void()
        ballot = await voting.open()
        await leave_after(moment, casts(voting, ballot))
        votes = len(await votes_in(ballot))
        assert votes in (0, size)
        assert await reading.turnout(ballot) == votes
        await casts(voting, ballot)
        assert len(await votes_in(ballot)) == await reading.turnout(ballot) == size


async def test_a_close_whose_chair_goes_away_is_told_exactly_if_it_was_done(
    voting: Voting,
) -> None:
    ballot = await voting.open()
    for moment in moments(await turns_of(voting.close())):
        await voting.void()
        ballot = await voting.open()
        await cast([voting.paper(ballot, 0)])
        before = await journal.position(voting.meeting)
        await leave_after(moment, voting.close())
        is_closed = (await Ballot.get(id=ballot)).state == "closed"
        assert await journal.position(voting.meeting) == before + is_closed
        assert not is_closed or await voting.turnout_told() == 1
    assert await journal.broken_at(voting.meeting) is None
