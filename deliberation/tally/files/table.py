"""CSV, our own plain form: a row a ballot, or a row for ballots that are alike.

The header names the options; a first column `copies` (票数) says how many ballots a row stands for:

    # kind: ranking, seats: 2, title: 楼长
    票数,李明,王芳,赵强
    12,1,2,3
    5,,1,1

`kind` is one of `ranking` (1 is the best; equal ranks stand alike, and gaps mean nothing),
`approval` (x, 1, ✓ or 是 for what is chosen; 0 or 否 for what is not), `grades` (whole numbers, the
higher the better; an empty cell is no grade) and `choice`. The line with # may be left out: then
signs are an approval, numbers are a ranking if every row has each of 1, 2, 3… once, and grades if
not.

Two other forms name the options in the cells, and list them as they first appear: the columns
`rank1,rank2,…` (第1名, 第一…), and a single column, which is a `choice`. Columns are parted by
commas, semicolons or tabs. An empty row between commas is a blank paper; an empty line is nothing.
"""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from deliberation.i18n import N_
from deliberation.tally.counted import grouped
from deliberation.tally.files.lines import (
    NO_OPTIONS,
    Papers,
    Read,
    check_options,
    label,
    unreadable,
    whole,
)
from deliberation.tally.profile import Profile

_CHOSEN = frozenset({"x", "1", "✓", "✔", "√", "是", "yes", "y", "对"})
_NOT_CHOSEN = frozenset({"", "0", "否", "no", "n", "-", "×"})
_COPIES = frozenset({"copies", "票数", "count"})
_RANK = re.compile(
    r"(?:rank|choice|preference|名次|第|志愿)\s*_?(\d{1,5})\s*(?:名|选择|选|志愿)?", re.IGNORECASE
)
_SETTING = re.compile(r"\s*(kind|seats|title)\s*[:：]\s*([^,，;；]*)")
_MARK = re.compile(r"[+-]?[0-9]+")


class Cells(StrEnum):
    """What the cells of a table hold."""

    RANKING = "ranking"
    APPROVAL = "approval"
    GRADES = "grades"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    line: int
    copies: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """`kind` is empty where the file does not say."""

    header: tuple[str, ...]
    rows: tuple[_Row, ...]
    kind: str
    seats: int
    title: str


def read_table_of_votes(text: str) -> Read:
    """Refuses with TALLY_UNREADABLE, and the line, what is no such table."""
    table = _table(text)
    papers = Papers()
    if _names_options(table):
        labels = _read_names(table, papers)
    else:
        labels = table.header
        check_options(len(labels), 1)
        _read_cells(table, table.kind or _guessed(table.rows), papers)
    check_options(len(labels), 1)
    profile = Profile(labels=labels, papers=papers.all(), seats=table.seats, title=table.title)
    return Read(profile=profile)


def _table(text: str) -> _Table:
    settings: dict[str, str] = {}
    header: tuple[str, ...] = ()
    rows, has_copies = [], False
    for line, cells in _split(text):
        if not header and cells[0].startswith("#"):
            settings |= dict(_SETTING.findall(",".join(cells)[1:]))
        elif not header:
            has_copies = cells[0].lower() in _COPIES
            header = tuple(cells[1:] if has_copies else cells)
            _check_header(header, line)
        else:
            rows.append(_row(line, cells, len(header), has_copies=has_copies))
    if not header:
        raise unreadable(1, NO_OPTIONS)
    kind = settings.get("kind", "").strip().lower()
    if kind and kind not in list(Cells):
        raise unreadable(1, N_("kind应该是ranking、approval、grades或choice"))
    return _Table(
        header=header,
        rows=tuple(rows),
        kind=kind,
        seats=whole(settings.get("seats", "1"), 1, least=1),
        title=label(settings.get("title", "")),
    )


def _split(text: str) -> list[tuple[int, list[str]]]:
    """The rows that are not empty, their cells tidy."""
    first = next((row for row in text.splitlines() if row.strip() and not row.startswith("#")), "")
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    found: list[tuple[int, list[str]]] = []
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return found
        except csv.Error as error:
            raise unreadable(reader.line_num, N_("这一行的引号或格子不对")) from error
        if cells and (len(cells) > 1 or cells[0].strip()):
            found.append((reader.line_num, [label(cell) for cell in cells]))


def _check_header(header: Sequence[str], line: int) -> None:
    check_options(len(header), line)
    if "" in header or len(set(header)) != len(header):
        raise unreadable(line, N_("表头有空格子，或者有两栏同名"))


def _row(line: int, cells: list[str], width: int, *, has_copies: bool) -> _Row:
    copies = whole(cells.pop(0), line, least=1) if has_copies else 1
    if any(cells[width:]):
        raise unreadable(line, N_("这一行的格数比表头多"))
    padded = (cells + [""] * width)[:width]
    return _Row(line=line, copies=copies, cells=tuple(padded))


def _names_options(table: _Table) -> bool:
    """Whether the cells name options, and the header does not."""
    if table.kind in ("", Cells.RANKING) and all(map(_RANK.fullmatch, table.header)):
        return True
    if table.kind or len(table.header) > 1:
        return table.kind == Cells.CHOICE
    return not table.rows or not all(_is_mark(row.cells[0]) for row in table.rows)


def _is_mark(cell: str) -> bool:
    return cell.lower() in _CHOSEN | _NOT_CHOSEN or bool(_MARK.fullmatch(cell))


def _read_names(table: _Table, papers: Papers) -> tuple[str, ...]:
    """Cells that name options, the most preferred first."""
    options: dict[str, int] = {}
    for row in table.rows:
        named = [options.setdefault(cell, len(options)) for cell in row.cells if cell]
        papers.add(row.line, row.copies, tuple((option,) for option in named))
    return tuple(options)


def _read_cells(table: _Table, kind: str, papers: Papers) -> None:
    for row in table.rows:
        if kind == Cells.APPROVAL:
            chosen = tuple(n for n, cell in enumerate(row.cells) if _is_chosen(cell, row.line))
            papers.add(row.line, row.copies, (chosen,))
            continue
        least = 1 if kind == Cells.RANKING else None
        numbers = {n: whole(cell, row.line, least) for n, cell in enumerate(row.cells) if cell}
        if kind == Cells.RANKING:
            better = {option: -rank for option, rank in numbers.items()}
            papers.add(row.line, row.copies, grouped(better))
        else:
            papers.add(row.line, row.copies, grades=tuple(numbers.items()))


def _is_chosen(cell: str, line: int) -> bool:
    if cell.lower() not in _CHOSEN | _NOT_CHOSEN:
        raise unreadable(line, N_("同意写x、1或是，不同意留空"))
    return cell.lower() in _CHOSEN


def _guessed(rows: Sequence[_Row]) -> Cells:
    cells = {cell.lower() for row in rows for cell in row.cells}
    if cells <= _CHOSEN | _NOT_CHOSEN:
        return Cells.APPROVAL
    return Cells.RANKING if all(_is_ranking(row.cells) for row in rows) else Cells.GRADES


def _is_ranking(cells: Sequence[str]) -> bool:
    given = [cell for cell in cells if cell]
    return set(given) == {str(rank) for rank in range(1, len(given) + 1)}
