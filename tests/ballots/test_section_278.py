"""Civil Code §278 worked by hand: every boundary, by heads and by area.

Two thirds of the entitled must take part, by heads and by area; then more than half (or three
quarters and more) of those who took part must agree, on both. 以上 includes the number itself.
Areas are in 0.01 m².
"""

import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from deliberation.ballots.counting import Facts, count
from deliberation.ballots.tally import Choice, Outcome, Tally
from deliberation.rulesets.rules import Rule
from deliberation.rulesets.shipped import OWNERS_HALF, OWNERS_THREE_QUARTERS, UNANIMITY

HALF, QUARTERS = OWNERS_HALF, OWNERS_THREE_QUARTERS
Owners = Sequence[tuple[str, int]]
ADOPTED, REJECTED, INVALID = Outcome.ADOPTED, Outcome.REJECTED, Outcome.INVALID


def owners(n: int, choice: str, area: int) -> list[tuple[str, int]]:
    return [(choice, area)] * n


def decided(rule: Rule, heads: int, area: int, votes: Owners, spoilt: Sequence[int] = ()) -> Tally:
    """`spoilt`: the areas of those who returned spoilt papers."""
    facts = Facts(
        entitled=heads,
        present=0,
        entitled_area=area,
        spoilt=len(spoilt),
        spoilt_area=sum(spoilt),
    )
    return count(votes, rule, facts)


