"""Who is there at the close is kept: nobody changes a result by leaving, or arriving, after it."""

from collections.abc import Sequence
from uuid import UUID

import pytest
from msgspec.structs import replace

from deliberation import journal
from deliberation.ballots.casting import cast
from deliberation.ballots.models import Ballot
from deliberation.ballots.publishing import bundle_of
from deliberation.ballots.recounting import recount
from deliberation.ballots.tally import Outcome, Tally
from deliberation.journal.events import BallotClosed
from deliberation.meetings import attending
from deliberation.rulesets.shipped import CONSULTATION
from tests.ballots.voting import Voting, voting_hall
from tests.flows.hall import ON_THE_DAY

pytestmark = pytest.mark.anyio

OF_THE_PRESENT = replace(CONSULTATION, version=2, base="present", attendance=None)


async def leave(voting: Voting, *voters: int) -> None:
    for n in voters:
        await attending.leave(voting.voters[n], voting.meeting, at=ON_THE_DAY)


async def arrive(voting: Voting, *voters: int) -> None:
    for n in voters:
        await attending.sign_in(voting.voters[n], voting.meeting, channel="hall", at=ON_THE_DAY)


async def two_for(voting: Voting) -> UUID:
    ballot = await voting.open()
    await cast([voting.paper(ballot, n) for n in (0, 1)])
    return ballot


async def announced(voting: Voting, ballot: UUID, present: int) -> Tally:
    """So many were there, by the ballot, the journal, the tally and who counts again."""
    tally = await voting.announce()
    told = [happened.event for happened in await journal.entries(voting.meeting)]
    assert [event.present for event in told if isinstance(event, BallotClosed)] == [present]
    row = await Ballot.get(id=ballot)
    assert (row.present, tally.present) == (present, present)
    assert tally.majority is not None
    assert tally.majority.whole == present
    assert recount(await bundle_of(row, "示例社区")).differences == ()
    return tally


async def test_who_leaves_after_the_close_was_present_all_the_same(store: str) -> None:
    """Two of four are no majority; two of the two who stay would be one."""
    voting = await voting_hall(households=4, rule=OF_THE_PRESENT)
    ballot = await two_for(voting)
    await voting.close()
    await leave(voting, 2, 3)
    assert (await announced(voting, ballot, 4)).outcome is Outcome.REJECTED


async def test_who_arrives_after_the_close_was_not_present(store: str) -> None:
    voting = await voting_hall(households=4, rule=OF_THE_PRESENT)
    await leave(voting, 2, 3)
    ballot = await two_for(voting)
    await voting.close()
    await arrive(voting, 2, 3)
    assert (await announced(voting, ballot, 2)).outcome is Outcome.ADOPTED


@pytest.mark.parametrize("leaving", [(), (3,), (2, 3)], ids=["nobody", "one", "two"])
async def test_who_leaves_before_the_close_is_not_counted(
    sqlite_store: str, leaving: Sequence[int]
) -> None:
    voting = await voting_hall(households=4, rule=OF_THE_PRESENT)
    ballot = await two_for(voting)
    await leave(voting, *leaving)
    await voting.close()
    await announced(voting, ballot, 4 - len(leaving))
