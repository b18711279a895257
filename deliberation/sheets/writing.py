"""From rows to the bytes of a CSV or XLSX file."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, TypeAlias

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from deliberation.errors import Code, Refusal
from deliberation.sheets.formulas import guarded, is_dangerous, printable

if TYPE_CHECKING:
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

Cell: TypeAlias = str | int
_LONGEST_IN_XLSX = 32_767
"""Characters in one cell, by ECMA-376 part 1, annex on limits; programs cut the rest off."""
_ESCAPE_LOOKALIKE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")


def write_csv(headers: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """UTF-8 with its mark (Excel needs it) and CRLF. Every cell is quoted, so that no delimiter
    inside a cell misleads a reader that guesses delimiters."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([guarded(printable(header)) for header in headers])
    for row in rows:
        writer.writerow([c if isinstance(c, int) else guarded(printable(c)) for c in row])
    return out.getvalue().encode("utf-8-sig")


def write_xlsx(headers: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """One worksheet; text is stored as text, whatever it begins with."""
    lines = [_checked(number, row) for number, row in enumerate([headers, *rows], start=1)]
    book = Workbook(write_only=True)
    sheet: WriteOnlyWorksheet = book.create_sheet()
    for line in lines:
        sheet.append([_xlsx_cell(sheet, cell) for cell in line])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _checked(number: int, row: Sequence[Cell]) -> list[Cell]:
    line = [cell if isinstance(cell, int) else _xlsx_text(cell) for cell in row]
    for column, cell in enumerate(line, start=1):
        if isinstance(cell, str) and len(cell) > _LONGEST_IN_XLSX:
            raise Refusal(
                Code.SHEET_CELL_TOO_LONG, row=number, column=column, limit=_LONGEST_IN_XLSX
            )
    return line


def _xlsx_cell(sheet: "WriteOnlyWorksheet", value: Cell) -> "WriteOnlyCell | int":
    if isinstance(value, int):
        return value
    cell = WriteOnlyCell(sheet, value=value)
    cell.data_type = "s"  # or "=1+1" would be stored as a formula, "#N/A" as an error
    if is_dangerous(value):
        cell.quotePrefix = True  # stays text when somebody edits the cell
    return cell


def _xlsx_text(text: str) -> str:
    """XML turns CR LF into LF anyway; `_x0041_` would be read as an escape for "A"."""
    unbroken = printable(text).replace("\r\n", "\n").replace("\r", "\n")
    return _ESCAPE_LOOKALIKE.sub("_x005F_", unbroken)
