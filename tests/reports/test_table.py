"""What is written comes back unchanged, and what was quoted stays as it was quoted."""

from fractions import Fraction

import pytest
from hypothesis import given

from deliberation.errors import Code, Refusal
from deliberation.reports.facts import Facts
from deliberation.reports.figures import Name, Unit, figures_of
from deliberation.reports.service import as_csv, from_file
from deliberation.reports.table import HEADERS, Quoted, line_of, quoted, rows_of
from deliberation.sheets import write_csv
from tests.reports.made import facts


@given(facts)
def test_a_file_of_figures_comes_back_unchanged(known: Facts) -> None:
    lines = figures_of(known)
    written = as_csv(lines)
    read = from_file(written, "figures.csv")
    assert [line_of(row) for row in read] == lines
    assert write_csv(HEADERS, rows_of(read)) == written
    assert all(row.is_checked for row in map(quoted, lines) if row.whole)


def quote(name: Name, unit: Unit, value: str, **numbers: int | None) -> Quoted:
    known = {"part": None, "whole": None, "n": None} | numbers
    return Quoted(
        dimension="all",
        key="",
        name=name,
        unit=unit,
        part=known["part"],
        whole=known["whole"],
        value=value,
        n=known["n"],
    )


def test_a_quoted_share_is_kept_and_not_called_checked() -> None:
    row = quote(Name.SETTLED, Unit.SHARE, "85.7%")
    assert row.number == Fraction(857, 1000)
    assert not row.is_checked


def test_at_least_so_many_is_kept_as_it_was_said() -> None:
    row = quote(Name.SETTLED, Unit.COUNT, "130余")
    assert row.is_least
    assert row.number == 130


def test_numbers_that_do_not_make_the_quoted_value_are_not_called_checked() -> None:
    assert quote(Name.SETTLED, Unit.SHARE, "70.27%", part=130, whole=185).is_checked
    assert not quote(Name.SETTLED, Unit.SHARE, "95.00%", part=296, whole=355).is_checked


@pytest.mark.parametrize(
    ("figure", "unit", "part"),
    [("settled", "占比", "1.5"), ("elected", "占比", "1"), ("settled", "成", "1")],
)
def test_a_row_that_says_nothing_we_know_is_named(figure: str, unit: str, part: str) -> None:
    text = write_csv(HEADERS, [("all", "", figure, "", part, "2", "", "", unit)])
    with pytest.raises(Refusal) as refused:
        from_file(text, "figures.csv")
    assert refused.value.code is Code.FIGURES_UNREADABLE
    assert refused.value.facts["row"] == 2


def test_a_formula_in_a_name_does_not_run_and_comes_back() -> None:
    row = Quoted(
        dimension="domain",
        key="=1+1",
        name=Name.RECEIVED,
        unit=Unit.COUNT,
        part=1,
        whole=1,
        value="1",
        n=1,
    )
    written = write_csv(HEADERS, rows_of([row]))
    assert b'"\'=1+1"' in written
    assert from_file(written, "figures.csv") == [row]
