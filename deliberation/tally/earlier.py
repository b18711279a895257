"""Ties in a count by stages: who had more before, and only then the rule declared for ties.

The most recent stage at which the tied had unequal votes decides. Where several stand lowest (or
highest) there too, stages further back decide among these. So do the Scottish rules (SSI 2007/42,
Schedule 1, rules 49(2) and 51(2)), for two; for three and more they leave it open.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from deliberation.i18n import N_
from deliberation.i18n.sentences import say
from deliberation.tally.counted import Step
from deliberation.tally.standing import named, rule_of
from deliberation.tally.ties import TieBreak, by_list

Stages = Sequence[Mapping[int, Fraction | int]]
"""What every option had at the end of each stage, the first stage first."""


def lowest(
    labels: Sequence[str], among: Sequence[int], stages: Stages, tie_break: TieBreak | None
) -> tuple[int, tuple[Step, ...]]:
    """Who has the least at the last stage; a step if that took the breaking of a tie."""
    return _extreme(labels, among, stages, tie_break, -1)


def highest(
    labels: Sequence[str], among: Sequence[int], stages: Stages, tie_break: TieBreak | None
) -> tuple[int, tuple[Step, ...]]:
    """Who has the most at the last stage; a step if that took the breaking of a tie."""
    return _extreme(labels, among, stages, tie_break, 1)


def _extreme(
    labels: Sequence[str],
    among: Sequence[int],
    stages: Stages,
    tie_break: TieBreak | None,
    sign: int,
) -> tuple[int, tuple[Step, ...]]:
    tied = _furthest(among, stages[-1], sign)
    if len(tied) == 1:
        return tied[0], ()
    left = tied
    for number in range(len(stages) - 1, 0, -1):
        left = _furthest(left, stages[number - 1], sign)
        if len(left) == 1:
            text = N_("{names} 票数相同；按第 {stage} 阶段的票数决定：{label}。")
            names = named(labels, tied)
            return left[0], (
                Step(says=say(text, names=names, stage=number, label=labels[left[0]])),
            )
    ranked = (tie_break or by_list)(left)
    decided = ranked[0] if sign > 0 else ranked[-1]
    says = say(
        N_("{names} 票数相同，以前各阶段分不出 {left}；按{rule}决定：{label}。")
        if len(left) < len(tied)
        else N_("{names} 票数相同，以前各阶段也相同；按{rule}决定：{label}。"),
        names=named(labels, tied),
        left=named(labels, left),
        rule=rule_of(tie_break),
        label=labels[decided],
    )
    return decided, (Step(says=says),)


def _furthest(among: Sequence[int], votes: Mapping[int, Fraction | int], sign: int) -> list[int]:
    most = max(sign * votes[option] for option in among)
    return [option for option in among if sign * votes[option] == most]
