"""Suggestions, measures and problems are counted apart; a problem solved twice counts once."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from deliberation.suggestions.drawing import LEAST, MOST, TOP, drawn
from deliberation.suggestions.rules import Problem, distinct, next_number

ids = st.integers(1, 6).map(lambda n: UUID(int=n))
words = st.sampled_from(["路灯", "路 灯", "停车", "停车 ", "PARKING", "parking"])
problems = st.builds(Problem, st.none() | ids, words)


def _brute(found: list[Problem]) -> int:
    """Pair by pair: the same demand, or none and the same words but for case and blanks."""
    seen: list[Problem] = []
    for one in found:
        alike = [
            other
            for other in seen
            if (one.demand is not None and one.demand == other.demand)
            or (
                one.demand is None
                and other.demand is None
                and one.words.replace(" ", "").lower() == other.words.replace(" ", "").lower()
            )
        ]
        if not alike:
            seen.append(one)
    return len(seen)


@given(st.lists(problems, max_size=30))
def test_each_problem_counts_once_whoever_solved_it(found: list[Problem]) -> None:
    assert len(distinct(found)) == _brute(found)


@given(st.lists(st.integers(1, 50).map(lambda n: f"2026-{n:03}"), max_size=12))
def test_the_next_number_is_free_and_follows_the_last(taken: list[str]) -> None:
    number = next_number(2026, [*taken, "2025-900", "演示-1"])
    assert number not in taken
    assert all(other < number for other in taken)


@given(
    st.lists(ids, unique=True),
    st.lists(ids, unique=True),
    st.lists(st.text("abc", max_size=3), unique=True),
    st.data(),
)
def test_the_picture_joins_what_is_joined(
    suggestions: list[UUID], measures: list[UUID], problems: list[str], data: st.DataObject
) -> None:
    pairs = [(a, b) for a in suggestions for b in measures]
    ends = [(a, b) for a in measures for b in problems]
    taken = data.draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    solved = data.draw(st.lists(st.sampled_from(ends), unique=True)) if ends else []
    picture = drawn(suggestions, measures, problems, taken, solved)
    assert len(picture.lines) == len(taken) + len(solved)
    assert len(picture.points) == len(suggestions) + len(measures) + len(problems)
    assert len({(point.x, point.y) for point in picture.points}) == len(picture.points)
    assert all(TOP <= point.y <= picture.height for point in picture.points)
    assert picture.height >= TOP + LEAST


def test_a_long_column_is_cut_and_says_so() -> None:
    many = [UUID(int=n) for n in range(MOST + 7)]
    picture = drawn(many, [], [], [], [])
    assert (len(picture.points), picture.left_out) == (MOST, 7)
