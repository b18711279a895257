"""Demand lists as communities keep them, with the mistakes they have."""

import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from deliberation.demands.intake import Intake, is_phone, read_demands
from deliberation.errors import Code, Refusal
from deliberation.i18n.words import REFUSALS
from deliberation.sheets import Limits, Table, read_table, write_csv
from deliberation.sheets.columns import Severity, clean_line, clean_text, date_of

TODAY = date(2026, 11, 23)
HEADERS = [
    *("编号", "标题", "描述", "领域", "地点", "来源"),
    *("提出日期", "支持户数", "联系人", "电话"),
]


def table_of(*rows: list[str], headers: list[str] | None = None) -> Table:
    given_headers = headers or HEADERS[: max(map(len, rows))]
    return read_table(write_csv(given_headers, rows), "l.csv", limits=Limits())


def intake_of(*rows: list[str], headers: list[str] | None = None) -> Intake:
    return read_demands(table_of(*rows, headers=headers), today=TODAY)


def noted(intake: Intake) -> list[tuple[int, str | None, Code]]:
    return [(problem.row, problem.column, problem.code) for problem in intake.problems]


def workbook_with_mistakes() -> bytes:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "需求清单（演示）"
    sheet.append(["演示社区 2026 年需求清单"])
    sheet.append(["填表说明：带*的必填"])
    sheet.append(["编号", "* 标题", "描述", "领域", "地点", "来源", "提出\n日期", "支持户数（户）"])
    sheet.append([1, "路灯不亮", "夜里看不清", "设施改造", "南门", "网格", date(2026, 9, 1), 12])
    sheet.append([2, None, "没有写标题", "设施改造", "", "", "2026.9.2", 3])
    sheet.append([3, "加装电梯", "六楼老人多", "养老服务", "3号楼", "热线", "去年", "很多"])
    sheet.append([3, "修补围墙", "", "自定的领域", "东门", "热线", "2026年9月3日", "5户"])
    sheet.append([])
    sheet.append([5, "题" * 61, "", "", "", "", "2027/1/1", -1])
    sheet.merge_cells("A1:H1")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_workbook_with_mistakes_says_what_is_wrong_in_which_row_and_column() -> None:
    table = read_table(workbook_with_mistakes(), "需求.xlsx", limits=Limits())
    intake = read_demands(table, today=TODAY)
    assert [(facts.row, facts.title) for facts in intake.rows] == [(4, "路灯不亮")]
    assert sorted(noted(intake), key=str) == sorted(
        [
            (5, "标题", Code.INTAKE_FIELD_MISSING),
            (6, "提出日期", Code.INTAKE_DATE_UNREADABLE),
            (6, "支持户数", Code.INTAKE_COUNT_UNREADABLE),
            (6, "编号", Code.INTAKE_NUMBER_CONTRADICTED),
            (7, "编号", Code.INTAKE_NUMBER_CONTRADICTED),
            (9, "标题", Code.INTAKE_FIELD_TOO_LONG),
            (9, "提出日期", Code.INTAKE_DATE_IN_FUTURE),
            (9, "支持户数", Code.INTAKE_COUNT_UNREADABLE),
        ],
        key=str,
    )
    assert intake.has_errors
    for problem in intake.problems:
        assert "{" not in REFUSALS[problem.code].format(**problem.facts)


def test_a_full_row_is_read_field_by_field() -> None:
    row = ["A-1", "路灯不亮", "一\r\n二", "设施改造", "南门", "网格", "2026-09-01", "12"]
    (facts,) = intake_of([*row, "演示甲", "13800001234"]).rows
    assert (facts.row, facts.number, facts.title, facts.description) == (
        *(2, "A-1", "路灯不亮"),
        "一\n二",
    )
    assert (facts.domain, facts.place, facts.source) == ("设施改造", "南门", "网格")
    assert (facts.raised_on, facts.supporters) == (date(2026, 9, 1), 12)
    assert (facts.contact_name, facts.contact_phone) == ("演示甲", "13800001234")
    assert len(facts.stated) == 10


def test_blank_cells_state_nothing() -> None:
    (facts,) = intake_of(["", "路灯不亮", " "]).rows
    assert (facts.number, facts.raised_on, facts.supporters) == (None, None, 0)
    assert facts.stated == {"title"}


