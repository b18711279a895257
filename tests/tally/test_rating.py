"""Rating: exact means, and always how many they are of."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliberation.errors import Code, Refusal
from deliberation.tally.counted import Count
from deliberation.tally.profile import Paper, Profile
from deliberation.tally.rating import count_rating
from deliberation.tally.ties import by_list

LABELS = ("长椅", "路灯", "花坛")


def graded(*papers: dict[int, int], seats: int = 1, copies: int = 1) -> Profile:
    return Profile(
        labels=LABELS,
        papers=tuple(Paper(grades=tuple(paper.items()), copies=copies) for paper in papers),
        seats=seats,
    )


def figure(count: Count, says: str, option: int) -> str:
    step = next(step for step in count.steps if step.says.text.startswith(says))
    return next(figure.amount for figure in step.figures if figure.option == option)


def test_the_mean_is_exact_and_of_those_who_graded_the_option() -> None:
    count = count_rating(graded({0: 5, 1: 4}, {0: 4, 1: 4}, {0: 4}))
    assert count.order == ((0,), (1,), (2,))
    assert figure(count, "平均分", 0) == "13/3"
    assert figure(count, "打分的票数", 0) == "3"
    assert figure(count, "打分的票数", 1) == "2"
    assert figure(count, "各选项得到的分数", 0) == "5×1，4×2"
    assert figure(count, "各选项得到的分数", 2) == "—"


def test_the_median_lies_half_way_between_two_grades_in_the_middle() -> None:
    count = count_rating(graded({0: 1}, {0: 2}, {0: 5}, {0: 5}))
    assert figure(count, "中位数", 0) == "3.5"
    assert figure(count_rating(graded({0: 1}, {0: 2}, {0: 5})), "中位数", 0) == "2"


def test_an_option_that_nobody_graded_comes_last_and_takes_no_seat() -> None:
    count = count_rating(graded({0: 1}, {1: 1}, seats=3))
    assert count.order == ((0, 1), (2,))
    assert count.winners == (0, 1)


def test_a_tie_for_the_seat_stays_one_unless_a_rule_breaks_it() -> None:
    profile = graded({0: 3, 1: 3})
    assert count_rating(profile).winners == (0, 1)
    assert count_rating(profile, by_list).winners == (0,)


def test_a_vote_without_grades_is_refused_and_one_without_papers_is_not() -> None:
    with pytest.raises(Refusal) as refused:
        count_rating(Profile(labels=LABELS, papers=(Paper(ranking=((0,),)),)))
    assert refused.value.code is Code.TALLY_METHOD_UNSUITABLE
    assert count_rating(graded()).winners == ()


GRADES = st.lists(
    st.dictionaries(st.integers(0, 2), st.integers(-3, 7), min_size=1), min_size=1, max_size=12
)


@given(GRADES, st.randoms(use_true_random=False))
def test_neither_the_order_of_papers_nor_their_copies_matter(
    papers: list[dict[int, int]], chance: random.Random
) -> None:
    counted = count_rating(graded(*papers))
    chance.shuffle(papers)
    assert count_rating(graded(*papers)) == counted
    doubled = count_rating(graded(*papers, *papers))
    assert doubled == count_rating(graded(*papers, copies=2))
    assert (doubled.winners, doubled.order) == (counted.winners, counted.order)
