"""Figures as rows of a table, out and in: what is written comes back unchanged.

Figures of earlier years often have only a quoted value ("85.7%", "130余"): it is kept as it was
quoted, with what is said to be more than it, and marked where its numbers do not add up. Pure.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

from deliberation.errors import Code, Refusal
from deliberation.i18n import N_
from deliberation.reports.figures import Figure, Line, Name, Unit
from deliberation.rulesets.exact import amount_text, percent_text
from deliberation.sheets import Table

HEADERS: Sequence[str] = ("维度", "名目", "指标", "名称", "分子", "分母", "数值", "基数", "单位")
LONGEST = 20_000
"""Rows that are taken in: more than a large community writes, with a dozen for each place."""
LARGEST_FILE = 4 * 1024 * 1024
_LARGEST = 10**12

LABELS: Mapping[Name, str] = MappingProxyType(
    {
        Name.RECEIVED: N_("收到需求"),
        Name.SETTLED: N_("已办结"),
        Name.DECLINED: N_("不列入"),
        Name.MERGED: N_("已合并"),
        Name.CLAIMED: N_("已认领"),
        Name.REFUSALS: N_("不认领的答复"),
        Name.RELEASES: N_("退回认领"),
        Name.ESCALATED: N_("已上报"),
        Name.DONE: N_("任务办完"),
        Name.ON_TIME_FIRST: N_("按最初期限办完"),
        Name.ON_TIME_LAST: N_("按延后期限办完"),
        Name.POSTPONED: N_("延过期"),
        Name.OVERDUE: N_("现在逾期"),
        Name.ASSIGNED: N_("交办"),
        Name.ANSWERED: N_("已评价"),
        Name.MEAN: N_("平均分"),
        Name.MARK_1: N_("评1分"),
        Name.MARK_2: N_("评2分"),
        Name.MARK_3: N_("评3分"),
        Name.MARK_4: N_("评4分"),
        Name.MARK_5: N_("评5分"),
        Name.RETURNED: N_("退回重办"),
        Name.DAYS_TO_TRIAGE: N_("提出到分流"),
        Name.DAYS_TO_TAKE: N_("分流到立题或认领"),
        Name.DAYS_TO_DECIDE: N_("立题到决定"),
        Name.DAYS_TO_DELIVER: N_("决定到办完"),
        Name.DAYS_TO_SETTLE: N_("提出到办结"),
        Name.SAME_DAY: N_("直办：当天"),
        Name.WITHIN_TWO: N_("直办：两天内"),
        Name.WITHIN_THREE: N_("直办：三天内"),
        Name.SUGGESTIONS: N_("恳谈建议"),
        Name.MEASURES: N_("形成措施"),
        Name.PROBLEMS: N_("解决问题"),
    }
)
UNITS: Mapping[Unit, str] = MappingProxyType(
    {Unit.COUNT: N_("件"), Unit.SHARE: N_("占比"), Unit.MEAN: N_("分"), Unit.DAYS: N_("天")}
)
_BY_UNIT = {words: unit for unit, words in UNITS.items()}
_NUMBER = re.compile(r"([+-]?\d{1,12})(?:\.(\d{1,6}))?(%?)")
_AT_LEAST = re.compile(r"(余|以上|多|\+)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """A row. `part`, `whole` and `n` are None where the source does not say them; `value` is the
    text as it stands there."""

    dimension: str
    key: str
    name: Name
    unit: Unit
    part: int | None
    whole: int | None
    value: str
    n: int | None

    @property
    def is_least(self) -> bool:
        """The source says "130余": at least so many."""
        return bool(_AT_LEAST.search(self.value))

    @property
    def number(self) -> Fraction | None:
        """Exact where both numbers are known, else what the quoted text says. "85" of a share is
        not said to be 85 %, and "85%" is no count: neither can be compared."""
        if self.part is not None and self.whole:
            return Fraction(self.part, self.whole)
        is_share = self.value.rstrip("余多以上+").endswith("%")
        return _number(self.value) if is_share == (self.unit is Unit.SHARE) else None

    @property
    def is_checked(self) -> bool:
        """Both numbers are there, and the quoted value is what they make."""
        if self.part is None or not self.whole:
            return False
        return self.value == value_text(self.unit, self.part, self.whole)


def value_text(unit: Unit, part: int, whole: int) -> str:
    """As it is printed: shares in per cent, cut off; empty where there is nothing to count from."""
    if not whole:
        return ""
    if unit is Unit.SHARE:
        return percent_text(part, whole)
    if unit is Unit.MEAN:
        hundredths = part * 100 // whole
        return f"{hundredths // 100}.{hundredths % 100:02}"
    return amount_text(Fraction(part, whole))


def quoted(line: Line) -> Quoted:
    figure = line.figure
    return Quoted(
        dimension=line.dimension,
        key=line.key,
        name=figure.name,
        unit=figure.unit,
        part=figure.part,
        whole=figure.whole,
        value=value_text(figure.unit, figure.part, figure.whole),
        n=figure.n,
    )


def line_of(row: Quoted) -> Line | None:
    """The figure of a row that has all its numbers."""
    if row.part is None or row.whole is None or row.n is None:
        return None
    figure = Figure(name=row.name, unit=row.unit, part=row.part, whole=row.whole, n=row.n)
    return Line(dimension=row.dimension, key=row.key, figure=figure)


def rows_of(lines: Iterable[Quoted]) -> list[Sequence[str]]:
    """As they are written under `HEADERS`; a number that is not known is an empty cell."""
    return [
        (
            row.dimension,
            row.key,
            row.name.value,
            LABELS[row.name],
            _text(row.part),
            _text(row.whole),
            row.value,
            _text(row.n),
            UNITS[row.unit],
        )
        for row in lines
    ]


def _text(number: int | None) -> str:
    return "" if number is None else str(number)


def read_rows(table: Table) -> list[Quoted]:
    """Figures from a file with our headers, in any order of columns.

    Raises FIGURES_UNREADABLE naming the row, INTAKE_COLUMN_MISSING.
    """
    places = {cell.strip(): at for at, cell in enumerate(table.headers)}
    for needed in HEADERS:
        if needed not in places and needed not in ("名称", "基数"):
            raise Refusal(Code.INTAKE_COLUMN_MISSING, column=needed)
    rows = [row for row in table.rows if any(cell.strip() for cell in row.cells)]
    if len(rows) > LONGEST:
        raise Refusal(Code.SHEET_TOO_MANY_ROWS, limit=LONGEST)
    return [_row(row.number, row.cells, places) for row in rows]


def _row(number: int, cells: Sequence[str], places: Mapping[str, int]) -> Quoted:
    def cell(header: str) -> str:
        at = places.get(header)
        return cells[at].strip() if at is not None and at < len(cells) else ""

    try:
        return Quoted(
            dimension=cell("维度") or "all",
            key=cell("名目"),
            name=Name(cell("指标")),
            unit=_BY_UNIT[cell("单位")],
            part=_whole_number(cell("分子")),
            whole=_whole_number(cell("分母")),
            value=cell("数值"),
            n=_whole_number(cell("基数")),
        )
    except (KeyError, ValueError):
        raise Refusal(Code.FIGURES_UNREADABLE, row=number) from None


def _whole_number(text: str) -> int | None:
    """Raises ValueError."""
    if not text:
        return None
    if not (text.isascii() and text.isdecimal()) or int(text) > _LARGEST:
        raise ValueError(text)
    return int(text)


def _number(text: str) -> Fraction | None:
    found = _NUMBER.fullmatch(_AT_LEAST.sub("", text.strip()))
    if found is None:
        return None
    whole, decimals, percent = found[1], found[2] or "", found[3]
    value = Fraction(int(whole + decimals), 10 ** len(decimals))
    return value / 100 if percent else value
