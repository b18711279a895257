"""Who presides decides a tie where the rule says so, and nothing else."""

from datetime import timedelta
from fractions import Fraction

import pytest
from msgspec.structs import replace

from deliberation.auth.service import actor_of
from deliberation.ballots import drawing
from deliberation.ballots.deciding import break_tie
from deliberation.ballots.models import Ballot
from deliberation.ballots.publishing import bundle_of
from deliberation.ballots.recounting import recount
from deliberation.ballots.tally import Outcome
from deliberation.ballots.writer import cast_own
from deliberation.errors import Code, Refusal
from deliberation.people.models import RoleGrant
from deliberation.rulesets.questions import Question
from deliberation.rulesets.rules import Rule, Share
from deliberation.rulesets.shipped import CONSULTATION
from tests.ballots.voting import Voting, voting_hall
from tests.flows.hall import ON_THE_DAY

pytestmark = pytest.mark.anyio


DECIDES = replace(CONSULTATION, chair="breaks-ties")
HALF = Share(Fraction(1, 2), strict=True)
UNSEEN = replace(DECIDES, shown="certified", objection_days=3, tie_break="lot")
"""Nobody knows the count until the objections were heard."""


async def closed(*choices: str, rule: Rule = DECIDES, households: int = 0) -> tuple[Voting, Ballot]:
    """A voter for each choice; more households there may be, which did not vote."""
    voting = await voting_hall(households=households or len(choices), rule=rule)
    ballot = await voting.open()
    for voter, choice in zip(voting.voters, choices, strict=False):
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
    voting, ballot = await closed(*choices, rule=replace(CONSULTATION, chair=chair))
    with pytest.raises(Refusal) as refusal:
        await break_tie(voting.chair, voting.meeting, ballot.id, "for", at=ON_THE_DAY)
    assert refusal.value.code is Code.BALLOT_NOT_TIED
    await voting.announce()


async def refused(act: object) -> Code:
    with pytest.raises(Refusal) as refusal:
        await act  # type: ignore[misc] # a coroutine
    return refusal.value.code


async def test_a_deciding_vote_makes_no_participation_that_was_missed(store: str) -> None:
    """Two of four are not more than half; three of five would be."""
    rule = replace(DECIDES, participation=HALF)
    voting, ballot = await closed("for", "against", rule=rule, households=4)
    decide = break_tie(voting.chair, voting.meeting, ballot.id, "for", at=ON_THE_DAY)
    assert await refused(decide) is Code.BALLOT_NOT_TIED
    tally = await voting.announce()
    assert (tally.outcome, tally.cast, tally.entitled) == (Outcome.INVALID, 2, 4)


async def test_a_deciding_vote_decides_where_enough_took_part(store: str) -> None:
    rule = replace(DECIDES, participation=HALF)
    voting, ballot = await closed("for", "against", rule=rule, households=3)
    await break_tie(voting.chair, voting.meeting, ballot.id, "for", at=ON_THE_DAY)
    tally = await voting.announce()
    assert (tally.outcome, tally.cast, tally.entitled) == (Outcome.ADOPTED, 3, 4)


async def test_only_who_presided_at_the_opening_and_had_no_vote_decides(store: str) -> None:
    voting, ballot = await closed("for", "against")
    assert ballot.silent_id == voting.chair.person
    await RoleGrant.create(person_id=voting.voters[0].present_person(), role="facilitator")
    second = await actor_of(voting.tokens[0], at=ON_THE_DAY)
    decide = break_tie(second, voting.meeting, ballot.id, "for", at=ON_THE_DAY)
    assert await refused(decide) is Code.NOT_PERMITTED
    await break_tie(voting.chair, voting.meeting, ballot.id, "against", at=ON_THE_DAY)
    assert (await voting.announce()).outcome is Outcome.REJECTED


async def test_nobody_decides_a_tie_while_objections_are_heard_and_nobody_knows_the_count(
    store: str,
) -> None:
    voting, ballot = await closed("for", "against", rule=UNSEEN)
    early = break_tie(voting.chair, voting.meeting, ballot.id, "for", at=ON_THE_DAY)
    assert await refused(early) is Code.BALLOT_OBJECTIONS_OPEN
    voting.clock.advance(timedelta(days=3))
    now = voting.clock.now()
    await break_tie(voting.chair, voting.meeting, ballot.id, "for", at=now)
    assert (await voting.announce()).outcome is Outcome.ADOPTED


async def test_no_lot_is_drawn_in_that_time_either(store: str) -> None:
    options = Question(method="plurality", options=("甲", "乙"))
    voting = await voting_hall(households=2, rule=UNSEEN, question=options)
    ballot = await voting.open()
    for voter, choice in zip(voting.voters, ("1", "2"), strict=True):
        await cast_own(voter, ballot, choice, channel="form", at=ON_THE_DAY)
    await voting.close()
    early = drawing.draw(voting.chair, voting.meeting, ballot, "1234", at=ON_THE_DAY)
    assert await refused(early) is Code.BALLOT_OBJECTIONS_OPEN
    voting.clock.advance(timedelta(days=3))
    now = voting.clock.now()
    assert not await drawing.draw(voting.chair, voting.meeting, ballot, "1234", at=now)
