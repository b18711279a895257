"""Counts a workbook's cells before it is loaded.

Two cells, A1 and XFD1048576, make a file of a kilobyte and a table of 17 thousand million cells;
one long shared string used a million times does the same. Both are found here, in one streaming
pass over the XML that builds nothing.
"""

import codecs
import re
from collections import Counter
from collections.abc import Iterable
from xml.parsers import expat

from deliberation.errors import Code, Refusal
from deliberation.sheets.table import Limits

_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_SLACK_ROWS = 100
"""Blank and title rows that may stand among the counted ones."""


def check_parts(parts: Iterable[bytes], limits: Limits) -> None:
    """Refuses broken XML, document types (entity bombs), and tables beyond the limits."""
    census = _Census(limits)
    for part in parts:
        census.read(part)
    census.check_text()


class _Census:
    """Element names are taken without prefix, as the workbook's reader takes them."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._uses: Counter[int] = Counter()
        self._lengths: list[int] = []
        self._row = 0
        self._column = 0
        self._is_shared = False
        self._in_string = False
        self._text: list[str] = []

    def read(self, part: bytes) -> None:
        # UTF-8 whatever the part declares, because so the workbook's reader takes it
        if part.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            raise Refusal(Code.SHEET_UNREADABLE)
        parser = expat.ParserCreate(encoding="utf-8")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._refuse_document_type
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text.append
        self._row = 0
        try:
            parser.Parse(part, True)
        except (expat.ExpatError, ValueError) as error:
            raise Refusal(Code.SHEET_UNREADABLE) from error

    def check_text(self) -> None:
        lengths = self._lengths
        total = sum(n * lengths[i] for i, n in self._uses.items() if i < len(lengths))
        if total > self._limits.unpacked:
            raise Refusal(Code.SHEET_COMPRESSED_BOMB)

    def _refuse_document_type(self, *_: object) -> None:
        raise Refusal(Code.SHEET_UNREADABLE)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._text.clear()
        local = name.rpartition(":")[2]
        if local == "c":
            self._place(attributes.get("r"))
            self._is_shared = attributes.get("t") == "s"
        elif local == "row":
            self._row = int(attributes.get("r", self._row + 1))
            self._column = 0
        elif local in ("v", "is"):
            self._check_place()
        elif local == "si":
            self._lengths.append(0)
            self._in_string = True

    def _end(self, name: str) -> None:
        local = name.rpartition(":")[2]
        if local == "si":
            self._in_string = False
        elif local == "t" and self._in_string:
            self._lengths[-1] += sum(map(len, self._text))
        elif local == "v" and self._is_shared:
            self._uses[int("".join(self._text))] += 1
        self._text.clear()

    def _place(self, reference: str | None) -> None:
        if reference is None:
            self._column += 1
            return
        if not (match := _REFERENCE.fullmatch(reference)):
            raise Refusal(Code.SHEET_UNREADABLE)
        self._column = column_number(match[1])
        self._row = int(match[2])

    def _check_place(self) -> None:
        if self._row > self._limits.rows + _SLACK_ROWS:
            raise Refusal(Code.SHEET_TOO_MANY_ROWS, limit=self._limits.rows)
        if self._column > self._limits.columns:
            raise Refusal(Code.SHEET_TOO_MANY_COLUMNS, limit=self._limits.columns)


def column_number(letters: str) -> int:
    """A → 1, Z → 26, AA → 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
