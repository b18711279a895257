"""Every kind of question, from the notice to the result: what was asked, cast and announced."""

import hashlib
from collections.abc import Sequence
from uuid import UUID

import pytest
from msgspec.structs import replace

from deliberation.agendas import conduct
from deliberation.agendas.models import AgendaItem
from deliberation.ballots import results
from deliberation.ballots.casting import cast, own_casting
from deliberation.ballots.frozen import frozen
from deliberation.ballots.models import Ballot
from deliberation.ballots.tally import Outcome, Tally
from deliberation.ballots.votes import Cast
from deliberation.errors import Code, Refusal
from deliberation.matters.models import Matter
from deliberation.rulesets.questions import Question
from deliberation.rulesets.rules import Rule
from deliberation.rulesets.shipped import CONSULTATION
from deliberation.tally.asked import count_asked
from tests.ballots.voting import SECRET, Voting, resolutions_on, voting_hall

pytestmark = pytest.mark.anyio

PLANS = ("甲方案", "乙方案", "丙方案")
ONE, TWO, THREE = PLANS
OPEN = replace(CONSULTATION, version=2)
CODES = [f"AAAA-AAA{sign}" for sign in "23456789"]


def asks(method: str, **more: object) -> Question:
    return replace(Question(method=method, options=PLANS, **COSTS.get(method, {})), **more)  # type: ignore[arg-type]


SAID = ("method", "seats", "votes", "winners", "order")
COSTS: dict[str, dict[str, object]] = {
    "greedy": {"costs": (500_00, 300_00, 400_00), "budget": 800_00},
    "equal-shares": {"costs": (200_00, 200_00, 1000_00), "budget": 800_00},
}


async def voted(voting: Voting, ballot: UUID, choices: Sequence[str]) -> None:
    """The first households choose, as their own devices would send it."""
    rule = await frozen(ballot)
    assert rule is not None
    now = voting.clock.now()
    papers = [
        own_casting(voter, rule, choice, receipt=receipt, channel="phone", at=now)
        for voter, choice, receipt in zip(voting.voters, choices, CODES, strict=False)
    ]
    assert all(isinstance(answer, Cast) for answer in await cast(papers))


async def held(rule: Rule, question: Question, choices: Sequence[str]) -> tuple[Voting, UUID]:
    """A ballot that everybody but one household has voted in, closed."""
    voting = await voting_hall(households=len(choices) + 1, rule=rule, question=question)
    ballot = await voting.open()
    await voted(voting, ballot, choices)
    await voting.close()
    return voting, ballot


def winners(tally: Tally) -> list[str]:
    assert tally.count is not None
    return list(tally.count["winners"])


@pytest.mark.parametrize(
    ("rule", "question", "choices", "chosen"),
    [
        # 甲 3, 乙 2, none of these 1.
        (SECRET, asks("plurality"), ["1", "1", "1", "2", "2", "none"], [ONE]),
        # 乙 is approved by 3, 甲 by 2, 丙 by 1.
        (OPEN, asks("approval"), ["1,2", "2", "2,3", "1", "abstain"], [TWO]),
        # For two seats: 甲 3, 乙 2, 丙 1.
        (OPEN, asks("top", seats=2), ["1,2", "1,3", "1", "2"], [ONE, TWO]),
        # 乙 beats 甲 by 3 : 2 and 丙 by 3 : 2, though it comes first for one only.
        (SECRET, asks("schulze"), ["1>2>3", "1>2>3", "3>2>1", "3>2>1", "2>1>3"], [TWO]),
        # 甲 3, 丙 3, 乙 1: 乙 goes, and its paper to 丙, who has 4 of 7.
        (OPEN, asks("irv"), ["1>2>3"] * 3 + ["3>1>2"] * 3 + ["2>3>1"], [THREE]),
        # Quota 7 // 3 + 1 = 3: 甲 has 6, whose surplus of 3 elects 乙.
        (OPEN, asks("stv", seats=2), ["1>2>3"] * 6 + ["3>1>2"], [ONE, TWO]),
        # Means 14/3, 10/3 and 1.
        (SECRET, asks("rating"), ["5,3,", "4,5,1", "5,2,"], [ONE]),
        # Medians 5, 3 and 1.
        (OPEN, asks("majority-judgment"), ["5,3,1", "4,5,1", "5,2,2"], [ONE]),
        # Supporters 3, 2, 1: 500 + 300 yuan spend the 800.
        (SECRET, asks("greedy"), ["1", "1,2", "1,3", "2"], [ONE, TWO]),
        # 200 yuan each. 甲 costs 3 people 66 2/3, then 乙 two of them 100; 1,000 nobody has.
        (OPEN, asks("equal-shares"), ["1", "1,2", "1,2", "3"], [ONE, TWO]),
    ],
    ids=lambda value: value.method if isinstance(value, Question) else "",
)
async def test_the_question_is_answered_as_worked_by_hand(
    store: str, rule: Rule, question: Question, choices: Sequence[str], chosen: Sequence[str]
) -> None:
    voting, ballot = await held(rule, question, choices)
    tally = await voting.announce()
    assert sorted(winners(tally)) == sorted(chosen)
    assert (tally.outcome, tally.cast) == (Outcome.CHOSEN, len(choices))
    listed = await results.votes_of(await Ballot.get(id=ballot))
    again = count_asked(question, [vote.choice for vote in listed]).to_json()
    assert tally.count is not None
    assert {key: again[key] for key in SAID} == {key: tally.count[key] for key in SAID}
    assert await resolutions_on(ballot) == ["chosen"]
    await conduct.close_item(voting.chair, voting.meeting, at=voting.clock.now())
    item = await AgendaItem.get(meeting_id=voting.meeting, position=1)
    assert item.outcome == "已选出"
    assert (await Matter.get(id=item.matter_id)).step == "deliver"


