"""Rating: who gets the highest mean of the grades given to them.

The mean is over those who graded the option; how many they were is always told beside it, since a
mean of three grades and one of three hundred are not alike. Grades are whole numbers, the higher
the better, 1 to 5 where nothing else is agreed.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from deliberation.i18n import N_
from deliberation.i18n.sentences import say
from deliberation.tally.counted import Count, Figure, Step, figures, grouped
from deliberation.tally.names import Method, unsuitable
from deliberation.tally.profile import Profile
from deliberation.tally.standing import take_seats
from deliberation.tally.ties import TieBreak

Grades = dict[int, dict[int, int]]
"""For every option that stands: how many gave it each grade, the highest grade first."""


def count_rating(profile: Profile, tie_break: TieBreak | None = None) -> Count:
    """Order by the exact mean. Options that nobody graded come last and take no seat.

    Refuses with TALLY_METHOD_UNSUITABLE a vote without grades.
    """
    given = grades(profile, Method.RATING)
    rated = {option: of for option, of in given.items() if of}
    means = {option: _mean(of) for option, of in rated.items()}
    order = grouped(means)
    unrated = tuple(option for option in given if option not in rated)
    winners, said = take_seats(profile.labels, order, profile.seats, tie_break)
    return Count(
        method=Method.RATING,
        seats=profile.seats,
        votes=profile.votes,
        labels=profile.labels,
        winners=winners,
        order=(*order, unrated) if unrated else order,
        steps=(
            *spread_steps(given),
            Step(says=say(N_("平均分")), figures=figures(means)),
            Step(says=say(N_("中位数")), figures=figures({n: median(rated[n]) for n in rated})),
            *said,
        ),
    )


def grades(profile: Profile, method: Method) -> Grades:
    """The grades that standing options got. Refuses a vote that grades nothing."""
    given: Grades = {option: {} for option in profile.standing}
    for paper in profile.papers:
        for option, grade in paper.grades:
            if option in given:
                given[option][grade] = given[option].get(grade, 0) + paper.copies
    if profile.papers and not any(paper.grades for paper in profile.papers):
        raise unsuitable(method, N_("票上没有分数。"))
    return {n: dict(sorted(of.items(), reverse=True)) for n, of in given.items()}


def spread_steps(given: Grades) -> Sequence[Step]:
    """How many gave what: the grades of each option, and how many graded it."""
    spread = tuple(
        Figure(n, "，".join(f"{grade}×{voters}" for grade, voters in of.items()) or "—")
        for n, of in given.items()
    )
    return (
        Step(says=say(N_("各选项得到的分数（分数×票数）")), figures=spread),
        Step(
            says=say(N_("打分的票数")), figures=figures({n: sum(given[n].values()) for n in given})
        ),
    )


def _mean(of: Mapping[int, int]) -> Fraction:
    return Fraction(sum(grade * voters for grade, voters in of.items()), sum(of.values()))


def median(of: Mapping[int, int]) -> Fraction:
    """The grade in the middle; between two, what lies half way. `of` has the highest first."""
    voters = sum(of.values())
    middle = [_grade_at(of, (voters - 1) // 2), _grade_at(of, voters // 2)]
    return Fraction(sum(middle), 2)


def _grade_at(of: Mapping[int, int], position: int) -> int:
    """The grade at a position from the top, counted from 0."""
    for grade, voters in of.items():
        if position < voters:
            return grade
        position -= voters
    raise IndexError(position)