@pytest.mark.parametrize(
    ("rule", "heads", "area", "votes", "outcome"),
    [
        # Participation by heads. 6 of 9 = 2/3 exactly, area 60 of 90: enough.
        (HALF, 9, 90_00, owners(6, "for", 10_00), ADOPTED),
        # 5 of 9 < 6; their area 70 of 90 is more than enough, and does not help.
        (HALF, 9, 90_00, owners(5, "for", 14_00), INVALID),
        # 7 of 10: 2/3 of 10 is 6.67, so 7 are needed, and 6 are too few.
        (HALF, 10, 100_00, owners(7, "for", 10_00), ADOPTED),
        (HALF, 10, 90_00, owners(6, "for", 15_00), INVALID),
        # Participation by area. 8 of 9 heads; area 8 × 7.50 = 60.00 of 90.00 = 2/3 exactly.
        (HALF, 9, 90_00, owners(8, "for", 7_50), ADOPTED),
        # 59.99 of 90.00 lacks 0.01 m².
        (HALF, 9, 90_00, [*owners(7, "for", 7_50), ("for", 7_49)], INVALID),
        # Of 100.00 m², 2/3 is 66.666…: 66.67 reaches it, 66.66 does not, though both are 67 m².
        (HALF, 3, 100_00, [("for", 33_33), ("for", 33_34)], ADOPTED),
        (HALF, 3, 100_00, [("for", 33_33), ("for", 33_33)], INVALID),
        # Nobody took part: 0 of 9.
        (HALF, 9, 90_00, [], INVALID),
        # More than half, by heads. 3 of 6 is exactly half, though 39 of 69 m² agree.
        (HALF, 6, 69_00, [*owners(3, "for", 13_00), *owners(3, "against", 10_00)], REJECTED),
        # 4 of 7 heads > 3.5; area 40 of 70 > 35.
        (HALF, 7, 70_00, [*owners(4, "for", 10_00), *owners(3, "against", 10_00)], ADOPTED),
        # More than half, by area. 4 of 7 heads, but 35.00 of 70.00 is exactly half.
        (
            HALF,
            7,
            70_00,
            [*owners(4, "for", 8_75), ("against", 11_66), ("against", 11_67), ("against", 11_67)],
            REJECTED,
        ),
        # 0.01 m² more than half: 35.01 of 70.01 (2 × 35.01 = 70.02 > 70.01). Both are 50.0 %.
        (
            HALF,
            7,
            70_01,
            [
                *owners(3, "for", 8_75),
                ("for", 8_76),
                ("against", 11_66),
                ("against", 11_67),
                ("against", 11_67),
            ],
            ADOPTED,
        ),
        # Abstainers took part: 3 of 6 agree, 1 opposes, 2 abstain; 3 is not more than 3.
        (
            HALF,
            6,
            60_00,
            [*owners(3, "for", 10_00), ("against", 10_00), *owners(2, "abstain", 10_00)],
            REJECTED,
        ),
        # Minimum effective support, heads: 2/3 of 9 = 6 take part, 4 agree: 4/9, more than a third.
        (
            HALF,
            9,
            90_00,
            [*owners(4, "for", 10_00), *owners(2, "against", 10_00)],
            ADOPTED,
        ),
        # 3 of those 6 would be a third of all, exactly: that is half of the participants, too few.
        (HALF, 9, 90_00, [*owners(3, "for", 10_00), *owners(3, "against", 10_00)], REJECTED),
        # Three quarters. 6 of 8 heads and 60 of 80 m²: 3/4 exactly, on both.
        (QUARTERS, 8, 80_00, [*owners(6, "for", 10_00), *owners(2, "against", 10_00)], ADOPTED),
        # 5 of 8 heads = 0.625, though 70 of 80 m² agree.
        (
            QUARTERS,
            8,
            80_00,
            [*owners(5, "for", 14_00), *owners(2, "against", 3_33), ("against", 3_34)],
            REJECTED,
        ),
        # 6 of 8 heads, 59.99 of 80.00 m²: 74.9875 %, which rounds to 75 % and is less.
        (
            QUARTERS,
            8,
            80_00,
            [*owners(5, "for", 10_00), ("for", 9_99), ("against", 10_00), ("against", 10_01)],
            REJECTED,
        ),
        # One who abstains counts: 3 of 4 agree and 1 abstains, 3/4 exactly; 5 of 7: 0.714.
        (QUARTERS, 4, 40_00, [*owners(3, "for", 10_00), ("abstain", 10_00)], ADOPTED),
        (QUARTERS, 7, 70_00, [*owners(5, "for", 10_00), *owners(2, "abstain", 10_00)], REJECTED),
        # Minimum effective support: 8 of 12 = 2/3 take part, 6 of 8 = 3/4 agree: half of all 12.
        (QUARTERS, 12, 120_00, [*owners(6, "for", 10_00), *owners(2, "against", 10_00)], ADOPTED),
        (QUARTERS, 12, 120_00, [*owners(5, "for", 10_00), *owners(3, "against", 10_00)], REJECTED),
        # A developer with 40 of 100 m² is one head: 5 of 7 heads take part, 60 of 100 m²: too few
        # without the developer, enough with.
        (HALF, 7, 100_00, owners(5, "for", 12_00), INVALID),
        (HALF, 7, 100_00, [*owners(5, "for", 12_00), ("against", 40_00)], ADOPTED),
        # A developer with 70 of 100 m² is one head of 4, which neither carries a motion alone, nor
        # lets the three others carry one: 30 of 100 m² is no majority by area.
        (HALF, 4, 100_00, [("for", 70_00), *owners(3, "against", 10_00)], REJECTED),
        (HALF, 4, 100_00, [("against", 70_00), *owners(3, "for", 10_00)], REJECTED),
        # Unanimity (§279): all who are concerned, and nobody may be silent.
        (UNANIMITY, 5, 0, owners(5, "for", 0), ADOPTED),
        (UNANIMITY, 5, 0, owners(4, "for", 0), REJECTED),
        (UNANIMITY, 5, 0, [*owners(4, "for", 0), ("abstain", 0)], REJECTED),
        (UNANIMITY, 5, 0, [], REJECTED),
    ],
)
def test_the_boundaries_of_section_278(
    rule: Rule, heads: int, area: int, votes: Owners, outcome: Outcome
) -> None:
    assert decided(rule, heads, area, votes).outcome is outcome


