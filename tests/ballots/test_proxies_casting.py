"""A vote that was cast by proxy stands, and who cast it may press again."""

from uuid import UUID

import pytest
from msgspec.structs import replace

from deliberation.ballots.batch_counting import refused_in
from deliberation.ballots.holding import cast_for
from deliberation.ballots.votes import Cast, Effect
from deliberation.ballots.writer import cast_own
from deliberation.errors import Code, Refusal
from deliberation.meetings import proxies
from deliberation.meetings.proxies import Giving
from deliberation.rulesets.rules import Rule
from deliberation.rulesets.shipped import CONSULTATION
from tests.ballots.papering import enter_twice, paper_for
from tests.ballots.voting import Voting, votes_in, voting_hall
from tests.flows.hall import ON_THE_DAY

pytestmark = pytest.mark.anyio

CHANGES = pytest.mark.parametrize("may_change", [True, False], ids=["changed", "final"])


def ruled(*, may_change: bool, precedence: str = "first") -> Rule:
    return replace(CONSULTATION, version=2, may_change=may_change, precedence=precedence)


async def mandated(rule: Rule) -> tuple[Voting, UUID]:
    """The first resident gave their vote to the second."""
    voting = await voting_hall(households=3, rule=rule)
    giver, holder = voting.voters[0], voting.voters[1].present_person()
    await proxies.give(giver, voting.meeting, Giving(holder=holder), at=ON_THE_DAY)
    return voting, await voting.open()


async def press(voting: Voting, ballot: UUID, choice: str = "for") -> Cast:
    """The holder casts the giver's vote."""
    holder, voter = voting.voters[1], voting.household(0)
    return await cast_for(holder, ballot, voter, choice, receipt="", at=ON_THE_DAY)


async def refused(act: object) -> Code:
    with pytest.raises(Refusal) as refusal:
        await act  # type: ignore[misc] # a coroutine
    return refusal.value.code


@CHANGES
async def test_a_proxy_who_presses_again_gets_the_same_answer(store: str, may_change: bool) -> None:
    voting, ballot = await mandated(ruled(may_change=may_change))
    first, again = await press(voting, ballot), await press(voting, ballot)
    assert (first.effect, again.effect) == (Effect.COUNTED, Effect.REPEATED)
    assert (first.receipt, first.choice) == (again.receipt, again.choice)
    if may_change:
        assert (await press(voting, ballot, "against")).effect is Effect.CHANGED
    else:
        assert await refused(press(voting, ballot, "against")) is Code.BALLOT_VOTE_FINAL
    await voting.close()
    assert (await voting.announce()).cast == 1


@CHANGES
@pytest.mark.parametrize("choice", ["for", "against"], ids=["same", "other"])
async def test_who_gave_the_vote_away_does_not_replace_what_was_cast_with_it(
    store: str, may_change: bool, choice: str
) -> None:
    voting, ballot = await mandated(ruled(may_change=may_change, precedence="online"))
    stands = (await press(voting, ballot)).receipt
    own = cast_own(voting.voters[0], ballot, choice, channel="form", at=ON_THE_DAY)
    assert await refused(own) is Code.BALLOT_BY_PROXY
    assert await votes_in(ballot) == {voting.household(0): ("for", stands)}


async def test_a_paper_does_not_replace_it_either(store: str) -> None:
    voting, ballot = await mandated(ruled(may_change=True, precedence="paper"))
    serial = await paper_for(voting, ballot, 0)
    stands = (await press(voting, ballot)).receipt
    batch = await enter_twice(voting, ballot, f"{serial} 2")
    assert [refusal.code for _name, refusal in refused_in(batch)] == [Code.BALLOT_BY_PROXY]
    assert await votes_in(ballot) == {voting.household(0): ("for", stands)}
