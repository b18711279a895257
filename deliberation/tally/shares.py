"""The Method of Equal Shares: every voter gets the same part of the budget to spend.

Peters, Pierczyński and Skowron (2021), "Proportional Participatory Budgeting with Additive
Utilities"; https://equalshares.net, whose computation this follows. A voter's utility of a project
they approve of is its cost; where votes give points, it is the points. In a ranking every project
named counts as approved of. What is bought, round after round, is in `purses`.

The method by itself seldom spends all. `completion` says what follows:

- `add1`: the shares grow by one whole unit of money at a time, starting from the share rounded
  down, and all is bought anew; the last outcome that the budget allows holds, at once when no
  project that has supporters would still fit. Steps that cannot change the outcome are skipped.
- `greedy`: what is left goes to the projects with the most support, see `greedy`.
- `add1u`: both, one after the other, as cities do that use the method.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from deliberation.i18n import N_
from deliberation.i18n.sentences import say
from deliberation.rulesets.exact import amount_text
from deliberation.tally.counted import Count, Step, grouped
from deliberation.tally.greedy import fund, require_budget, supports
from deliberation.tally.names import Method
from deliberation.tally.profile import Profile
from deliberation.tally.purses import Market, Purchase, Run, buy
from deliberation.tally.ties import TieBreak, by_list

Completion = Literal["none", "add1", "add1u", "greedy"]

READABLE = 10**9

MOST_RUNS = 5_000
"""Real votes need some hundred. Where a file needs more, a step says that the growing stopped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Vote:
    """A vote about money as the market sees it: whole numbers, `scale` of them to the file's unit.
    `free` are the projects with supporters that cost nothing."""

    profile: Profile
    market: Market
    scale: int
    free: tuple[int, ...]
    budget: Fraction
    choose: TieBreak

    def bought(self, share: Fraction, *, step: int = 0) -> Run:
        return buy(self.market, share * self.scale, self.choose, step=step)

    def cost(self, run: Run) -> Fraction:
        return sum((self.profile.costs[of.option] for of in run.purchases), Fraction(0))

    def may_afford_more(self, run: Run) -> bool:
        """Whether a project that has supporters and is not bought would still fit."""
        bought, left = {of.option for of in run.purchases}, self.budget - self.cost(run)
        return any(n not in bought and self.profile.costs[n] <= left for n in self.market.costs)


def count_equal_shares(
    profile: Profile, tie_break: TieBreak | None = None, *, completion: Completion = "add1u"
) -> Count:
    """Buy with equal shares. `seats` of the count is how many projects are funded.

    Of projects with the same price the `tie_break` chooses, the order of the list without one.
    Projects that cost nothing and have supporters are funded first. Refuses with
    TALLY_METHOD_UNSUITABLE a vote without costs or budget.
    """
    vote = _vote(profile, require_budget(profile, Method.EQUAL_SHARES), tie_break or by_list)
    share = vote.budget / profile.votes if profile.votes else Fraction(0)
    run, steps = vote.bought(share), [_share_step(vote, share)]
    if completion in ("add1", "add1u"):
        run, grown, is_cut = _grown(vote, run, share)
        steps += _growth_steps(grown, share, is_cut=is_cut)
    winners = (*vote.free, *(purchase.option for purchase in run.purchases))
    steps += _buying_steps(vote, run)
    support = supports(profile)
    if completion in ("greedy", "add1u"):
        left = vote.budget - vote.cost(run)
        more, funding = fund(profile, support, left, vote.choose, funded=winners)
        winners, steps = (*winners, *more), [*steps, *_completion_steps(funding)]
    return Count(
        method=Method.EQUAL_SHARES,
        seats=len(winners),
        votes=profile.votes,
        labels=profile.labels,
        winners=winners,
        order=_order(winners, support),
        steps=tuple(steps),
    )


def _order(winners: Sequence[int], support: dict[int, int]) -> tuple[tuple[int, ...], ...]:
    """As they were funded, then the others by support."""
    others = {n: worth for n, worth in support.items() if n not in set(winners)}
    return (*((n,) for n in winners), *grouped(others))


