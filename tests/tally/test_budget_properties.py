"""Whatever is voted: nobody overspends, and equal shares are those of the definition."""

import math
import random
from collections.abc import Callable
from fractions import Fraction

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from deliberation.tally.counted import Count
from deliberation.tally.greedy import count_greedy
from deliberation.tally.profile import Paper, Profile
from deliberation.tally.purses import Market, buy
from deliberation.tally.shares import count_equal_shares
from deliberation.tally.ties import by_list
from tests.tally.test_budget import COMPLETIONS, cost


@st.composite
def budgets(draw: st.DrawFn) -> Profile:
    projects, voters = draw(st.integers(1, 5)), draw(st.integers(1, 7))
    wishes = st.dictionaries(st.integers(0, projects - 1), st.integers(1, 4), max_size=projects)
    papers = draw(st.lists(wishes, min_size=voters, max_size=voters))
    has_points = draw(st.booleans())
    return Profile(
        labels=tuple("ABCDE"[:projects]),
        papers=tuple(
            Paper(grades=tuple(sorted(paper.items())))
            if has_points
            else Paper(ranking=(tuple(sorted(paper)),) if paper else ())
            for paper in papers
        ),
        costs=tuple(
            Fraction(draw(st.integers(0, 40)), draw(st.sampled_from([1, 1, 2])))
            for _ in range(projects)
        ),
        budget=Fraction(draw(st.integers(0, 90))),
    )


COUNTS: list[Callable[[Profile], Count]] = [
    count_greedy,
    *(lambda profile, how=how: count_equal_shares(profile, completion=how) for how in COMPLETIONS),
]


@given(budgets(), st.randoms(use_true_random=False))
def test_no_method_spends_more_than_there_is_or_minds_the_order_of_papers(
    profile: Profile, chance: random.Random
) -> None:
    shuffled = list(profile.papers)
    chance.shuffle(shuffled)
    for counting in COUNTS:
        count = counting(profile)
        assert cost(profile, count) <= (profile.budget or 0)
        assert len(set(count.winners)) == len(count.winners) == count.seats
        assert sorted(n for group in count.order for n in group) == list(profile.standing)
        assert counting(msgspec.structs.replace(profile, papers=tuple(shuffled))) == count


@given(budgets())
def test_twice_the_same_voters_fund_the_same(profile: Profile) -> None:
    """With shares that grow by whole units half a share may grow differently."""
    twice = msgspec.structs.replace(profile, papers=(*profile.papers, *profile.papers))
    copies = msgspec.structs.replace(
        profile,
        papers=tuple(msgspec.structs.replace(paper, copies=2) for paper in profile.papers),
    )
    for counting in (COUNTS[0], COUNTS[1], COUNTS[4]):
        assert counting(twice).winners == counting(profile).winners
    for counting in COUNTS:
        assert counting(twice) == counting(copies)


@given(budgets())
def test_the_rounds_are_those_of_the_definition(profile: Profile) -> None:
    assert list(count_equal_shares(profile, completion="none").winners) == by_definition(
        profile, (profile.budget or Fraction(0)) / profile.votes
    )


@given(budgets())
def test_growing_shares_end_where_trying_every_step_ends(profile: Profile) -> None:
    budget = profile.budget or Fraction(0)
    held = by_definition(profile, budget / profile.votes)
    share = math.floor(budget / profile.votes)
    wanted = {n for paper in profile.papers for n in (*paper.named, *dict(paper.grades))}
    while True:
        left = budget - sum(profile.costs[n] for n in held)
        if not any(profile.costs[n] <= left for n in wanted if n not in held):
            break
        share += 1
        following = by_definition(profile, Fraction(share))
        if sum(profile.costs[n] for n in following) > budget:
            break
        held = following
    assert list(count_equal_shares(profile, completion="add1").winners) == held


def by_definition(profile: Profile, share: Fraction) -> list[int]:
    """Peters, Pierczyński and Skowron (2021), definition of the rule, one voter at a time; with
    every payment checked."""
    has_points = any(paper.grades for paper in profile.papers)
    uses: list[dict[int, Fraction]] = [
        {n: Fraction(grade) for n, grade in paper.grades}
        if has_points
        else {n: profile.costs[n] for n in paper.named}
        for paper in profile.papers
        for _ in range(paper.copies)
    ]
    left = [share] * len(uses)
    bought = [n for n in profile.standing if not profile.costs[n] and any(n in use for use in uses)]
    while True:
        offers = {
            n: price
            for n in profile.standing
            if n not in bought and (price := lowest_price(n, profile.costs[n], uses, left))
        }
        if not offers:
            return bought
        option = min(offers, key=lambda n: (offers[n], n))
        payments = [
            min(has, offers[option] * use.get(option, 0))
            for has, use in zip(left, uses, strict=True)
        ]
        assert sum(payments) == profile.costs[option]
        assert max(payments) <= share
        left = [has - paid for has, paid in zip(left, payments, strict=True)]
        bought.append(option)


def lowest_price(
    option: int, cost: Fraction, uses: list[dict[int, Fraction]], left: list[Fraction]
) -> Fraction | None:
    """The lowest price of a unit of utility at which the voters together pay the cost."""
    backers = [(left[n], use[option]) for n, use in enumerate(uses) if use.get(option, 0) > 0]
    if not backers or sum(has for has, _use in backers) < cost:
        return None
    backers.sort(key=lambda backer: backer[0] / backer[1])
    for at, (has, use) in enumerate(backers):
        price = (cost - sum(one for one, _ in backers[:at])) / sum(n for _, n in backers[at:])
        if price * use <= has:
            return price
    raise AssertionError("somebody can pay")


@given(budgets(), st.integers(1, 12))
def test_a_run_lasts_as_long_as_it_says(profile: Profile, share: int) -> None:
    """Shares in steps of one, costs in halves."""
    named = {n for paper in profile.papers for n in paper.named}
    costs = {n: int(profile.costs[n] * 2) for n in sorted(named) if profile.costs[n]}
    backers = {
        n: [(at, 1) for at, paper in enumerate(profile.papers) if n in paper.named] for n in costs
    }
    market = Market(
        copies=[1] * len(profile.papers),
        costs=costs,
        backers=backers,
        unit=costs,
        weights={n: len(backers[n]) for n in costs},
    )
    run = buy(market, Fraction(share), by_list, step=1)
    for later in range(1, min(run.lasts if run.lasts is not None else 25, 25) + 1):
        other = buy(market, Fraction(share + later), by_list, step=1)
        assert [of.option for of in other.purchases] == [of.option for of in run.purchases]