@pytest.mark.parametrize(
    ("rule", "votes", "spoilt", "outcome"),
    [
        # 5 of 9 and 1 spoilt: 6 of 9 heads, 60 of 90 m² take part; 5 of 6, 50 of 60 agree.
        (HALF, owners(5, "for", 10_00), [10_00], ADOPTED),
        # The spoilt paper's area lacks 0.01 m²: 59.99 of 90.00.
        (HALF, owners(5, "for", 10_00), [9_99], INVALID),
        # 4 of 7 heads agree; by area 40.00 of 80.00 is exactly half, and 40.00 of 79.99 more.
        (HALF, [*owners(4, "for", 10_00), *owners(2, "against", 10_00)], [20_00], REJECTED),
        (HALF, [*owners(4, "for", 10_00), *owners(2, "against", 10_00)], [19_99], ADOPTED),
        # Measured against the valid votes, 4 of 6 heads and 40 of 60 m².
        (
            replace(HALF, base="valid"),
            [*owners(4, "for", 10_00), *owners(2, "against", 10_00)],
            [20_00],
            ADOPTED,
        ),
        # Three quarters: 6 of 8 heads, 60.00 of 80.00 m², and 60.00 of 80.01.
        (QUARTERS, [*owners(6, "for", 10_00), ("against", 10_00)], [10_00], ADOPTED),
        (QUARTERS, [*owners(6, "for", 10_00), ("against", 10_00)], [10_01], REJECTED),
    ],
)
def test_who_returned_a_spoilt_paper_took_part_with_head_and_area(
    rule: Rule, votes: Owners, spoilt: Sequence[int], outcome: Outcome
) -> None:
    tally = decided(rule, 9, 90_00, votes, spoilt)
    assert tally.outcome is outcome
    assert tally.areas is not None
    assert (tally.areas.spoilt, tally.spoilt) == (sum(spoilt), len(spoilt))


def test_the_working_shows_the_area_of_spoilt_papers_and_what_it_is_divided_by() -> None:
    votes = [*owners(4, "for", 10_00), *owners(2, "against", 10_00)]
    cast, valid = (
        [s.render() for s in decided(replace(HALF, base=base), 9, 90_00, votes, [20_00]).steps]
        for base in ("cast", "valid")
    )
    assert "其中废票20.00平方米" in cast
    assert any(line.startswith("赞成面积40.00 ÷ 投票面积80.00 = 50.00%") for line in cast), cast
    assert any(line.startswith("赞成面积40.00 ÷ 有效票面积60.00") for line in valid), valid


def test_who_ticked_the_majority_took_part_and_joins_neither_side_unless_the_rule_says_so() -> None:
    """7 of 9 take part. For 3, against 2, 随多数 2: alone 3 of 7 is too few; resolved, 3 + 2 = 5 of
    7 heads, and 30 + 20 = 50 of 70 m²."""
    votes = [*owners(3, "for", 10_00), *owners(2, "against", 10_00), *owners(2, "follow", 10_00)]
    apart = decided(replace(HALF, follow="apart"), 9, 90_00, votes)
    resolved = decided(replace(HALF, follow="resolved"), 9, 90_00, votes)
    assert (apart.outcome, resolved.outcome) == (REJECTED, ADOPTED)
    assert apart.follow == resolved.follow == 2
    assert apart.cast == resolved.cast == 7
    assert resolved.areas is not None
    assert (resolved.areas.totals[Choice.FOR], resolved.areas.cast) == (50_00, 70_00)


