"""What counts of a paper, and who takes the seats of an order: common to all rankings and choices.

An option that has withdrawn is removed from every paper, as if it had never been on it.
"""

from collections.abc import Iterable, Sequence

from deliberation.i18n import N_
from deliberation.i18n.sentences import Sentence, say
from deliberation.tally.counted import Step, seated
from deliberation.tally.profile import Paper, Profile
from deliberation.tally.ties import TieBreak, by_list

Groups = tuple[tuple[int, ...], ...]
"""A ranking of standing options, the most preferred first; those of one group stand equal."""


def standing_groups(profile: Profile, paper: Paper) -> Groups:
    """The paper's ranking without withdrawn options, and without the groups that leaves empty."""
    kept = (tuple(sorted(set(group) - profile.withdrawn)) for group in paper.ranking)
    return tuple(group for group in kept if group)


def rankings(profile: Profile) -> dict[Groups, int]:
    """How many papers rank alike; those that rank no standing option under `()`."""
    copies: dict[Groups, int] = {}
    for paper in profile.papers:
        groups = standing_groups(profile, paper)
        copies[groups] = copies.get(groups, 0) + paper.copies
    return copies


def named(labels: Sequence[str], options: Iterable[int]) -> str:
    """Options in a sentence."""
    return "、".join(labels[option] for option in options)


def rule_of(tie_break: TieBreak | None) -> Sentence:
    """What breaks a tie, as a sentence calls it; without a rule it is the order of the list."""
    return say(N_("名单次序")) if tie_break in (None, by_list) else say(N_("事先声明的抽签"))


def take_seats(
    labels: Sequence[str],
    order: Sequence[Sequence[int]],
    seats: int,
    tie_break: TieBreak | None,
) -> tuple[tuple[int, ...], tuple[Step, ...]]:
    """The winners by an order, and the steps that say who they are.

    A tie at the last seat is broken by the rule; without one, all who are tied win. A step names
    the tie either way.
    """
    winners, tied = seated(order, seats)
    steps = []
    if tied:
        winners, says = _tie_at_last_seat(labels, winners[: -len(tied)], tied, seats, tie_break)
        steps.append(Step(says=says))
    return winners, (*steps, elected(labels, winners))


def _tie_at_last_seat(
    labels: Sequence[str],
    before: tuple[int, ...],
    tied: tuple[int, ...],
    seats: int,
    tie_break: TieBreak | None,
) -> tuple[tuple[int, ...], Sentence]:
    left = seats - len(before)
    names = named(labels, tied)
    if tie_break is None:
        untold = N_("{names} 并列，只余 {left} 个名额；没有规定如何打破并列，全部列为当选。")
        return before + tied, say(untold, names=names, left=left)
    taken = tuple(tie_break(tied))[:left]
    broken = N_("{names} 并列，只余 {left} 个名额；按{rule}，当选的是 {taken}。")
    says = say(broken, names=names, left=left, rule=rule_of(tie_break), taken=named(labels, taken))
    return before + taken, says


def elected(labels: Sequence[str], winners: Sequence[int]) -> Step:
    """The last step of a count."""
    if not winners:
        return Step(says=say(N_("无人当选。")))
    return Step(says=say(N_("当选：{names}。"), names=named(labels, winners)))
