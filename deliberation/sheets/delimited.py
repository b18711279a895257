"""CSV as people's programs write it: any of three delimiters, any of four encodings."""

import codecs
import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Iterator

from deliberation.errors import Code, Refusal
from deliberation.sheets.formulas import unguarded
from deliberation.sheets.table import Limits, Row

DELIMITERS = (",", ";", "\t")
_SAMPLE_ROWS = 20
_CONTROLS = re.compile("[\x01-\x08\x0e-\x1f\x7f]")
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_delimited(data: bytes, limits: Limits) -> Iterator[Row]:
    """Rows in file order, blank ones with no cells. Numbers count records, not lines: a cell with
    a line break in it is one row, as in a spreadsheet program."""
    text = decode(data)
    return _numbered(text, _delimiter_of(text), limits)


def decode(data: bytes) -> str:
    """UTF-16 by its mark, UTF-8, else GB18030; each strictly, so that nothing is read as garbage
    that another encoding reads in full. Refuses what is no text."""
    text = _decoded(data)
    if "\0" in text or len(_CONTROLS.findall(text)) * 100 > len(text):
        raise Refusal(Code.SHEET_ENCODING_UNKNOWN)
    return text


def _decoded(data: bytes) -> str:
    encodings = ("utf-16",) if data.startswith(_UTF16) else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refusal(Code.SHEET_ENCODING_UNKNOWN)


def _delimiter_of(text: str) -> str:
    """The delimiter that cuts the first rows into the most columns of one width."""
    return max(DELIMITERS, key=lambda delimiter: _columns_cut(text, delimiter))


def _columns_cut(text: str, delimiter: str) -> int:
    records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        widths = Counter(len(r) for r in itertools.islice(records, _SAMPLE_ROWS) if len(r) > 1)
    except csv.Error:
        return 0
    return max((width * rows for width, rows in widths.items()), default=0)


def _numbered(text: str, delimiter: str, limits: Limits) -> Iterator[Row]:
    records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    try:
        for number, record in enumerate(records, start=1):
            yield Row(number, tuple(unguarded(cell) for cell in record))
    except csv.Error as error:
        row = number + 1
        if "field larger" in str(error):
            raise Refusal(Code.SHEET_CELL_TOO_LONG, row=row, column=1, limit=limits.cell) from error
        raise Refusal(Code.SHEET_ROW_UNREADABLE, row=row) from error
