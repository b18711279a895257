"""Buying together: one round after another of the Method of Equal Shares, in whole numbers.

Every voter has a purse with the same share. A project is bought when its supporters can pay for
it; each pays the same price for a unit of utility, or all they have left. The cheapest price goes
first. Peters, Pierczyński and Skowron (2021), "Proportional Participatory Budgeting with Additive
Utilities"; https://equalshares.net.

Money is exact: every purse is a whole number over one denominator, which grows with each purchase.
Each also carries how it grows when all shares grow by one step, so that a run can tell how many
steps later it would still go the same way; these steps need no run of their own.
"""

import heapq
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from deliberation.tally.ties import Ranked, TieBreak

Money = tuple[int, int]
"""So much over the run's denominator, and so much more with each further step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """Who supports what. `costs` are whole numbers above 0; `backers` are, for a project, pairs of
    a group of like voters and their utility; `copies` is how many voters a group has. Where the
    utility of a project is its cost, `unit` holds the cost and the backers have a utility of 1.
    `weights` are the utilities of all backers together."""

    copies: Sequence[int]
    costs: Mapping[int, int]
    backers: Mapping[int, Sequence[tuple[int, int]]]
    unit: Mapping[int, int]
    weights: Mapping[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """`price`: what a unit of utility costs; `payers` pay, `spent` of them all that they had."""

    option: int
    price: Fraction
    payers: int
    spent: int
    tied: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """`lasts`: for how many further steps the same projects are bought in the same order, at
    least; None means for ever."""

    purchases: tuple[Purchase, ...]
    lasts: int | None


@dataclass(frozen=True, slots=True)
class Offer:
    """What a project costs a unit of utility: (due + step·growth) / base. A later offer is never
    lower. `payments` holds for each (purse, utility) its voters, and whether these can pay."""

    due: int
    growth: int
    base: int
    round: int
    payments: tuple[tuple[int, int, int, bool], ...] = ()
    weight: int = 1

    @property
    def price(self) -> Fraction:
        return Fraction(self.due, self.base)


def buy(market: Market, share: Fraction, choose: TieBreak, *, step: int = 0) -> Run:
    """Buy until nothing is affordable. `step` is by how much the shares may grow, see `Run`."""
    return _Buying(market, share, choose, step).run()


class _Buying:
    """One run: the purses and the offers that still stand."""

    def __init__(self, market: Market, share: Fraction, choose: TieBreak, step: int) -> None:
        self._market, self._choose = market, choose
        self._denominator = share.denominator
        self._purses: list[Money] = [(0, 0), (share.numerator, step * share.denominator)]
        self._purse_of = [1] * len(market.copies)
        self._lasts: int | None = None
        self._round, self._tidy_above = 0, 16
        self._offers = {
            option: Offer(cost, 0, market.weights[option] * market.unit[option], -1)
            for option, cost in market.costs.items()
        }
        self._heap = [(offer.price, option) for option, offer in self._offers.items()]
        heapq.heapify(self._heap)

    def run(self) -> Run:
        purchases = []
        while cheapest := self._cheapest():
            option = _first(self._choose(cheapest))
            for other in cheapest:
                if other != option:
                    heapq.heappush(self._heap, (self._offers[other].price, other))
            offer = self._offers.pop(option)
            self._watch(offer)
            purchases.append(_purchase(option, offer, cheapest))
            self._pay(option, offer)
            self._round += 1
        return Run(purchases=tuple(purchases), lasts=self._lasts)

    def _cheapest(self) -> list[int]:
        """All options with the lowest price; their offers are of this round."""
        found: list[int] = []
        while self._heap and (not found or self._heap[0][0] == self._offers[found[0]].price):
            _price, option = heapq.heappop(self._heap)
            if self._offers[option].round == self._round:
                found.append(option)
            elif (offer := self._offer(option)) is None:
                del self._offers[option]
            else:
                self._offers[option] = offer
                heapq.heappush(self._heap, (offer.price, option))
        return found

    def _offer(self, option: int) -> Offer | None:
        """The price at which the supporters can pay for it together, or None."""
        entries = self._entries(option)
        weight = sum(use * voters for _purse, use, voters in entries)
        cost = self._market.costs[option] * self._denominator
        due, growth = cost, 0
        for at, (purse, use, voters) in enumerate(entries):
            has, more = self._purses[purse]
            if has * weight >= due * use:
                payments = tuple((*entry, n >= at) for n, entry in enumerate(entries))
                base = weight * self._denominator * self._market.unit[option]
                offer = Offer(due, growth, base, self._round, payments, weight)
                self._keep_sides(offer)
                return offer
            due, growth = due - has * voters, growth - more * voters
            weight -= use * voters
        self._keep(due, growth, strict=True)  # what is missing stays missing
        return None

    def _entries(self, option: int) -> list[tuple[int, int, int]]:
        """(purse, utility, voters) of the supporters, those who run out first before the others."""
        voters: dict[tuple[int, int], int] = {}
        copies, purse_of = self._market.copies, self._purse_of
        for group, use in self._market.backers[option]:
            key = (purse_of[group], use)
            voters[key] = voters.get(key, 0) + copies[group]
        entries = [(purse, use, count) for (purse, use), count in voters.items()]
        if len({use for _purse, use in voters}) == 1:
            return sorted(entries, key=lambda entry: self._purses[entry[0]][0])
        return sorted(entries, key=lambda entry: Fraction(self._purses[entry[0]][0], entry[1]))

    def _pay(self, option: int, offer: Offer) -> None:
        """Take the payments out of the purses; voters who paid alike share a purse again."""
        weight, purses = offer.weight, self._purses
        moved: dict[tuple[int, int], int] = {}
        left = [(has * weight, more * weight) for has, more in purses]
        for purse, use, _voters, can_pay in offer.payments:
            moved[purse, use] = len(left) if can_pay else 0
            if can_pay:
                has, more = purses[purse]
                left.append((has * weight - offer.due * use, more * weight - offer.growth * use))
        for group, use in self._market.backers[option]:
            self._purse_of[group] = moved[self._purse_of[group], use]
        self._denominator *= weight
        self._purses = left
        if len(left) > self._tidy_above:
            self._tidy()

    def _tidy(self) -> None:
        """Drop purses that nobody has any more, and shorten the fractions."""
        used = sorted({0, *self._purse_of})
        number = {purse: n for n, purse in enumerate(used)}
        common = self._denominator
        for purse in used:
            if common == 1:
                break
            common = math.gcd(common, *self._purses[purse])
        kept = [self._purses[purse] for purse in used]
        self._purses = [(has // common, more // common) for has, more in kept]
        self._purse_of = [number[purse] for purse in self._purse_of]
        self._denominator //= common
        self._tidy_above = 2 * len(used) + 16

    def _keep_sides(self, offer: Offer) -> None:
        """Who runs out and who does not: an offer is what it says while this stays so."""
        for purse, use, _voters, can_pay in offer.payments:
            has, more = self._purses[purse]
            left = has * offer.weight - offer.due * use
            growth = more * offer.weight - offer.growth * use
            self._keep(left if can_pay else -left, growth if can_pay else -growth)

    def _watch(self, best: Offer) -> None:
        """The other offers stay above the best one."""
        for offer in self._offers.values():
            above = offer.due * best.base - best.due * offer.base
            growth = offer.growth * best.base - best.growth * offer.base
            self._keep(above, growth, strict=above > 0)

    def _keep(self, value: int, growth: int, *, strict: bool = False) -> None:
        """A condition of this run: value + step·growth is at least 0, or above it."""
        if growth < 0 and self._lasts != 0:
            steps = (value - 1) // -growth if strict else value // -growth
            self._lasts = max(0, steps if self._lasts is None else min(self._lasts, steps))


def _purchase(option: int, offer: Offer, cheapest: Sequence[int]) -> Purchase:
    return Purchase(
        option=option,
        price=offer.price,
        payers=sum(voters for _purse, _use, voters, _can in offer.payments),
        spent=sum(voters for _purse, _use, voters, can_pay in offer.payments if not can_pay),
        tied=tuple(sorted(cheapest)) if len(cheapest) > 1 else (),
    )


def _first(ranked: Ranked | Iterable[int]) -> int:
    return next(iter(ranked))
