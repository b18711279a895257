"""How the options of a counted choice stood in the end, with the figure that a bar draws. Pure."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import msgspec

from deliberation.i18n import N_
from deliberation.rulesets.exact import amount_text
from deliberation.rulesets.questions import Question

Bars = Sequence[tuple[str, Fraction, str]]
"""Labels, each with its figure as a number to draw and as text."""

_DRAWN: Mapping[str, int] = MappingProxyType(
    {
        "plurality": 0,
        "approval": 0,
        "top": 0,
        "irv": -1,
        "stv": -1,
        "rating": 2,
        "majority-judgment": 2,
        "greedy": 0,
    }
)
"""Which of a method's tables of figures tells how the options stood in the end: votes, the last
stage, means, majority-grades. Comparisons two by two and purchases have none that a bar tells."""

FINDINGS: Mapping[str, str] = MappingProxyType(
    {
        "schulze": N_("排在几项前面"),
        "irv": N_("最后一轮的票数"),
        "stv": N_("最后一个阶段的票数"),
        "rating": N_("平均分"),
        "majority-judgment": N_("多数评价（中位的分数）"),
        "greedy": N_("支持的票数"),
        "equal-shares": N_("费用，元"),
    }
)
"""What the figure of a method is; votes for the others."""


def finding_of(method: str) -> str:
    return FINDINGS.get(method, N_("得票"))


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """An option in its place; several of one place are tied. `figure` is empty, and `share` (of
    the greatest figure, 0 to 1) is 0, where it was out before the end."""

    place: int
    is_tied: bool
    label: str
    figure: str
    share: Fraction
    is_chosen: bool

    @property
    def width(self) -> str:
        """Of the bar, in per cent."""
        return f"{float(100 * self.share):.3f}"


def standings_of(
    count: Mapping[str, Any], question: Question, *, is_valid: bool = True
) -> tuple[Standing, ...]:
    """The options in order. `is_valid`: whether enough took part for anybody to be chosen."""
    figures = _figures(count, question)
    most = max((value for value, _text in figures.values()), default=Fraction(0))
    made, place = list[Standing](), 1
    for group in count["order"]:
        for label in group:
            value, text = figures.get(label, (Fraction(0), ""))
            made.append(
                Standing(
                    place=place,
                    is_tied=len(group) > 1,
                    label=label,
                    figure=text,
                    share=value / most if most else Fraction(0),
                    is_chosen=is_valid and label in count["winners"],
                )
            )
        place += len(group)
    return tuple(made)


def _figures(count: Mapping[str, Any], question: Question) -> dict[str, tuple[Fraction, str]]:
    if count["method"] == "equal-shares":
        costs = (Fraction(cost, 100) for cost in question.costs)
        return {
            label: (cost, amount_text(cost))
            for label, cost in zip(question.options, costs, strict=True)
        }
    if count["method"] == "schulze":
        return _before(count["order"])
    return {label: (value, text) for label, value, text in bars_of(count)}


def _before(order: Sequence[Sequence[str]]) -> dict[str, tuple[Fraction, str]]:
    after = sum(len(group) for group in order)
    found = dict[str, tuple[Fraction, str]]()
    for group in order:
        after -= len(group)
        found |= dict.fromkeys(group, (Fraction(after), str(after)))
    return found


def bars_of(count: Mapping[str, Any]) -> Bars:
    """Options with their figure, the highest first; none where nothing was graded, or a bar tells
    nothing of the method."""
    steps = [step["figures"] for step in count["steps"] if step["figures"]]
    at = _DRAWN.get(count["method"])
    if at is None or at >= len(steps):
        return ()
    drawn = [(label, Fraction(amount), amount) for label, amount in steps[at]]
    return sorted(drawn, key=lambda bar: -bar[1])
