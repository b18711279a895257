"""Household lists as communities keep them, with the mistakes they have."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from deliberation.errors import Code, Refusal
from deliberation.i18n.words import REFUSALS
from deliberation.people.intake import PeopleIntake, read_people
from deliberation.people.roles import Role
from deliberation.sheets import Limits, read_table, write_csv
from deliberation.sheets.columns import Severity

HEADERS = [
    *("网格", "楼院", "楼门", "门牌", "专有面积"),
    *("姓名", "户代表", "电话后四位", "角色"),
]


def intake_of(*rows: list[str], headers: list[str] | None = None) -> PeopleIntake:
    data = write_csv(headers or HEADERS, rows)
    return read_people(read_table(data, "l.csv", limits=Limits()))


def row(
    unit: str = "301",
    name: str = "演示甲",
    *,
    area: str = "",
    representative: str = "",
    last_four: str = "",
    roles: str = "",
) -> list[str]:
    return ["第一网格", "甲院", "1门", unit, area, name, representative, last_four, roles]


def noted(intake: PeopleIntake) -> list[tuple[int, str | None, Code]]:
    return [(problem.row, problem.column, problem.code) for problem in intake.problems]


def workbook_with_mistakes() -> bytes:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(["演示社区住户名册"])
    sheet.append(["网格", "楼院", "门牌", "专有面积(㎡)", "姓名", "户代表", "电话后四位", "角色"])
    sheet.append(["第一网格", "甲院", 101, 78.53, "演示甲", "是", "0123", "居民、主持人"])
    sheet.append([None, None, 101, 78.5, "演示乙", "是", 123, "楼长"])
    sheet.append([None, None, 102, "八十", "演示丙", "也许", None, None])
    sheet.append([None, None, None, None, "演示丁", None, None, None])
    sheet.append([None, None, 103, 90, None, None, None, None])
    sheet.append([None, None, 104, 90, "演示戊", "√", None, None])
    sheet.append([None, None, "2026-03-02", 90, "演示己", 1, None, None])
    sheet.merge_cells("A3:A9")
    sheet.merge_cells("B3:B9")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_workbook_with_mistakes_says_what_is_wrong_in_which_row_and_column() -> None:
    table = read_table(workbook_with_mistakes(), "名册.xlsx", limits=Limits())
    intake = read_people(table)
    (good,) = intake.households
    assert (good.place, good.label, good.area) == (("第一网格", "甲院"), "104", 9000)
    errors = [p for p in intake.problems if p.severity is Severity.ERROR]
    assert {(p.row, p.column, p.code) for p in errors} == {
        (4, "户代表", Code.INTAKE_REPRESENTATIVE_TWICE),
        (4, "专有面积", Code.INTAKE_AREA_CONTRADICTED),
        (4, "电话后四位", Code.INTAKE_LAST_FOUR_MALFORMED),
        (4, "角色", Code.INTAKE_ROLE_UNKNOWN),
        (5, "专有面积", Code.INTAKE_AREA_UNREADABLE),
        (5, "户代表", Code.INTAKE_ANSWER_UNREADABLE),
        (6, "门牌", Code.INTAKE_FIELD_MISSING),
        (7, "姓名", Code.INTAKE_FIELD_MISSING),
        (9, "门牌", Code.INTAKE_LABEL_IS_DATE),
    }
    for problem in intake.problems:
        assert "{" not in REFUSALS[problem.code].format(**problem.facts)


def test_several_rows_make_one_household() -> None:
    intake = intake_of(
        row(name="演示甲", area="78.5", roles="居民"),
        row("302", "演示丙", representative="1"),
        row(name="演示乙", representative="√", last_four="0123", roles="户代表;Recorder，主持人"),
    )
    first, second = intake.households
    assert (first.row, first.place, first.label) == (2, ("第一网格", "甲院", "1门"), "301")
    assert (first.area, first.representative, first.is_assumed) == (7850, "演示乙", False)
    assert [person.name for person in first.people] == ["演示甲", "演示乙"]
    assert first.people[1].roles == {Role.RECORDER, Role.FACILITATOR}
    assert first.people[1].last_four == "0123"
    assert (second.label, second.area, second.representative) == ("302", None, "演示丙")
    assert intake.problems == ()


def test_without_a_representative_the_first_person_is_it_with_a_warning() -> None:
    intake = intake_of(row(name="演示甲", representative="否"), row(name="演示乙"))
    assert noted(intake) == [(2, "户代表", Code.INTAKE_REPRESENTATIVE_ASSUMED)]
    assert not intake.has_errors
    (household,) = intake.households
    assert (household.representative, household.is_assumed) == ("演示甲", True)


def test_the_role_of_representative_says_so_too() -> None:
    (household,) = intake_of(row(name="演示甲"), row(name="演示乙", roles="户代表")).households
    assert (household.representative, household.is_assumed) == ("演示乙", False)


def test_a_person_written_twice_counts_once() -> None:
    once = row(representative="是")
    intake = intake_of(once, once)
    assert noted(intake)[0] == (3, None, Code.INTAKE_ROW_REPEATED)
    assert len(intake.households[0].people) == 1


def test_a_representative_written_twice_is_one() -> None:
    once = row(representative="是")
    assert not intake_of(once, once).has_errors


def test_a_person_with_two_different_rows_is_noted() -> None:
    intake = intake_of(row(last_four="0123", representative="是"), row(last_four="4567"))
    assert noted(intake) == [(3, "姓名", Code.INTAKE_PERSON_CONTRADICTED)]
    assert intake.households == ()


def test_nobody_becomes_administrator_by_a_file() -> None:
    for word in ("administrator", "管理员"):
        assert noted(intake_of(row(representative="是", roles=word))) == [
            (2, "角色", Code.INTAKE_ROLE_UNKNOWN)
        ]


def test_places_may_be_missing() -> None:
    intake = intake_of(["301", "演示甲", "是"], headers=["Unit", "NAME", "Representative"])
    assert intake.households[0].place == ()


@pytest.mark.parametrize(("headers", "column"), [(["姓名"], "门牌"), (["门牌"], "姓名")])
def test_a_list_without_units_or_names_is_refused(headers: list[str], column: str) -> None:
    with pytest.raises(Refusal) as caught:
        intake_of(["甲"], headers=headers)
    assert (caught.value.code, caught.value.facts["column"]) == (
        Code.INTAKE_COLUMN_MISSING,
        column,
    )


@given(st.integers(1, 99_999_999))
def test_areas_are_exact_to_the_hundredth(hundredths: int) -> None:
    text = f"{hundredths // 100}.{hundredths % 100:02}"
    for written in (text, f"{text}㎡", f"{text} 平方米"):
        (household,) = intake_of(row(area=written, representative="是")).households
        assert household.area == hundredths


@pytest.mark.parametrize("text", ["0", "0.00", "-5", "78.123", "1,234.5", "七十", "1e3", "78.5.1"])
def test_what_is_no_area_is_noted(text: str) -> None:
    intake = intake_of(row(area=text, representative="是"))
    assert noted(intake) == [(2, "专有面积", Code.INTAKE_AREA_UNREADABLE)]
