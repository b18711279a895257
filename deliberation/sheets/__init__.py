"""Spreadsheets in and out: XLSX and CSV as plain tables of text. Knows no domain."""

from deliberation.sheets.reading import read_table
from deliberation.sheets.table import Limits, Row, Table
from deliberation.sheets.writing import Cell, write_csv, write_xlsx

__all__ = ["Cell", "Limits", "Row", "Table", "read_table", "write_csv", "write_xlsx"]
