"""From the bytes of an upload to a table. CPU work: callers run it off the event loop."""

from pathlib import PurePath

from deliberation.errors import Code, Refusal
from deliberation.sheets.delimited import read_delimited
from deliberation.sheets.table import MEGABYTE, Limits, Table, build_table
from deliberation.sheets.workbook import read_workbook

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0"
"""Begins old .xls files, and .xlsx files that are locked with a password."""
_TEXT_SUFFIXES = frozenset({".csv", ".tsv", ".txt"})


def read_table(data: bytes, filename: str, *, limits: Limits) -> Table:
    """Reads XLSX and CSV, told apart by content; `filename` only says that text is meant as a
    table. Raises Refusal with a `sheet.` code."""
    if len(data) > limits.size:
        raise Refusal(Code.SHEET_TOO_LARGE, limit=max(1, limits.size // MEGABYTE))
    if not data.strip():
        raise Refusal(Code.SHEET_EMPTY)
    if data.startswith(_ZIP):
        return build_table(read_workbook(data, limits), limits)
    suffix = PurePath(filename).suffix.lower()
    if data.startswith(_OLE):
        raise Refusal(Code.SHEET_KIND_OLD)
    if suffix == ".xlsx":
        raise Refusal(Code.SHEET_UNREADABLE)
    if suffix not in _TEXT_SUFFIXES:
        raise Refusal(Code.SHEET_KIND_UNKNOWN)
    return build_table(read_delimited(data, limits), limits)