@pytest.mark.parametrize(
    "headers",
    [
        ["Number", "TITLE", "description", "Domain", "place", "Source", "raised_on", "Supporters"],
        [
            "编 号",
            "　标题　",
            "需求描述：",
            "领域(七类)",
            "地点",
            "来源",
            "提出\n日期",
            "支持户数（户）",
        ],
        ["ＮＯ", "ｔｉｔｌｅ", "内容", "类别", "位置", "需求来源", "提出时间", "户数"],
    ],
)
def test_headers_are_known_in_two_languages_and_however_decorated(headers: list[str]) -> None:
    row = ["1", "路灯不亮", "夜里", "设施", "南门", "网格", "2026-09-01", "12"]
    (facts,) = intake_of(row, headers=headers).rows
    assert facts.stated >= {"number", "title", "description", "domain", "place", "source"}
    assert (facts.raised_on, facts.supporters) == (date(2026, 9, 1), 12)


def test_a_list_without_titles_is_refused() -> None:
    with pytest.raises(Refusal) as caught:
        intake_of(["1", "路灯"], headers=["编号", "备注"])
    assert (caught.value.code, caught.value.facts) == (
        Code.INTAKE_COLUMN_MISSING,
        {"column": "标题"},
    )


def test_a_list_with_two_title_columns_is_refused() -> None:
    with pytest.raises(Refusal) as caught:
        intake_of(["1", "路灯", "灯"], headers=["编号", "标题", "需求标题"])
    assert caught.value.code is Code.INTAKE_COLUMN_TWICE


def test_a_row_written_twice_counts_once() -> None:
    intake = intake_of(["1", "路灯不亮"], ["1", "路灯不亮"], ["", "电梯"], ["", "电梯"])
    assert [facts.row for facts in intake.rows] == [2, 4]
    assert noted(intake) == [
        (3, None, Code.INTAKE_ROW_REPEATED),
        (5, None, Code.INTAKE_ROW_REPEATED),
    ]
    assert not intake.has_errors


def test_rows_without_number_that_contradict_each_other_are_both_noted() -> None:
    intake = intake_of(["", "电梯", "要一部"], ["", "电 梯", "要两部"])
    assert noted(intake) == [
        (2, None, Code.INTAKE_ROW_CONTRADICTED),
        (3, None, Code.INTAKE_ROW_CONTRADICTED),
    ]


def test_an_undated_row_beside_a_dated_one_of_the_same_title_is_noted_on_both() -> None:
    headers = ["标题", "地点", "提出日期"]
    intake = intake_of(["电梯", "南门", ""], ["电梯", "南门", "2026-09-01"], headers=headers)
    assert noted(intake) == [
        (2, None, Code.INTAKE_ROW_CONTRADICTED),
        (3, None, Code.INTAKE_ROW_CONTRADICTED),
    ]


def test_a_doubtful_phone_is_only_a_warning() -> None:
    row = ["1", "路灯", "", "", "", "", "", "", "演示甲", "1380000"]
    intake = intake_of(row)
    assert [problem.severity for problem in intake.problems] == [Severity.WARNING]
    assert len(intake.rows) == 1


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("13800001234", True),
        ("138 0000 1234", True),
        ("138-0000-1234", True),
        ("+86 13800001234", True),
        ("１３８００００１２３４", True),
        ("0937-6221234", True),
        ("(0433)2512345转8", True),
        ("6221234", True),
        ("400-800-1234", True),
        ("12345", True),
        ("13800001234/6221234", True),
        ("1380000123", False),
        ("138****1234", False),
        ("没有", False),
        ("23800001234", False),
    ],
)
def test_phones_are_known_by_their_form(text: str, good: bool) -> None:
    assert is_phone(text) is good


@given(st.dates(date(1950, 1, 1), TODAY))
def test_every_way_of_writing_a_day_means_that_day(day: date) -> None:
    y, m, d = day.year, day.month, day.day
    for text in (f"{y}-{m}-{d}", f"{y}/{m:02}/{d:02}", f"{y}.{m}.{d}", f"{y}年{m}月{d}日"):
        assert date_of(text) == day
    assert date_of(day.isoformat() + "T09:30:00") == date_of(f" {y}／{m}／{d} ") == day


@pytest.mark.parametrize("text", ["2026-13-01", "2026-02-30", "2026/1-2", "26-1-2", "2026", "日"])
def test_what_names_no_day_is_no_date(text: str) -> None:
    assert date_of(text) is None


@given(st.text())
def test_cleaned_text_is_clean_and_stays_as_it_is(text: str) -> None:
    for clean in (clean_line, clean_text):
        once = clean(text)
        assert clean(once) == once
        assert not set(once) & {"\0", "\x07", "\x7f", "\u200b", "\ufeff", "\u202e", "\r"}
    assert "\n" not in clean_line(text)
