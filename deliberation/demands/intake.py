"""Reads a demand list from a table: facts for each row, and what is wrong in which."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date

from deliberation.errors import Code, Fact
from deliberation.sheets.columns import (
    Columns,
    Problem,
    Severity,
    clean_text,
    date_of,
    find_columns,
    identity_key,
)
from deliberation.sheets.table import Row, Table

SPELLINGS: Mapping[str, Sequence[str]] = {
    "number": ("编号", "需求编号", "number", "no.", "no"),
    "title": ("标题", "需求", "需求标题", "需求名称", "事项", "title"),
    "description": ("描述", "需求描述", "内容", "需求内容", "具体内容", "description"),
    "domain": ("领域", "类别", "分类", "domain"),
    "place": ("地点", "位置", "place"),
    "source": ("来源", "需求来源", "source"),
    "raised_on": ("提出日期", "提出时间", "日期", "raised on", "date"),
    "supporters": ("支持户数", "户数", "supporters"),
    "contact_name": ("联系人", "提出人", "contact"),
    "contact_phone": ("电话", "联系电话", "手机", "phone"),
}
"""Accepted headers. Not 序号: it counts lines and changes when the list is sorted."""

LONGEST: Mapping[str, int] = {
    "number": 40,
    "title": 60,
    "description": 5_000,
    "domain": 40,
    "place": 120,
    "source": 60,
    "contact_name": 60,
    "contact_phone": 30,
}
"""Characters."""

_COUNT = re.compile(r"([0-9]{1,6})户?")
_PHONES = re.compile(r"[/、,;]|或")
_PHONE = re.compile(
    r"(\+?86)?1[3-9][0-9]{9}"  # mobile
    r"|(0[0-9]{2,3})?[2-9][0-9]{6,7}([-转][0-9]{1,6})?"  # landline, with an extension
    r"|[48]00[0-9]{7}|[19][0-9]{4}"  # free lines, and public ones such as 12345
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandFacts:
    """One demand as a row states it; `stated` names the fields that were filled in. A blank cell
    says nothing: it never empties what is already known."""

    row: int
    number: str | None
    title: str
    description: str
    domain: str
    place: str
    source: str
    raised_on: date | None
    supporters: int
    contact_name: str
    contact_phone: str
    stated: frozenset[str]

    @property
    def identity(self) -> tuple[str, str, date | None]:
        """What makes a demand without a number the same one again."""
        return identity_key(self.title), identity_key(self.place), self.raised_on

    @property
    def content(self) -> tuple[object, ...]:
        """Everything but the row's place in the file."""
        return tuple(getattr(self, f.name) for f in fields(self) if f.name != "row")


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """`rows` are those without an error, in file order, each demand once."""

    rows: tuple[DemandFacts, ...]
    problems: tuple[Problem, ...]

    @property
    def has_errors(self) -> bool:
        return any(problem.severity is Severity.ERROR for problem in self.problems)


def read_demands(table: Table, *, today: date) -> Intake:
    """`today` in the community's zone. Raises INTAKE_COLUMN_MISSING without a column 标题."""
    columns = find_columns(table, SPELLINGS, required=("title",))
    problems: list[Problem] = []
    read: list[DemandFacts] = []
    for row in columns.rows:
        reader = _RowReader(columns, row, today)
        read.append(reader.facts())
        problems += reader.problems
    kept = _each_once(read, problems)
    wrong = {problem.row for problem in problems if problem.severity is Severity.ERROR}
    ordered = sorted(problems, key=lambda problem: problem.row)
    return Intake(rows=tuple(f for f in kept if f.row not in wrong), problems=tuple(ordered))


