"""A count with its working, whatever the method."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import msgspec

from deliberation.i18n.sentences import Sentence
from deliberation.rulesets.exact import amount_text


class Figure(msgspec.Struct, frozen=True):
    """What an option has in a step; `amount` is exact: "12", "3.5", "1/3", or words."""

    option: int
    amount: str


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step of the working: what was done, and what every option then had."""

    says: Sentence
    figures: tuple[Figure, ...] = ()


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """The count of one vote.

    `winners` stand in the order in which they won. Where a tie at the last place is broken by no
    rule they are more than the seats, and a step says so. `order` has every standing option, those
    of one group tied.
    """

    method: str
    seats: int
    votes: int
    labels: tuple[str, ...]
    winners: tuple[int, ...]
    order: tuple[tuple[int, ...], ...]
    steps: tuple[Step, ...]

    def to_json(self) -> dict[str, Any]:
        """With the labels of the list instead of numbers; steps in Chinese."""
        label = self.labels.__getitem__
        return {
            "method": self.method,
            "seats": self.seats,
            "votes": self.votes,
            "winners": [label(n) for n in self.winners],
            "order": [[label(n) for n in group] for group in self.order],
            "steps": [
                {
                    "says": step.says.render(),
                    "figures": {label(f.option): f.amount for f in step.figures},
                }
                for step in self.steps
            ],
        }


def figures(amounts: Mapping[int, Fraction | int]) -> tuple[Figure, ...]:
    """Exact amounts of a step, in the order of the list."""
    return tuple(Figure(n, amount_text(Fraction(amounts[n]))) for n in sorted(amounts))


def grouped(scores: Mapping[int, Any]) -> tuple[tuple[int, ...], ...]:
    """Options by score, the highest first; equal ones in one group, in the order of the list."""
    by_score: dict[Any, list[int]] = {}
    for option in sorted(scores):
        by_score.setdefault(scores[option], []).append(option)
    return tuple(tuple(by_score[score]) for score in sorted(by_score, reverse=True))


def seated(order: Sequence[Sequence[int]], seats: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Who wins the seats by an order with ties, and who are tied at the last one, if more are
    tied than seats are left: then these are among the winners all."""
    winners: list[int] = []
    for group in order:
        left = seats - len(winners)
        if left <= 0:
            break
        winners += group
        if len(group) > left:
            return tuple(winners), tuple(group)
    return tuple(winners), ()
