from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliberation.rulesets.exact import amount_text, fraction_from, fraction_text, percent_text


@given(st.fractions(min_value=0, max_denominator=10**6, max_value=10**6))
def test_a_fraction_read_back_is_the_same(value: Fraction) -> None:
    assert fraction_from(fraction_text(value)) == value


@pytest.mark.parametrize(
    "text", ["2/4", "1", "0.5", "1/0", " 1/2", "1/2\n", "-1/2", "01/2", "１/2"]
)
def test_only_the_canonical_form_is_read(text: str) -> None:
    with pytest.raises(ValueError, match=r"fraction|lowest"):
        fraction_from(text)


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_a_percentage_is_cut_off_and_never_rounded_up(part: int, whole: int) -> None:
    shown = Fraction(percent_text(part, whole).removesuffix("%")) / 100
    assert shown <= Fraction(part, whole) < shown + Fraction(1, 10_000)


def test_percentages_as_the_pictures_show_them() -> None:
    assert percent_text(72, 98) == "73.46%"
    assert percent_text(98, 120) == "81.66%"
    assert percent_text(49_999, 100_000) == "49.99%"
    assert percent_text(1, 1) == "100.00%"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(46), "46"),
        (Fraction(163, 2), "81.5"),
        (Fraction(5, 4), "1.25"),
        (Fraction(10), "10"),
        (Fraction(21, 20), "1.05"),
        (Fraction(1, 3), "1/3"),
        (Fraction(1, 8), "1/8"),
    ],
)
def test_amounts_are_written_exactly_or_as_fractions(value: Fraction, text: str) -> None:
    assert amount_text(value) == text