class _RowReader:
    """Reads one row and gathers its problems."""

    def __init__(self, columns: Columns, row: Row, today: date) -> None:
        self._columns = columns
        self._row = row
        self._today = today
        self.problems: list[Problem] = []

    def facts(self) -> DemandFacts:
        text = {name: self._text(name) for name in LONGEST}
        if not text["title"]:
            self._note("title", Code.INTAKE_FIELD_MISSING, column=self._columns.names["title"])
        self._check_phone(text["contact_phone"])
        given = {name for name in SPELLINGS if self._columns.line(self._row, name)}
        number = text.pop("number") or None
        return DemandFacts(
            row=self._row.number,
            number=number,
            raised_on=self._raised_on(),
            supporters=self._supporters(),
            stated=frozenset(given),
            **text,
        )

    def _text(self, name: str) -> str:
        if name == "description":
            text = clean_text(self._columns.raw(self._row, name))
        else:
            text = self._columns.line(self._row, name)
        if len(text) > LONGEST[name]:
            self._note(
                name,
                Code.INTAKE_FIELD_TOO_LONG,
                column=self._columns.names[name],
                length=len(text),
                limit=LONGEST[name],
            )
        return text

    def _raised_on(self) -> date | None:
        text = self._columns.line(self._row, "raised_on")
        day = date_of(text)
        if text and day is None:
            self._note("raised_on", Code.INTAKE_DATE_UNREADABLE, value=text)
        if day is not None and day > self._today:
            self._note("raised_on", Code.INTAKE_DATE_IN_FUTURE, value=day.isoformat())
        return day

    def _supporters(self) -> int:
        text = self._columns.line(self._row, "supporters")
        match = _COUNT.fullmatch(unicodedata.normalize("NFKC", text))
        if text and match is None:
            self._note("supporters", Code.INTAKE_COUNT_UNREADABLE, value=text)
        return int(match[1]) if match else 0

    def _check_phone(self, text: str) -> None:
        if text and not is_phone(text):
            warning = Severity.WARNING
            self._note("contact_phone", Code.INTAKE_PHONE_DOUBTFUL, severity=warning, value=text)

    def _note(
        self, name: str, code: Code, *, severity: Severity = Severity.ERROR, **facts: Fact
    ) -> None:
        self.problems.append(
            Problem(
                row=self._row.number,
                column=self._columns.names[name],
                code=code,
                severity=severity,
                facts=facts,
            )
        )


def is_phone(text: str) -> bool:
    """Whether it can be dialled in China: one number or several."""
    upright = unicodedata.normalize("NFKC", text)
    return all(_PHONE.fullmatch(_undecorated(one)) for one in _PHONES.split(upright))


def _undecorated(phone: str) -> str:
    """Without blanks, brackets and the hyphens that only group digits."""
    bare = re.sub(r"[\s()]", "", phone)
    if re.fullmatch(r"(\+?86-?)?1[0-9]{2}-?[0-9]{4}-?[0-9]{4}|[48]00-?[0-9]{3}-?[0-9]{4}", bare):
        return bare.replace("-", "")
    return re.sub(r"^(0[0-9]{2,3})-", r"\1", bare)


def _each_once(read: Sequence[DemandFacts], problems: list[Problem]) -> list[DemandFacts]:
    """Drops rows that repeat another; notes rows that contradict another, on both."""
    first: dict[object, DemandFacts] = {}
    kept: list[DemandFacts] = []
    for facts in read:
        other = first.setdefault(_key(facts), facts)
        if other is not facts and other.content == facts.content:
            problems.append(_repeated(facts, other))
            continue
        kept.append(facts)
        if other is not facts and facts.title:
            problems += [_contradicted(facts, other), _contradicted(other, facts)]
    problems += _vague(facts for facts in kept if not facts.number and facts.title)
    return kept


def _key(facts: DemandFacts) -> object:
    return identity_key(facts.number) if facts.number else facts.identity


def _vague(unnumbered: Iterable[DemandFacts]) -> Iterator[Problem]:
    """A row without a date beside a dated one of the same title and place: nobody could tell at
    the next import which of the two demands is whose."""
    dated: dict[object, DemandFacts] = {}
    undated: list[DemandFacts] = []
    for facts in unnumbered:
        if facts.raised_on is None:
            undated.append(facts)
        else:
            dated.setdefault(facts.identity[:2], facts)
    for facts in undated:
        if other := dated.get(facts.identity[:2]):
            yield _contradicted(facts, other)
            yield _contradicted(other, facts)


def _repeated(facts: DemandFacts, other: DemandFacts) -> Problem:
    return Problem(
        row=facts.row,
        column=None,
        code=Code.INTAKE_ROW_REPEATED,
        severity=Severity.WARNING,
        facts={"other": other.row},
    )


def _contradicted(facts: DemandFacts, other: DemandFacts) -> Problem:
    if facts.number is None:
        code, column, said = Code.INTAKE_ROW_CONTRADICTED, None, {}
    else:
        code, column = Code.INTAKE_NUMBER_CONTRADICTED, SPELLINGS["number"][0]
        said = {"number": facts.number}
    return Problem(row=facts.row, column=column, code=code, facts={**said, "other": other.row})