def _vote(profile: Profile, budget: Fraction, choose: TieBreak) -> _Vote:
    """Papers that choose alike become one group."""
    has_points = any(paper.grades for paper in profile.papers)
    standing, alike = set(profile.standing), dict[tuple[tuple[int, int], ...], int]()
    for paper in profile.papers:
        wishes = paper.grades if has_points else ((n, 1) for n in paper.named)
        kept = tuple(sorted((n, use) for n, use in wishes if use > 0 and n in standing))
        alike[kept] = alike.get(kept, 0) + paper.copies
    backers: dict[int, list[tuple[int, int]]] = {}
    for group, wishes in enumerate(alike):
        for option, use in wishes:
            backers.setdefault(option, []).append((group, use))
    scale = math.lcm(*(cost.denominator for cost in profile.costs))
    costs = {n: int(profile.costs[n] * scale) for n in sorted(backers) if profile.costs[n]}
    copies = tuple(alike.values())
    market = Market(
        copies=copies,
        costs=costs,
        backers=backers,
        unit=dict.fromkeys(costs, 1) if has_points else costs,
        weights={n: sum(copies[group] * use for group, use in backers[n]) for n in costs},
    )
    free = tuple(n for n in sorted(backers) if not profile.costs[n])
    return _Vote(
        profile=profile, market=market, scale=scale, free=free, budget=budget, choose=choose
    )


def _grown(vote: _Vote, run: Run, share: Fraction) -> tuple[Run, Fraction, bool]:
    """The last run that the budget allows, its share, and whether it was cut short."""
    held, at = share, math.floor(share)  # the outcome holds up to the share `at`
    for _run in range(MOST_RUNS):
        if not vote.may_afford_more(run):
            return run, held, False
        following = vote.bought(Fraction(at + 1), step=vote.scale)
        if vote.cost(following) > vote.budget:
            last = Fraction(at)
            return (run, held, False) if last <= held else (vote.bought(last), last, False)
        run, held = following, Fraction(at + 1)
        if following.lasts is None:  # nothing ever changes again
            return run, held, False
        at += 1 + following.lasts
    return run, held, True


def _share_step(vote: _Vote, share: Fraction) -> Step:
    return Step(
        says=say(
            N_("预算{budget}，{votes}张票，每人的份额{share}"),
            budget=amount_text(vote.budget),
            votes=vote.profile.votes,
            share=amount_text(share),
        )
    )


def _growth_steps(grown: Fraction, share: Fraction, *, is_cut: bool) -> Iterator[Step]:
    if grown == share:
        yield Step(says=say(N_("份额再加就会超出预算，或者已经没有放得下的项目，份额不变")))
    else:
        text = N_("每人的份额每次加1，加到{share}：再加就会超出预算，或者已经没有放得下的项目")
        yield Step(says=say(text, share=amount_text(grown)))
    if is_cut:
        yield Step(says=say(N_("份额加了{times}次还没有到头，没有再加下去"), times=MOST_RUNS))


def _buying_steps(vote: _Vote, run: Run) -> Iterator[Step]:
    label, costs = vote.profile.labels, vote.profile.costs
    for option in vote.free:
        yield Step(says=say(N_("{option}不花钱，有人支持，资助"), option=label[option]))
    left = vote.budget
    for purchase in run.purchases:
        left -= costs[purchase.option]
        if purchase.tied:
            yield _tie_step(vote, purchase)
        yield _purchase_step(vote, purchase, left)


def _tie_step(vote: _Vote, purchase: Purchase) -> Step:
    text = (
        N_("{options}的价格一样，按名单顺序先买{option}")
        if vote.choose is by_list
        else N_("{options}的价格一样，按抽签先买{option}")
    )
    label = vote.profile.labels
    options = "、".join(label[n] for n in purchase.tied)
    return Step(says=say(text, options=options, option=label[purchase.option]))


def _purchase_step(vote: _Vote, purchase: Purchase, left: Fraction) -> Step:
    """The price is for one unit of utility: for a unit of cost, or for a point."""
    text = N_(
        "买{option}：费用{cost}，{payers}人付，其中{spent}人付完了自己的份额；"
        "每单位效用的价格{price}；预算剩{left}"
    )
    has_points = vote.market.unit is not vote.market.costs
    return Step(
        says=say(
            text,
            option=vote.profile.labels[purchase.option],
            cost=amount_text(vote.profile.costs[purchase.option]),
            payers=purchase.payers,
            spent=purchase.spent,
            price=_price_text(purchase.price / (vote.scale if has_points else 1)),
            left=amount_text(left),
        )
    )


def _price_text(price: Fraction) -> str:
    """Exact where somebody can still read it; the counting itself is exact in any case."""
    if price.denominator <= READABLE:
        return amount_text(price)
    whole, rest = divmod(price.numerator * READABLE // price.denominator, READABLE)
    return f"≈{whole}.{rest:09}"


def _completion_steps(funding: Sequence[Step]) -> Iterator[Step]:
    if funding:
        yield Step(says=say(N_("剩下的钱按得到的支持资助")))
        yield from funding
