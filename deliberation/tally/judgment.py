"""Majority judgment: the grade that a majority stands behind decides.

Balinski and Laraki (2007), "A theory of measuring, electing, and ranking", PNAS 104; Balinski and
Laraki (2010), "Majority Judgment", MIT Press. The majority-grade is the lower median: more than
half hold the option worth at least that. Where two options have the same one, one such grade is
taken away from each, again and again, until their majority-grades differ: the majority-value. Two
options are tied only if all their grades are the same.

A paper that grades others but not this option gives it the lowest grade, as in the experiments of
Orsay and in the book: nobody gains by being unknown. The lowest grade is 1, or the lowest grade
that anybody gave if that is lower. Papers that grade nothing are blank and count for nobody.
"""

from bisect import bisect_right
from collections.abc import Mapping
from itertools import accumulate

from deliberation.i18n import N_
from deliberation.i18n.sentences import say
from deliberation.tally.counted import Count, Figure, Step, figures, grouped
from deliberation.tally.names import Method
from deliberation.tally.profile import Profile
from deliberation.tally.rating import Grades, grades, spread_steps
from deliberation.tally.standing import take_seats
from deliberation.tally.ties import TieBreak


def count_judgment(profile: Profile, tie_break: TieBreak | None = None) -> Count:
    """Order by majority-value. Refuses with TALLY_METHOD_UNSUITABLE a vote without grades."""
    given = grades(profile, Method.MAJORITY_JUDGMENT)
    judged = _completed(profile, given)
    values = majority_values(judged)
    order = grouped(values)
    winners, said = take_seats(profile.labels, order, profile.seats, tie_break)
    return Count(
        method=Method.MAJORITY_JUDGMENT,
        seats=profile.seats,
        votes=profile.votes,
        labels=profile.labels,
        winners=winners,
        order=order,
        steps=(
            *spread_steps(given),
            *_judging_steps(judged, values),
            *said,
        ),
    )


def _completed(profile: Profile, given: Grades) -> dict[int, list[tuple[int, int]]]:
    """The grades of each option, the lowest first, with how many gave it: as many for all."""
    judges = sum(paper.copies for paper in profile.papers if paper.grades)
    lowest = min((grade for of in given.values() for grade in of), default=1)
    judged = {}
    for option, of in given.items():
        counts = dict(of)
        if missing := judges - sum(of.values()):
            at_most = min(1, lowest)
            counts[at_most] = counts.get(at_most, 0) + missing
        judged[option] = sorted(counts.items())
    return judged


def majority_values(judged: Mapping[int, list[tuple[int, int]]]) -> dict[int, tuple[int, ...]]:
    """For each option a key that orders as its majority-value does, the higher the better.

    From the lower median outwards the grades are taken in turn from below and above; where nobody's
    grades change from one turn to the next, one of these turns stands for all. So the key grows
    with the number of different grades, and not with that of the voters.
    """
    ends = {option: list(accumulate(n for _grade, n in of)) for option, of in judged.items()}
    voters = next((of[-1] for of in ends.values() if of), 0)
    if not voters:
        return dict.fromkeys(judged, ())
    middle = (voters - 1) // 2
    turns = {0, 1}
    for of in ends.values():
        turns |= {end - middle for end in of if middle < end < voters}
        turns |= {middle - end + 1 for end in of if end <= middle}
        turns |= {voters - 1 - middle}  # above, the last voter has no partner below
    return {
        option: tuple(
            grade
            for turn in sorted(turns)
            for grade in _taken(of, ends[option], middle, turn, is_even=voters % 2 == 0)
        )
        for option, of in judged.items()
    }


def _taken(
    of: list[tuple[int, int]], ends: list[int], middle: int, turn: int, *, is_even: bool
) -> list[int]:
    """The grades taken in a turn: of an even number, what is left has its median above first."""
    positions = (middle + turn, middle - turn) if is_even else (middle - turn, middle + turn)
    return [of[bisect_right(ends, at)][0] for at in positions if 0 <= at < ends[-1]]


def _judging_steps(
    judged: Mapping[int, list[tuple[int, int]]], values: Mapping[int, tuple[int, ...]]
) -> tuple[Step, ...]:
    """The majority-grade, and the majority-gauge: how many gave more, and how many less."""
    medians = {option: value[0] for option, value in values.items() if value}
    gauges = tuple(
        Figure(option, _gauge(judged[option], medians[option])) for option in sorted(medians)
    )
    return (
        Step(says=say(N_("多数评价（没有打分的按最低分算）")), figures=figures(medians)),
        Step(says=say(N_("高于和低于多数评价的票数")), figures=gauges),
    )


def _gauge(of: list[tuple[int, int]], grade: int) -> str:
    above = sum(voters for other, voters in of if other > grade)
    below = sum(voters for other, voters in of if other < grade)
    return f"{above}{'+' if above > below else '-'}{below}"
