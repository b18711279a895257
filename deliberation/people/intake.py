"""Reads households and residents from a table: one row a person, several rows a household."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from deliberation.errors import Code, Fact
from deliberation.people.roles import Role
from deliberation.sheets.columns import (
    Columns,
    Problem,
    Severity,
    date_of,
    find_columns,
    identity_key,
)
from deliberation.sheets.table import Row, Table

SPELLINGS: Mapping[str, Sequence[str]] = {
    "grid": ("网格", "grid"),
    "courtyard": ("楼院", "小区", "courtyard"),
    "entrance": ("楼门", "单元", "entrance"),
    "unit": ("门牌", "门牌号", "房号", "unit"),
    "area": ("专有面积", "面积", "建筑面积", "area"),
    "name": ("姓名", "name"),
    "representative": ("户代表", "是否户代表", "representative"),
    "owner": ("业主", "是否业主", "产权人", "owner"),
    "last_four": ("电话后四位", "手机后四位", "后四位", "phone last four"),
    "roles": ("角色", "roles", "role"),
}
LONGEST = 60
"""Characters of a place's name, a unit's label, a person's name."""

_PLACES = ("grid", "courtyard", "entrance")
_AREA = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,2})?) ?(?:m2|平方米|平米|平)?")
_YES = frozenset({"是", "对", "1", "yes", "y", "true", "√", "✓", "✔", "户代表", "业主"})
_NO = frozenset({"否", "不是", "0", "no", "n", "false", "x", "×", "✗", "✕"})
_BETWEEN_ROLES = re.compile(r"[、,;/\s]+")
_ROLES: Mapping[str, Role] = {
    "居民": Role.RESIDENT,
    "户代表": Role.REPRESENTATIVE,
    "主持人": Role.FACILITATOR,
    "记录员": Role.RECORDER,
    "档案员": Role.ARCHIVIST,
    "联络员": Role.LIAISON,
    "监票人": Role.SUPERVISOR,
    **{role.value: role for role in Role if role is not Role.ADMINISTRATOR},
}
"""No administrator: whoever may import could otherwise make themselves one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFacts:
    """`roles` are those beside being a resident or a representative; `last_four` is "", and
    `says_representative` and `says_owner` None, where the row says nothing."""

    row: int
    name: str
    last_four: str
    roles: frozenset[Role]
    says_representative: bool | None
    says_owner: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdFacts:
    """Those of one unit, in file order. `place` is the names from 网格 down, missing ones left
    out; `area` in 0.01 m², None where no row states it; `representative` is a person's name.
    Where no row names one it is the first person, and `is_assumed`."""

    row: int
    place: tuple[str, ...]
    label: str
    area: int | None
    people: tuple[PersonFacts, ...]
    representative: str
    is_assumed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleIntake:
    """`households` are those without an error in any of their rows."""

    households: tuple[HouseholdFacts, ...]
    problems: tuple[Problem, ...]

    @property
    def has_errors(self) -> bool:
        return any(problem.severity is Severity.ERROR for problem in self.problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """One row as read, before rows of a household are put together."""

    place: tuple[str, ...]
    label: str
    area: int | None
    person: PersonFacts


def read_people(table: Table) -> PeopleIntake:
    """Raises INTAKE_COLUMN_MISSING without the columns 门牌 and 姓名."""
    columns = find_columns(table, SPELLINGS, required=("unit", "name"))
    problems: list[Problem] = []
    lines = [_LineReader(columns, row, problems).line() for row in columns.rows]
    units: dict[object, list[_Line]] = {}
    for line in lines:
        units.setdefault(_unit_key(line), []).append(line)
    read = [(_household(unit, problems), unit) for unit in units.values()]
    wrong = {problem.row for problem in problems if problem.severity is Severity.ERROR}
    return PeopleIntake(
        households=tuple(h for h, unit in read if wrong.isdisjoint(x.person.row for x in unit)),
        problems=tuple(sorted(problems, key=lambda problem: problem.row)),
    )


def _unit_key(line: _Line) -> object:
    """Rows without a label belong to nothing, least of all together."""
    if not line.label:
        return line.person.row
    return tuple(map(identity_key, line.place)), identity_key(line.label)


class _LineReader:
    """Reads one row; what is wrong is added to `problems`."""

    def __init__(self, columns: Columns, row: Row, problems: list[Problem]) -> None:
        self._columns = columns
        self._row = row
        self._problems = problems

    def line(self) -> _Line:
        place = tuple(name for level in _PLACES if (name := self._text(level)))
        return _Line(place=place, label=self._label(), area=self._area(), person=self._person())

    def _person(self) -> PersonFacts:
        roles = self._roles()
        says = self._answer("representative")
        if says is None and Role.REPRESENTATIVE in roles:
            says = True
        return PersonFacts(
            row=self._row.number,
            name=self._needed("name"),
            last_four=self._last_four(),
            roles=roles - {Role.RESIDENT, Role.REPRESENTATIVE},
            says_representative=says,
            says_owner=self._answer("owner"),
        )

    def _label(self) -> str:
        text = self._needed("unit")
        if date_of(text):  # a program made 3-2 into the second of March
            self._note("unit", Code.INTAKE_LABEL_IS_DATE, value=text)
        return text

    def _area(self) -> int | None:
        text = self._plain("area")
        if not text:
            return None
        match = _AREA.fullmatch(text)
        hundredths = int(Decimal(match[1]).scaleb(2)) if match else 0
        if hundredths == 0:
            self._note("area", Code.INTAKE_AREA_UNREADABLE, value=text)
        return hundredths

    def _last_four(self) -> str:
        text = self._plain("last_four")
        if text and not re.fullmatch(r"[0-9]{4}", text):
            self._note("last_four", Code.INTAKE_LAST_FOUR_MALFORMED, value=text)
        return text

    def _roles(self) -> frozenset[Role]:
        words = [word for word in _BETWEEN_ROLES.split(self._plain("roles")) if word]
        for word in words:
            if word not in _ROLES:
                self._note("roles", Code.INTAKE_ROLE_UNKNOWN, value=word)
        return frozenset(_ROLES[word] for word in words if word in _ROLES)

    def _answer(self, name: str) -> bool | None:
        text = self._plain(name)
        if text and text not in _YES | _NO:
            self._note(name, Code.INTAKE_ANSWER_UNREADABLE, value=text)
        return text in _YES if text else None

    def _plain(self, name: str) -> str:
        """Half width and lower case, for words and numbers that are looked up."""
        return unicodedata.normalize("NFKC", self._columns.line(self._row, name)).casefold()

    def _needed(self, name: str) -> str:
        text = self._text(name)
        if not text:
            self._note(name, Code.INTAKE_FIELD_MISSING, column=self._columns.names[name])
        return text

    def _text(self, name: str) -> str:
        text = self._columns.line(self._row, name)
        if len(text) > LONGEST:
            self._note(
                name,
                Code.INTAKE_FIELD_TOO_LONG,
                column=self._columns.names[name],
                length=len(text),
                limit=LONGEST,
            )
        return text

    def _note(self, name: str, code: Code, **facts: Fact) -> None:
        column = self._columns.names[name]
        row = self._row.number
        self._problems.append(Problem(row=row, column=column, code=code, facts=facts))


def _household(unit: Sequence[_Line], problems: list[Problem]) -> HouseholdFacts:
    people = _each_once([line.person for line in unit], problems)
    representative = _representative(people, problems)
    first = unit[0]
    return HouseholdFacts(
        row=first.person.row,
        place=first.place,
        label=first.label,
        area=_agreed_area(unit, problems),
        people=people,
        representative=(representative or people[0]).name,
        is_assumed=representative is None,
    )


def _each_once(read: Iterable[PersonFacts], problems: list[Problem]) -> tuple[PersonFacts, ...]:
    first: dict[str, PersonFacts] = {}
    for person in read:
        other = first.setdefault(identity_key(person.name), person)
        if other is person or not person.name:
            continue
        same = replace(person, row=other.row) == other
        problems.append(
            Problem(
                row=person.row,
                column=None if same else SPELLINGS["name"][0],
                code=Code.INTAKE_ROW_REPEATED if same else Code.INTAKE_PERSON_CONTRADICTED,
                severity=Severity.WARNING if same else Severity.ERROR,
                facts={"other": other.row},
            )
        )
    return tuple(first.values())


def _representative(people: Sequence[PersonFacts], problems: list[Problem]) -> PersonFacts | None:
    column = SPELLINGS["representative"][0]
    named = [person for person in people if person.says_representative]
    for second in named[1:]:
        facts: dict[str, Fact] = {"other": named[0].row}
        code = Code.INTAKE_REPRESENTATIVE_TWICE
        problems.append(Problem(row=second.row, column=column, code=code, facts=facts))
    if named:
        return named[0]
    problems.append(
        Problem(
            row=people[0].row,
            column=column,
            code=Code.INTAKE_REPRESENTATIVE_ASSUMED,
            severity=Severity.WARNING,
            facts={"name": people[0].name},
        )
    )
    return None


def _agreed_area(unit: Sequence[_Line], problems: list[Problem]) -> int | None:
    stated = [line for line in unit if line.area is not None]
    for line in stated[1:]:
        if line.area != stated[0].area:
            problems.append(
                Problem(
                    row=line.person.row,
                    column=SPELLINGS["area"][0],
                    code=Code.INTAKE_AREA_CONTRADICTED,
                    facts={"other": stated[0].person.row},
                )
            )
    return stated[0].area if stated else None
