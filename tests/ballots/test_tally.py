import json
import random
from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliberation.ballots.counting import Facts
from deliberation.ballots.counting import count as count_weighed
from deliberation.ballots.tally import Choice, Outcome, Tally
from deliberation.rulesets.rules import Rule, Share
from deliberation.rulesets.shipped import CONSULTATION

TWO_THIRDS = Share(Fraction(2, 3), strict=False)
HALF = Share(Fraction(1, 2), strict=True)
choices = st.lists(st.sampled_from(Choice), max_size=200)


def votes(in_favour: int, against: int, abstaining: int) -> list[Choice]:
    return [Choice.FOR] * in_favour + [Choice.AGAINST] * against + [Choice.ABSTAIN] * abstaining


def count(cast: list[Choice], by: Rule, entitled: int, present: int) -> Tally:
    """Votes without an area behind them."""
    facts = Facts(entitled=entitled, present=present)
    return count_weighed([(choice, 0) for choice in cast], by, facts)


def rule(**changes: object) -> Rule:
    return msgspec.structs.replace(CONSULTATION, **changes)


def said(tally: Tally) -> list[str]:
    return [step.render() for step in tally.steps]


def test_the_sum_is_worked_as_on_the_big_screen() -> None:
    tally = count(votes(72, 19, 7), rule(majority=TWO_THIRDS, participation=HALF), 120, 98)
    assert tally.outcome is Outcome.ADOPTED
    assert tally.turnout == "81.66%"
    assert said(tally) == [
        "赞成72，反对19，弃权7，共投票98",
        "投票98 ÷ 应投户数120 = 81.66%（截尾，不进位），须过半即61票：达到",
        "赞成72 ÷ 投票98 = 73.46%（截尾，不进位），须三分之二以上即66票：达到",
        "结果：通过",
    ]


@pytest.mark.parametrize(
    ("base", "outcome", "whole"),
    [
        ("cast", Outcome.REJECTED, 98),
        ("yes_no", Outcome.ADOPTED, 91),
        ("entitled", Outcome.REJECTED, 200),
        ("present", Outcome.REJECTED, 110),
    ],
)
def test_the_same_votes_pass_or_fail_by_the_base(base: str, outcome: Outcome, whole: int) -> None:
    tally = count(votes(49, 42, 7), rule(base=base), 200, 110)
    assert tally.outcome is outcome
    assert tally.majority is not None
    assert tally.majority.whole == whole


def test_exactly_half_is_not_more_than_half() -> None:
    assert count(votes(50, 50, 0), CONSULTATION, 120, 100).outcome is Outcome.REJECTED
    assert count(votes(51, 50, 0), CONSULTATION, 120, 101).outcome is Outcome.ADOPTED


def test_a_vote_in_which_too_few_took_part_is_invalid_and_not_rejected() -> None:
    tally = count(votes(60, 0, 0), rule(participation=HALF), 120, 100)
    assert tally.outcome is Outcome.INVALID
    assert said(tally)[1].endswith("须过半即61票：没有达到")
    assert said(tally)[-1] == "结果：参与不足，结果无效"


def test_a_ballot_without_votes_adopts_nothing() -> None:
    tally = count([], CONSULTATION, 120, 80)
    assert tally.outcome is Outcome.REJECTED
    assert said(tally)[1] == "投票为0，没有达到"
    assert count(votes(0, 0, 9), rule(base="yes_no"), 120, 80).outcome is Outcome.REJECTED


def test_who_votes_is_present() -> None:
    tally = count(votes(30, 5, 5), rule(base="present"), 120, 20)
    assert tally.majority is not None
    assert tally.present == tally.majority.whole == 40


def test_more_votes_than_voters_are_never_counted() -> None:
    with pytest.raises(ValueError, match="3 votes of 2"):
        count(votes(3, 0, 0), CONSULTATION, 2, 2)


@given(choices, st.integers(0, 100), st.integers(0, 300), st.randoms(use_true_random=False))
def test_the_order_of_the_votes_does_not_matter(
    cast: list[Choice], silent: int, present: int, chance: random.Random
) -> None:
    shuffled = cast.copy()
    chance.shuffle(shuffled)
    entitled = len(cast) + silent
    assert count(cast, CONSULTATION, entitled, present) == count(
        shuffled, CONSULTATION, entitled, present
    )


@given(choices, st.sampled_from(["cast", "yes_no", "entitled", "present"]), st.integers(1, 50))
def test_one_more_in_favour_never_defeats_a_motion(
    cast: list[Choice], base: str, silent: int
) -> None:
    chosen = rule(base=base, majority=TWO_THIRDS)
    before = count(cast, chosen, len(cast) + silent, 0)
    after = count([*cast, Choice.FOR], chosen, len(cast) + silent, 0)
    if before.outcome is Outcome.ADOPTED:
        assert after.outcome is Outcome.ADOPTED


@given(choices, st.integers(0, 100))
def test_the_parts_make_up_the_whole(cast: list[Choice], silent: int) -> None:
    tally = count(cast, rule(participation=HALF), len(cast) + silent, 0)
    assert sum(tally.totals.values()) == tally.cast == len(cast)
    assert tally.majority is not None
    assert tally.majority.reached is (2 * tally.totals[Choice.FOR] > tally.cast > 0)


@given(choices, st.integers(0, 100))
def test_a_tally_read_back_is_the_same(cast: list[Choice], silent: int) -> None:
    tally = count(cast, rule(participation=TWO_THIRDS), len(cast) + silent, 5)
    text = json.dumps(tally.to_json(), ensure_ascii=False, sort_keys=True)
    assert Tally.from_json(json.loads(text)) == tally