async def test_ranked_votes_are_kept_whole_on_both_engines(store: str) -> None:
    plans = tuple(f"方案{n}" for n in range(1, 41))
    ranking = ">".join(str(n) for n in range(40, 0, -1))
    question = Question(method="schulze", options=plans)
    voting, _ballot = await held(OPEN, question, [ranking, ranking])
    assert winners(await voting.announce()) == ["方案40"]


async def test_none_of_these_may_win_and_then_nobody_is_chosen(store: str) -> None:
    voting, ballot = await held(OPEN, asks("plurality"), ["none", "none", "none", "1", "1", "2"])
    tally = await voting.announce()
    assert tally.outcome is Outcome.UNDECIDED
    assert await resolutions_on(ballot) == ["undecided"]
    await conduct.close_item(voting.chair, voting.meeting, at=voting.clock.now())
    item = await AgendaItem.get(meeting_id=voting.meeting, position=1)
    assert item.outcome == "没有选出"
    assert (await Matter.get(id=item.matter_id)).step == "decide"


async def test_a_choice_that_the_question_does_not_offer_is_refused(store: str) -> None:
    voting = await voting_hall(households=2, rule=OPEN, question=asks("plurality"))
    ballot = await voting.open()
    for choice in ("4", "1,2", "for", "", "follow"):
        with pytest.raises(Refusal) as refused:
            await voted(voting, ballot, [choice])
        assert refused.value.code is Code.BALLOT_CHOICE_UNKNOWN


TIED = ["1", "1", "2", "2"]


async def test_a_tie_that_no_rule_breaks_is_named_and_decides_nothing(store: str) -> None:
    voting, _ballot = await held(OPEN, asks("plurality"), TIED)
    tally = await voting.announce()
    assert tally.outcome is Outcome.UNDECIDED


async def test_a_tie_is_broken_by_the_order_of_the_list_where_the_rule_says_so(store: str) -> None:
    rule = replace(OPEN, tie_break="list")
    voting, _ballot = await held(rule, asks("plurality"), ["2", "2", "1", "1"])
    tally = await voting.announce()
    assert (winners(tally), tally.outcome) == ([ONE], Outcome.CHOSEN)


async def test_a_tie_waits_for_the_lot_which_anyone_can_draw_again(store: str) -> None:
    voting, ballot = await held(replace(OPEN, tie_break="lot"), asks("plurality"), TIED)
    with pytest.raises(Refusal) as refused:
        await voting.announce()
    assert refused.value.code is Code.BALLOT_LOT_NEEDED
    row = await Ballot.get(id=ballot)
    assert (row.state, len(row.head)) == ("closed", 64)
    await Ballot.filter(id=ballot).update(lot_digits="314", is_lot_confirmed=True)
    seed = f"{row.head}:314".encode()
    drawn = min((ONE, TWO), key=lambda plan: hashlib.sha256(seed + b"\0" + plan.encode()).digest())
    assert winners(await voting.announce()) == [drawn]


async def test_where_nothing_is_tied_no_lot_is_asked_for(store: str) -> None:
    voting, _ballot = await held(replace(OPEN, tie_break="lot"), asks("plurality"), ["2", "2", "1"])
    assert winners(await voting.announce()) == [TWO]
