"""Terms: what overlaps, what is backwards, what ends soon."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliberation.errors import Code, Refusal
from deliberation.gatherings.rules import Term, check_may_sit, check_term, ends_soon

FIRST = date(2026, 1, 1)
DAYS = range(40)
LONGEST = timedelta(days=len(DAYS))

day = st.integers(0, len(DAYS) - 1).map(lambda n: FIRST + timedelta(days=n))


@st.composite
def terms(draw: st.DrawFn) -> Term:
    begins = draw(day)
    length = draw(st.none() | st.integers(0, 20))
    return Term(begins, None if length is None else begins + timedelta(days=length))


@given(terms(), terms())
def test_terms_overlap_when_they_have_a_day_in_common(one: Term, other: Term) -> None:
    days = [FIRST + timedelta(days=n) for n in range(80)]
    common = any(one.holds(on) and other.holds(on) for on in days)
    assert one.overlaps(other) == other.overlaps(one) == common


def test_a_term_that_ends_on_the_day_it_begins_is_one_day() -> None:
    check_term(Term(FIRST, FIRST))
    assert Term(FIRST, FIRST).holds(FIRST)


@pytest.mark.parametrize(
    ("term", "code"),
    [
        (Term(FIRST, FIRST - timedelta(days=1)), Code.TERM_BACKWARDS),
        (Term(FIRST, FIRST), Code.TERMS_OVERLAP),
    ],
)
def test_who_sits_already_or_backwards_may_not_sit(term: Term, code: Code) -> None:
    with pytest.raises(Refusal) as refusal:
        check_may_sit(term, [Term(FIRST)])
    assert refusal.value.code is code


@given(day, st.integers(-40, 60))
def test_what_ends_within_thirty_days_ends_soon(today: date, ahead: int) -> None:
    assert ends_soon(today + timedelta(days=ahead), today) == (0 <= ahead <= 30)
