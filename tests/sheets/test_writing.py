"""What we write reads back as it was, and never runs as a formula."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from deliberation.errors import Code, Refusal
from deliberation.sheets import Limits, read_table, write_csv, write_xlsx

LIMITS = Limits()
FORMULAS = ["=1+1", "+A1", "-1-cmd", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1+1", "'=1", "''+x"]

texts = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Cn"]) | st.sampled_from("\n\t'=+-@;,\"_x0041"),
    max_size=12,
)
filled = texts.filter(lambda text: bool(text.strip()))


@st.composite
def tables(draw: st.DrawFn) -> list[list[str]]:
    """Rows of one width, each with content in its last cell, so that none is dropped as blank."""
    width = draw(st.integers(1, 4))
    row = st.tuples(*[texts | st.sampled_from(FORMULAS)] * (width - 1), filled).map(list)
    return draw(st.lists(row, min_size=1, max_size=6))


@given(tables())
def test_our_csv_reads_back_as_it_was_written(rows: list[list[str]]) -> None:
    table = read_table(write_csv(rows[0], rows[1:]), "out.csv", limits=LIMITS)
    assert [list(table.headers), *(list(row.cells) for row in table.rows)] == rows


@given(tables())
def test_our_xlsx_reads_back_as_it_was_written(rows: list[list[str]]) -> None:
    table = read_table(write_xlsx(rows[0], rows[1:]), "out.xlsx", limits=LIMITS)
    expected = [[cell.replace("\r", "\n") for cell in row] for row in rows]
    assert [list(table.headers), *(list(row.cells) for row in table.rows)] == expected


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_of_a_csv_begins_as_a_formula(text: str) -> None:
    data = write_csv(["标题"], [[text]])
    records = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert records[1][0].startswith("'")


def test_numbers_stay_numbers_in_a_csv() -> None:
    assert write_csv(["支持户数"], [[-3], ["-3.5"], ["+8613800001234"]]) == (
        '\ufeff"支持户数"\r\n"-3"\r\n"-3.5"\r\n"+8613800001234"\r\n'.encode()
    )


@pytest.mark.parametrize("text", [*FORMULAS, "#N/A", "12"])
def test_every_text_is_stored_as_text_in_xlsx(text: str) -> None:
    data = write_xlsx(["标题"], [[text, 12]])
    sheet = load_workbook(io.BytesIO(data)).worksheets[0]
    assert [sheet["A2"].data_type, sheet["B2"].data_type] == ["s", "n"]


def test_characters_no_file_may_hold_are_left_out() -> None:
    for data, name in (
        (write_csv(["标题"], [["甲\0\x07乙\ud800"]]), "o.csv"),
        (write_xlsx(["标题"], [["甲\0\x07乙\ud800"]]), "o.xlsx"),
    ):
        assert read_table(data, name, limits=LIMITS).rows[0].cells == ("甲乙",)


def test_a_text_that_a_cell_would_cut_off_is_refused() -> None:
    with pytest.raises(Refusal) as caught:
        write_xlsx(["标题"], [["长" * 32_768]])
    assert (caught.value.code, caught.value.facts["row"]) == (Code.SHEET_CELL_TOO_LONG, 2)
