"""An open ballot's electorate is corrected in public, and never after somebody has voted."""

import pytest
from msgspec.structs import replace

from deliberation import journal
from deliberation.ballots.correcting import add_elector, strike_elector
from deliberation.ballots.models import Ballot
from deliberation.ballots.writer import cast_own
from deliberation.errors import Code, Refusal
from deliberation.journal.events import ElectorateChanged
from deliberation.meetings.models import RollEntry
from deliberation.people.models import Household, Unit
from deliberation.rulesets.shipped import CONSULTATION
from tests.ballots.voting import Voting, voting_hall
from tests.flows.hall import KEY, ON_THE_DAY

pytestmark = pytest.mark.anyio


async def door(voting: Voting, n: int) -> str:
    home = await Household.get(id=voting.household(n))
    return (await Unit.get(id=home.unit_id)).label


async def refused(act: object) -> Code:
    with pytest.raises(Refusal) as refusal:
        await act  # type: ignore[misc] # a coroutine
    return refusal.value.code


async def left_out(n: int = 3) -> Voting:
    """The last household does not stand on the roll."""
    voting = await voting_hall(households=n, rule=replace(CONSULTATION, attendance=None))
    await RollEntry.filter(meeting_id=voting.meeting, household_id=voting.household(n - 1)).delete()
    return voting


async def test_who_was_left_out_is_added_with_a_reason_and_votes(store: str) -> None:
    voting = await left_out()
    ballot = await voting.open()
    late, where = voting.voters[2], await door(voting, 2)
    where_to = (voting.chair, voting.meeting, ballot, where)
    cast = cast_own(late, ballot, "for", channel="form", at=ON_THE_DAY)
    assert await refused(cast) is Code.BALLOT_NOT_ENTITLED
    add = add_elector(*where_to, "  ", key=KEY.encode(), at=ON_THE_DAY)
    assert await refused(add) is Code.REASON_REQUIRED
    before = await Ballot.get(id=ballot)
    await add_elector(*where_to, "演示：漏登", key=KEY.encode(), at=ON_THE_DAY)
    after = await Ballot.get(id=ballot)
    assert (before.entitled, after.entitled) == (2, 3)
    assert before.electorate_id != after.electorate_id
    await cast_own(late, ballot, "for", channel="form", at=ON_THE_DAY)
    again = add_elector(*where_to, "演示", key=KEY.encode(), at=ON_THE_DAY)
    assert await refused(again) is Code.BALLOT_ELECTOR_THERE
    await voting.close()
    assert (await voting.announce()).entitled == 3


async def test_who_has_not_voted_is_struck_and_the_journal_names_nobody(store: str) -> None:
    voting = await voting_hall(households=3)
    ballot = await voting.open()
    await cast_own(voting.voters[0], ballot, "for", channel="form", at=ON_THE_DAY)
    voted = (voting.chair, voting.meeting, ballot, await door(voting, 0), "演示：误登")
    strike = strike_elector(*voted, key=KEY.encode(), at=ON_THE_DAY)
    assert await refused(strike) is Code.BALLOT_ELECTOR_VOTED
    silent = (voting.chair, voting.meeting, ballot, await door(voting, 1), "演示：误登")
    await strike_elector(*silent, key=KEY.encode(), at=ON_THE_DAY)
    cast = cast_own(voting.voters[1], ballot, "for", channel="form", at=ON_THE_DAY)
    assert await refused(cast) is Code.BALLOT_NOT_ENTITLED
    told = [h.event for h in await journal.entries(voting.meeting)]
    [changed] = [event for event in told if isinstance(event, ElectorateChanged)]
    assert (changed.struck, changed.entitled) == (1, 2)
    assert str(voting.household(1)) not in str(changed)
    state = await journal.state_of(voting.meeting)
    assert state.open_ballot is not None
    assert state.open_ballot.entitled == 2
