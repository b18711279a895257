"""A table as its reader sees it: text in cells, rows numbered as in the file."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from deliberation.errors import Code, Refusal

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much a file may hold. Characters for `cell`, bytes for the sizes."""

    size: int = 20 * MEGABYTE
    rows: int = 50_000
    columns: int = 100
    cell: int = 5_000
    unpacked: int = 200 * MEGABYTE
    ratio: int = 150
    """Unpacked over packed; Excel's own files stay below 60."""


@dataclass(frozen=True, slots=True)
class Row:
    """`number` counts from 1 with the file's first line, as spreadsheet programs show it."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows without content are left out; every row is as wide as the widest."""

    header: Row
    rows: Sequence[Row]

    @property
    def headers(self) -> tuple[str, ...]:
        return self.header.cells

    def beneath(self, row: int) -> "Table":
        """The same table with `rows[row]` as its headers: title lines above it fall away."""
        return Table(header=self.rows[row], rows=self.rows[row + 1 :])


def build_table(lines: Iterable[Row], limits: Limits) -> Table:
    """Refuses a table that is empty or beyond the limits."""
    filled: list[Row] = []
    for line in lines:
        cells = _without_empty_end(line.cells)
        if not cells:
            continue
        _check_cells(line.number, cells, limits)
        filled.append(Row(line.number, cells))
        if len(filled) > limits.rows + 1:
            raise Refusal(Code.SHEET_TOO_MANY_ROWS, limit=limits.rows)
    if not filled:
        raise Refusal(Code.SHEET_EMPTY)
    width = max(len(row.cells) for row in filled)
    even = [Row(row.number, row.cells + ("",) * (width - len(row.cells))) for row in filled]
    return Table(header=even[0], rows=even[1:])


def _without_empty_end(cells: tuple[str, ...]) -> tuple[str, ...]:
    end = len(cells)
    while end and (not cells[end - 1] or cells[end - 1].isspace()):
        end -= 1
    return cells[:end]


def _check_cells(number: int, cells: tuple[str, ...], limits: Limits) -> None:
    if len(cells) > limits.columns:
        raise Refusal(Code.SHEET_TOO_MANY_COLUMNS, limit=limits.columns)
    for column, cell in enumerate(cells, start=1):
        if len(cell) > limits.cell:
            raise Refusal(Code.SHEET_CELL_TOO_LONG, row=number, column=column, limit=limits.cell)