def test_who_ticked_the_majority_follows_heads_and_nobody_where_they_are_equal() -> None:
    """Heads 2 : 1 for, area 20 : 50 against; the follower's 10 m² go with the heads: 3 of 4 heads,
    30 of 80 m². With 2 : 2 heads nobody is followed."""
    by_heads = [*owners(2, "for", 10_00), ("against", 50_00), ("follow", 10_00)]
    tally = decided(replace(HALF, follow="resolved"), 4, 80_00, by_heads)
    assert tally.totals == {"for": 3, "against": 1, "abstain": 0}
    assert tally.areas is not None
    assert (tally.areas.totals[Choice.FOR], tally.outcome) == (30_00, REJECTED)
    equal = [*owners(2, "for", 10_00), *owners(2, "against", 10_00), *owners(5, "follow", 10_00)]
    tied = decided(replace(HALF, follow="resolved"), 9, 90_00, equal)
    assert tied.totals == {"for": 2, "against": 2, "abstain": 0}
    said = [step.render() for step in tied.steps]
    assert "其中随多数5，赞成与反对相同，没有计入任何一方" in said
    assert "其中随多数1，已计入票多的一方" in [step.render() for step in tally.steps]


def test_the_working_shows_areas_to_the_last_hundredth() -> None:
    tally = decided(HALF, 3, 100_00, [("for", 33_33), ("for", 33_34)])
    said = [step.render() for step in tally.steps]
    assert any("66.67 ÷ " in line and "100.00 = 66.67%" in line for line in said), said
    assert any("须三分之二以上即66.67平方米" in line for line in said), said


votes_with_area = st.lists(
    st.tuples(st.sampled_from(["for", "against", "abstain", "follow"]), st.integers(1, 500_00)),
    max_size=40,
)
rules = st.sampled_from([HALF, QUARTERS, UNANIMITY]).flatmap(
    lambda rule: st.sampled_from([replace(rule, follow=f) for f in ("apart", "resolved")])
)


@given(
    votes_with_area,
    rules,
    st.integers(0, 20),
    st.integers(0, 5_000_00),
    st.lists(st.integers(1, 500_00), max_size=5),
)
def test_areas_are_added_and_compared_as_they_are(
    votes: list[tuple[str, int]], rule: Rule, silent: int, silent_area: int, spoilt: list[int]
) -> None:
    total = sum(area for _choice, area in votes) + sum(spoilt) + silent_area
    tally = decided(rule, len(votes) + len(spoilt) + silent, total, votes, spoilt)
    if tally.areas is None or tally.areas.majority is None:
        return
    followed = 0 if rule.follow == "apart" else sum(a for c, a in votes if c == "follow")
    in_favour = sum(area for choice, area in votes if choice == "for")
    assert tally.areas.cast == total - silent_area
    assert tally.areas.totals[Choice.FOR] in (in_favour, in_favour + followed)
    part = tally.areas.totals[Choice.FOR]
    reached = 2 * part > tally.areas.cast if rule.key == "owners-half" else None
    if rule.key == "owners-3-4":
        reached = 4 * part >= 3 * tally.areas.cast > 0
    assert tally.areas.majority.reached is reached
    assert tally.areas.participation is not None
    assert tally.areas.participation.reached is (3 * tally.areas.cast >= 2 * total > 0)


@given(votes_with_area, rules, st.integers(0, 20), st.integers(0, 5_000_00))
def test_a_second_of_everybody_changes_no_outcome(
    votes: list[tuple[str, int]], rule: Rule, silent: int, silent_area: int
) -> None:
    total = sum(area for _choice, area in votes) + silent_area
    once = decided(rule, len(votes) + silent, total, votes)
    twice = decided(rule, 2 * (len(votes) + silent), 2 * total, votes * 2)
    assert once.outcome is twice.outcome
    assert {c: 2 * n for c, n in once.totals.items()} == twice.totals


@given(votes_with_area, rules, st.randoms(use_true_random=False))
def test_the_order_of_the_owners_does_not_matter(
    votes: list[tuple[str, int]], rule: Rule, chance: random.Random
) -> None:
    total = sum(area for _choice, area in votes)
    shuffled = chance.sample(votes, len(votes))
    assert decided(rule, len(votes), total, votes) == decided(rule, len(votes), total, shuffled)
