"""From a table to named fields: finding the header row, cleaning cells, saying what is wrong."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TypeAlias

from deliberation.errors import Code, Fact, Refusal
from deliberation.sheets.table import Row, Table

_HEADER_WITHIN = 10
_DECORATION = re.compile(r"\(.*?\)|[\s*:_\-]")
"""What people add to a header: (必填), (㎡), an asterisk, a line break."""
_INVISIBLE = re.compile(
    "[\0-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
"""Control characters but tab and line feed, zero-width and direction marks, which hide text."""
_DATE = re.compile(r"(\d{4})([-/.年])(\d{1,2})([-/.月])(\d{1,2})(日?)(?:[T ].*)?")


Value: TypeAlias = str | int | date | tuple[str, ...] | None


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is wrong in a row; the words are those of `code`, filled with `facts`. `column` is
    the Chinese name of the column, None when it is about the whole row."""

    row: int
    column: str | None
    code: Code
    severity: Severity = Severity.ERROR
    facts: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """What an import would change in something that is there already."""

    field: str
    before: Value
    after: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Where each field stands. `names` maps every field to the Chinese name of its column."""

    rows: Sequence[Row]
    names: Mapping[str, str]
    places: Mapping[str, int]

    def raw(self, row: Row, name: str) -> str:
        place = self.places.get(name)
        return "" if place is None else row.cells[place]

    def line(self, row: Row, name: str) -> str:
        return clean_line(self.raw(row, name))


def find_columns(
    table: Table, spellings: Mapping[str, Sequence[str]], required: Sequence[str]
) -> Columns:
    """Takes the row with the most known headers among the first ten as the header row.

    `spellings` gives the accepted headers of each field, the Chinese name first. Raises
    INTAKE_COLUMN_MISSING without a `required` field, INTAKE_COLUMN_TWICE for two of one.
    """
    fields = {header_key(text): name for name, texts in spellings.items() for text in texts}
    candidates = [table, *(table.beneath(i) for i in range(min(_HEADER_WITHIN, len(table.rows))))]
    found = [[fields.get(header_key(cell)) for cell in t.headers] for t in candidates]
    best = max(range(len(found)), key=lambda i: len({f for f in found[i] if f}))
    names = {name: texts[0] for name, texts in spellings.items()}
    places: dict[str, int] = {}
    for place, name in enumerate(found[best]):
        if name in places:
            raise Refusal(Code.INTAKE_COLUMN_TWICE, column=names[name])
        if name is not None:
            places[name] = place
    for name in required:
        if name not in places:
            raise Refusal(Code.INTAKE_COLUMN_MISSING, column=names[name])
    return Columns(rows=candidates[best].rows, names=names, places=places)


def header_key(text: str) -> str:
    return _DECORATION.sub("", unicodedata.normalize("NFKC", text).casefold())


def clean_line(text: str) -> str:
    """One line in NFC, blanks and breaks run together, without what cannot be seen."""
    return " ".join(_INVISIBLE.sub("", unicodedata.normalize("NFC", text)).split())


def clean_text(text: str) -> str:
    """Several lines in NFC, line breaks kept as LF."""
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    return _INVISIBLE.sub("", lines).replace("\t", " ").strip()


def identity_key(text: str) -> str:
    """The same for texts that differ only in width, case and blanks."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def date_of(text: str) -> date | None:
    """2026-11-20, 2026/11/20, 2026.11.20, 2026年11月20日, with a time of day ignored; else None."""
    match = _DATE.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if match is None:
        return None
    year, first, month, second, day, end = match.groups()
    if (first, second, end) not in {("年", "月", "日"), ("年", "月", "")} and (
        first != second or end
    ):
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
