"""Who presides decides a tie where the rule says so, and nothing else."""

import pytest
from msgspec.structs import replace

from deliberation.ballots.deciding import break_tie
from deliberation.ballots.models import Ballot
from deliberation.ballots.publishing import bundle_of
from deliberation.ballots.recounting import recount
from deliberation.ballots.tally import Outcome
from deliberation.ballots.writer import cast_own
from deliberation.errors import Code, Refusal
from deliberation.rulesets.shipped import CONSULTATION
from tests.ballots.voting import Voting, voting_hall
from tests.flows.hall import ON_THE_DAY

pytestmark = pytest.mark.anyio


async def closed(*choices: str, chair: str = "breaks-ties") -> tuple[Voting, Ballot]:
    voting = await voting_hall(
        households=len(choices),
        rule=replace(CONSULTATION, chair=chair),
    )
    ballot = await voting.open()
    for voter, choice in zip(voting.voters, choices, strict=True):
        await cast_own(voter, ballot, choice, channel="form", at=ON_THE_DAY)
    await voting.close()
    return voting, await Ballot.get(id=ballot)


@pytest.mark.parametrize(
    ("decision", "outcome", "cast"),
    [
        ("for", Outcome.ADOPTED, 5),
        ("against", Outcome.REJECTED, 5),
        ("none", Outcome.REJECTED, 4),
    ],
)
async def test_equal_votes_wait_for_the_chair_and_count_with_its_vote(
    store: str, decision: str, outcome: Outcome, cast: int
) -> None:
    voting, ballot = await closed("for", "against", "for", "against")
    with pytest.raises(Refusal) as refusal:
        await voting.announce()
    assert refusal.value.code is Code.BALLOT_TIED
    await break_tie(voting.chair, voting.meeting, ballot.id, decision, at=ON_THE_DAY)
    tally = await voting.announce()
    assert (tally.outcome, tally.cast) == (outcome, cast)
    bundle = await bundle_of(await Ballot.get(id=ballot.id), "示例社区")
    assert recount(bundle).differences == ()


@pytest.mark.parametrize(
    ("choices", "chair"),
    [(("for", "for", "against"), "breaks-ties"), (("for", "against"), "silent")],
)
async def test_there_is_nothing_to_decide_without_a_tie_or_without_the_rule(
    store: str, choices: tuple[str, ...], chair: str
) -> None:
    voting, ballot = await closed(*choices, chair=chair)
    with pytest.raises(Refusal) as refusal:
        await break_tie(voting.chair, voting.meeting, ballot.id, "for", at=ON_THE_DAY)
    assert refusal.value.code is Code.BALLOT_NOT_TIED
    await voting.announce()
