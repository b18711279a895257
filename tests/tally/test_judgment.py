"""Majority judgment: what a majority stands behind, and how ties are taken apart."""

import csv
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliberation.errors import Code, Refusal
from deliberation.tally.counted import grouped
from deliberation.tally.judgment import count_judgment, majority_values
from deliberation.tally.profile import Paper, Profile

DATA = Path(__file__).parent / "data"


def judged(*options: str) -> Profile:
    """One text of grades an option, a digit a voter; "." is no grade."""
    papers = zip(*options, strict=True)
    return Profile(
        labels=tuple(f"方案{n}" for n in range(1, len(options) + 1)),
        papers=tuple(
            Paper(grades=tuple((n, int(grade)) for n, grade in enumerate(paper) if grade != "."))
            for paper in papers
        ),
    )


def test_the_lower_median_is_the_majority_grade() -> None:
    count = count_judgment(judged("1155", "2222"))
    assert count.winners == (1,)
    step = next(step for step in count.steps if step.says.text.startswith("多数评价"))
    assert [figure.amount for figure in step.figures] == ["1", "2"]


def test_the_gauge_tells_how_many_gave_more_and_less() -> None:
    count = count_judgment(judged("13345", "33321"))
    step = next(step for step in count.steps if step.says.text.startswith("高于和低于"))
    assert [figure.amount for figure in step.figures] == ["2+1", "0-2"]


def test_of_equal_medians_grades_are_taken_away_until_they_differ() -> None:
    # Balinski and Laraki: of 3 3 4 and 2 3 5 the lower one left after the median decides.
    assert count_judgment(judged("334", "235")).order == ((0,), (1,))


def test_only_options_with_all_grades_alike_are_tied() -> None:
    assert count_judgment(judged("1234", "4321", "1244")).order == ((2,), (0, 1))


def test_a_paper_that_passes_over_an_option_gives_it_the_lowest_grade() -> None:
    assert count_judgment(judged("5....", "22222")).order == ((1,), (0,))


def test_blank_papers_count_for_nobody() -> None:
    profile = Profile(
        labels=("甲", "乙"),
        papers=(Paper(grades=((0, 4), (1, 2))), Paper(copies=9)),
    )
    count = count_judgment(profile)
    assert (count.votes, count.winners) == (10, (0,))
    assert count.steps[1].figures[0].amount == "1"


def test_a_vote_without_grades_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        count_judgment(Profile(labels=("甲",), papers=(Paper(ranking=((0,),)),)))
    assert refused.value.code is Code.TALLY_METHOD_UNSUITABLE


def test_bayrou_won_in_orsay_with_good_plus() -> None:
    """Orsay, 22 April 2007. Per cent of the judges, from forum.mieuxvoter.fr/t/197; of Royal and
    Le Pen the figures there do not add up to 100, so that they are left out. That Bayrou was first,
    with "Good+", is from rangevoting.org/France2007.html."""
    names = ("reject", "poor", "acceptable", "good", "very_good", "excellent")
    with (DATA / "orsay_2007.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    columns = []
    for at, row in enumerate(rows):
        given = [n for n, name in enumerate(names, 1) for _ in range(round(float(row[name]) * 10))]
        column = [None] * (1000 - len(given)) + given
        columns.append(column[at * 90 :] + column[: at * 90])  # so that no paper is blank
    papers = tuple(
        Paper(grades=tuple((n, grade) for n, grade in enumerate(paper) if grade))
        for paper in zip(*columns, strict=True)
    )
    count = count_judgment(Profile(labels=tuple(row["candidate"] for row in rows), papers=papers))
    assert [count.labels[n] for n in count.winners] == ["François Bayrou"]
    medians, gauges = count.steps[2:4]
    assert (medians.figures[6].amount, gauges.figures[6].amount) == (
        str(names.index("good") + 1),
        "443+306",
    )


def removing_one_by_one(grades: list[int]) -> list[int]:
    """The majority-value as the book defines it."""
    left, value = sorted(grades), list[int]()
    while left:
        value.append(left.pop((len(left) - 1) // 2))
    return value


@given(
    st.integers(1, 9).flatmap(
        lambda voters: st.lists(
            st.lists(st.integers(1, 4), min_size=voters, max_size=voters), min_size=1, max_size=5
        )
    )
)
def test_the_order_is_that_of_the_majority_values_of_the_book(options: list[list[int]]) -> None:
    values = majority_values(
        {n: sorted(Counter(grades).items()) for n, grades in enumerate(options)}
    )
    assert grouped(values) == grouped(
        {n: tuple(removing_one_by_one(grades)) for n, grades in enumerate(options)}
    )


def test_a_million_million_copies_are_counted_as_fast_as_one() -> None:
    papers = (
        Paper(grades=((0, 3), (1, 3)), copies=10**12),
        Paper(grades=((0, 2), (1, 1)), copies=10**12 - 1),
    )
    assert count_judgment(Profile(labels=("甲", "乙"), papers=papers)).order == ((0,), (1,))
