"""Files as people have them, and files made to do harm."""

import io
import struct
import zipfile
from datetime import date, datetime

import pytest
from openpyxl import Workbook

from deliberation.errors import Code, Refusal
from deliberation.sheets import Limits, Row, Table, read_table

LIMITS = Limits()
TEXT = "编号,标题,描述\r\n1,路灯不亮,夜里看不清\r\n2,加装电梯,六楼老人多\r\n"


def refusal_of(data: bytes, filename: str = "list.xlsx", limits: Limits = LIMITS) -> Refusal:
    with pytest.raises(Refusal) as caught:
        read_table(data, filename, limits=limits)
    return caught.value


def csv_table(text: str, encoding: str = "utf-8") -> Table:
    return read_table(text.encode(encoding), "list.csv", limits=LIMITS)


def xlsx_of(*rows: list[object], merge: str = "") -> bytes:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(row)
    if merge:
        sheet.merge_cells(merge)
    return saved(book)


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    """The archive with one part replaced or added."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for member in old.namelist():
            if member != name:
                new.writestr(member, old.read(member))
        new.writestr(name, content)
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
SPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def sheet_with(cells: str) -> bytes:
    content = f'<worksheet xmlns="{SPACE}"><sheetData>{cells}</sheetData></worksheet>'
    return with_part(xlsx_of(["标题"]), SHEET, content.encode())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "gbk"])
def test_a_csv_reads_the_same_in_every_encoding_people_use(encoding: str) -> None:
    table = csv_table(TEXT, encoding)
    assert table.headers == ("编号", "标题", "描述")
    assert table.rows == [
        Row(2, ("1", "路灯不亮", "夜里看不清")),
        Row(3, ("2", "加装电梯", "六楼老人多")),
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_found_even_when_others_stand_in_the_text(delimiter: str) -> None:
    lines = [
        "需求清单",
        f"标题{delimiter}描述",
        f'"灯,坏;了"{delimiter}"一\t二"',
        f"甲{delimiter}乙",
    ]
    table = csv_table("\n".join(lines))
    assert table.rows[1].cells == ("灯,坏;了", "一\t二")


def test_rows_are_numbered_as_a_spreadsheet_program_shows_them() -> None:
    table = csv_table('标题,描述\n\n路灯,"第一行\n第二行"\n,\n电梯,无\n')
    assert [(row.number, row.cells[1]) for row in table.rows] == [(3, "第一行\n第二行"), (5, "无")]


@pytest.mark.parametrize(
    ("data", "filename", "code"),
    [
        (b"", "a.csv", Code.SHEET_EMPTY),
        (b" \r\n,,\r\n", "a.csv", Code.SHEET_EMPTY),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "a.csv", Code.SHEET_ENCODING_UNKNOWN),
        (b"\xff\x80\x81", "a.csv", Code.SHEET_ENCODING_UNKNOWN),
        (b"a,b\n\x00,c\n", "a.csv", Code.SHEET_ENCODING_UNKNOWN),
        (b"\xff\xfea", "a.csv", Code.SHEET_ENCODING_UNKNOWN),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.xls", Code.SHEET_KIND_OLD),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "locked.xlsx", Code.SHEET_KIND_OLD),
        (b"<html><table>", "a.xls", Code.SHEET_KIND_UNKNOWN),
        (b"%PDF-1.7", "a.pdf", Code.SHEET_KIND_UNKNOWN),
        (b"title", "a.xlsx", Code.SHEET_UNREADABLE),
        (b"PK\x03\x04 and then nothing", "a.xlsx", Code.SHEET_UNREADABLE),
        (b'a,b\n"never closed,c\n', "a.csv", Code.SHEET_ROW_UNREADABLE),
        (b"a\n" + b"x" * 6000, "a.csv", Code.SHEET_CELL_TOO_LONG),
        (b"a\n" + b"x" * 200_000, "a.csv", Code.SHEET_CELL_TOO_LONG),
        (b"a," * 101 + b"a", "a.csv", Code.SHEET_TOO_MANY_COLUMNS),
        (b"a\n" * 50_002, "a.csv", Code.SHEET_TOO_MANY_ROWS),
        (b"a" * (LIMITS.size + 1), "a.csv", Code.SHEET_TOO_LARGE),
    ],
)
def test_a_file_that_is_no_table_is_refused(data: bytes, filename: str, code: Code) -> None:
    assert refusal_of(data, filename).code is code


def test_a_workbook_gives_what_a_person_sees() -> None:
    seen = [datetime(2026, 11, 20), datetime(2026, 11, 20, 9, 30), date(2026, 1, 2)]  # noqa: DTZ001
    table = read_table(
        xlsx_of(["甲"], [12, 78.5, 0.1 + 0.2, 13800001234, True, " 空格 ", *seen]),
        "list.xlsx",
        limits=LIMITS,
    )
    assert table.rows[0].cells == (
        *("12", "78.5", "0.3", "13800001234", "TRUE", " 空格 "),
        *("2026-11-20", "2026-11-20T09:30:00", "2026-01-02"),
    )


def test_rows_keep_their_numbers_when_the_sheet_begins_further_down() -> None:
    table = read_table(xlsx_of([], [], ["标题"], [], ["路灯"]), "l.xlsx", limits=LIMITS)
    assert (table.header.number, table.rows) == (3, [Row(5, ("路灯",))])


def test_the_first_visible_sheet_with_content_is_read() -> None:
    book = Workbook()
    book.create_sheet("hidden").append(["secret"])
    book.worksheets[1].sheet_state = "hidden"
    book.create_sheet("blank").append([" "])
    book.create_sheet("list").append(["标题"])
    assert read_table(saved(book), "l.xlsx", limits=LIMITS).headers == ("标题",)


def test_a_cell_merged_over_rows_counts_for_each_row_that_has_content() -> None:
    data = xlsx_of(["楼院", "门牌"], ["甲院", "101"], ["", "102"], [], ["", "103"], merge="A2:A5")
    table = read_table(data, "l.xlsx", limits=LIMITS)
    assert [row.cells for row in table.rows] == [("甲院", "101"), ("甲院", "102"), ("甲院", "103")]


def test_a_workbook_of_zeros_is_refused_by_its_directory() -> None:
    data = with_part(xlsx_of(["a"]), SHEET, b"\0" * 30_000_000)
    assert refusal_of(data).code is Code.SHEET_COMPRESSED_BOMB
    assert refusal_of(data, limits=Limits(unpacked=1000)).code is Code.SHEET_COMPRESSED_BOMB


def test_a_bomb_whose_directory_lies_about_its_size_is_not_inflated() -> None:
    data = bytearray(with_part(xlsx_of(["a"]), SHEET, b" " * 30_000_000))
    at = data.index(struct.pack("<I", 30_000_000), data.index(b"PK\x01\x02"))
    data[at : at + 4] = struct.pack("<I", 1000)
    assert refusal_of(bytes(data)).code in (Code.SHEET_UNREADABLE, Code.SHEET_COMPRESSED_BOMB)


def test_two_cells_far_apart_do_not_make_a_huge_table() -> None:
    far_down = sheet_with('<row r="1"><c r="A1"><v>1</v></c><c r="A1048576"><v>1</v></c></row>')
    assert refusal_of(far_down).code is Code.SHEET_TOO_MANY_ROWS
    far_right = sheet_with('<row r="1"><c r="XFD1"><v>1</v></c></row>')
    assert refusal_of(far_right).code is Code.SHEET_TOO_MANY_COLUMNS


def test_formatted_cells_without_content_do_not_count() -> None:
    data = sheet_with(
        '<row r="1"><c r="A1" t="inlineStr"><is><t>标题</t></is></c></row>'
        '<row r="1048576"><c r="XFD1048576" s="0"/></row>'
    )
    assert read_table(data, "l.xlsx", limits=LIMITS).headers == ("标题",)


def test_one_long_text_used_many_times_is_refused() -> None:
    cells = "".join(f'<row><c r="A{i}" t="s"><v>0</v></c></row>' for i in range(1, 900))
    strings = f'<sst xmlns="{SPACE}"><si><t>{"长" * 4_000}</t></si></sst>'
    data = with_part(sheet_with(cells), "xl/sharedStrings.xml", strings.encode())
    assert len(read_table(data, "l.xlsx", limits=LIMITS).rows) == 898
    tight = Limits(unpacked=1_000_000)
    assert refusal_of(data, limits=tight).code is Code.SHEET_COMPRESSED_BOMB


def test_merged_ranges_laid_over_each_other_are_refused() -> None:
    ranges = '<mergeCell ref="A1:A900"/>' * 2000
    cells = "".join(f'<row r="{i}"><c r="A{i}"><v>1</v></c></row>' for i in range(1, 901))
    content = f'<worksheet xmlns="{SPACE}"><sheetData>{cells}</sheetData><mergeCells>{ranges}'
    data = with_part(xlsx_of(["a"]), SHEET, f"{content}</mergeCells></worksheet>".encode())
    assert refusal_of(data, limits=Limits(rows=1000)).code is Code.SHEET_COMPRESSED_BOMB


@pytest.mark.parametrize(
    "content",
    [
        b"<worksheet><sheetData>",
        b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet>&a;</worksheet>',
        '<?xml version="1.0" encoding="utf-16"?><worksheet/>'.encode("utf-16"),
        b'<worksheet><row r="x"/></worksheet>',
        b'<worksheet><row r="1"><c r="a1"><v>1</v></c></row></worksheet>',
    ],
)
def test_a_broken_or_cunning_part_is_refused(content: bytes) -> None:
    data = with_part(xlsx_of(["标题"]), SHEET, content)
    assert refusal_of(data).code is Code.SHEET_UNREADABLE


def test_a_part_named_twice_is_refused() -> None:
    out = io.BytesIO(xlsx_of(["标题"]))
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(SHEET.upper(), b"<worksheet/>")
    assert refusal_of(out.getvalue()).code is Code.SHEET_UNREADABLE


def test_a_zip_that_is_no_workbook_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("letter.txt", "hello")
    assert refusal_of(out.getvalue()).code is Code.SHEET_KIND_UNKNOWN
