"""XLSX: the first visible sheet with content, each cell as the text a person sees."""

import io
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import TypeAlias

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from deliberation.errors import Code, Refusal
from deliberation.sheets.archive import pack, unpack
from deliberation.sheets.census import check_parts
from deliberation.sheets.table import Limits, Row

Value: TypeAlias = int | float | str | bool | time | date | datetime | timedelta


def read_workbook(data: bytes, limits: Limits) -> Iterator[Row]:
    """Rows from the top of the sheet; a formula gives the value it had when it was saved."""
    parts = unpack(data, limits)
    if "xl/workbook.xml" not in parts:
        raise Refusal(Code.SHEET_KIND_UNKNOWN)
    check_parts(parts.values(), limits)
    grid = _grid(pack(parts), limits)
    return (Row(number, tuple(cells)) for number, cells in enumerate(grid, start=1))


def _grid(checked: bytes, limits: Limits) -> list[list[str]]:
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(checked))
        for sheet in _visible_sheets(book):
            grid = _filled_down(sheet, limits)
            if any(cell.strip() for cells in grid for cell in cells):
                return grid
    except (CalamineError, ValueError, OSError) as error:
        raise Refusal(Code.SHEET_UNREADABLE) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # a Rust panic is no Exception
            raise
        raise Refusal(Code.SHEET_UNREADABLE) from error
    raise Refusal(Code.SHEET_EMPTY)


def _visible_sheets(book: CalamineWorkbook) -> Iterator[CalamineSheet]:
    for about in book.sheets_metadata:
        is_shown = about.visible == SheetVisibleEnum.Visible
        if is_shown and about.typ == SheetTypeEnum.WorkSheet:
            yield book.get_sheet_by_name(about.name)


def _filled_down(sheet: CalamineSheet, limits: Limits) -> list[list[str]]:
    """A cell merged over several rows (one 楼院 beside many households) counts for each row that
    has other content; merging sideways is for titles and changes nothing."""
    grid = [[text_of(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
    has_content = [any(cells) for cells in grid]
    work = limits.rows * limits.columns
    for (top, left), (bottom, _) in sheet.merged_cell_ranges or ():
        covered = range(top + 1, min(bottom + 1, len(grid)))
        work -= len(covered) + 1
        if work < 0:
            raise Refusal(Code.SHEET_COMPRESSED_BOMB)  # ranges laid over each other
        for row in covered:
            if has_content[row] and left < len(grid[row]):
                grid[row][left] = grid[top][left]
    return grid


def text_of(value: Value) -> str:
    """Whole numbers without ".0", fractions to the 15 digits Excel keeps, dates in ISO form."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float | int):
        return _number_text(value)
    if isinstance(value, datetime):
        return value.isoformat() if value.time() != time() else value.date().isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return value.isoformat()


def _number_text(value: float) -> str:
    digits = f"{value:.15g}"
    if "e" not in digits:
        return digits
    return f"{value:.0f}" if float(value).is_integer() else digits
