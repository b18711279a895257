"""What an import would do: nothing twice, nothing lost, twins pointed out."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz import fuzz

from deliberation.demands.intake import SPELLINGS, DemandFacts, read_demands
from deliberation.demands.planning import ExistingDemand, Plan, plan_intake
from deliberation.demands.twins import SIMILAR, Twins, wording_of
from deliberation.sheets import Row, Table

SPACE = UUID("00000000-0000-4000-8000-000000000000")
DAY = date(2026, 9, 1)


def row(at: int, title: str, number: str | None = None, **given_facts: object) -> DemandFacts:
    blank = dict.fromkeys(SPELLINGS, "") | {"supporters": 0, "raised_on": None}
    facts = blank | {"number": number, "title": title} | given_facts
    stated = frozenset({"title", *given_facts} | ({"number"} if number else set()))
    return DemandFacts(row=at, stated=stated, **facts)  # type: ignore[arg-type] # by name


def existing(facts: DemandFacts, number: str, *, raised_on: date = DAY) -> ExistingDemand:
    """What the service stores of a row: a number and a date of its own where there is none."""
    return ExistingDemand(
        id=uuid5(SPACE, number),
        number=number,
        title=facts.title,
        description=facts.description,
        domain=facts.domain,
        place=facts.place,
        source=facts.source,
        raised_on=facts.raised_on or raised_on,
        supporters=facts.supporters,
        contact_name=facts.contact_name,
        contact_phone=facts.contact_phone,
    )


def imported(plan: Plan, before: list[ExistingDemand]) -> list[ExistingDemand]:
    """The list after the plan was carried out."""
    changes = {c.existing.id: {f.field: f.after for f in c.fields} for c in plan.changed}
    kept = [replace(d, **changes.get(d.id, {})) for d in before]  # type: ignore[arg-type] # fields
    new = [a.facts for a in plan.added]
    return kept + [existing(f, f.number or f"自动{len(kept)}-{f.row}") for f in new]


titles = st.sampled_from(["路灯不亮", "加装电梯", "电梯加装", "修围墙", "修 围墙"])
rows_of_a_file = st.lists(
    st.tuples(
        st.none() | st.sampled_from("123456"),
        titles,
        st.sampled_from(["", "南门", "3号楼"]),
        st.none() | st.sampled_from([DAY, date(2026, 10, 1)]),
        st.sampled_from(["", "甲", "乙"]),
    ),
    max_size=8,
)


def facts_of(
    drawn: list[tuple[str | None, str, str, date | None, str]],
) -> Sequence[DemandFacts]:
    header = Row(1, ("编号", "标题", "地点", "提出日期", "描述"))
    lines = [
        Row(at, (number or "", title, place, day.isoformat() if day else "", description))
        for at, (number, title, place, day, description) in enumerate(drawn, start=2)
    ]
    return read_demands(Table(header=header, rows=lines), today=date(2026, 11, 23)).rows


@given(rows_of_a_file, rows_of_a_file)
def test_importing_the_same_file_twice_changes_nothing(
    first: list[tuple[str | None, str, str, date | None, str]],
    second: list[tuple[str | None, str, str, date | None, str]],
) -> None:
    before = imported(plan_intake(facts_of(first), []), [])
    file = facts_of(second)
    after = imported(plan_intake(file, before), before)
    again = plan_intake(file, after)
    assert (again.added, again.changed) == ((), ())
    assert len(again.unchanged) == len(file)


def test_a_changed_row_says_what_was_and_what_will_be() -> None:
    old = existing(row(2, "路灯不亮", supporters=3), "7")
    plan = plan_intake([row(2, "路灯不亮了", "7", supporters=5)], [old])
    assert [(f.field, f.before, f.after) for f in plan.changed[0].fields] == [
        ("title", "路灯不亮", "路灯不亮了"),
        ("supporters", 3, 5),
    ]
    assert plan.added == ()


def test_a_blank_cell_takes_nothing_away() -> None:
    old = existing(row(2, "路灯", place="南门", supporters=3, contact_name="演示甲"), "7")
    plan = plan_intake([row(2, "路灯", "7")], [old])
    assert plan.unchanged == ((2, old.id),)


def test_a_contact_that_may_not_be_compared_is_left_alone() -> None:
    hidden = replace(existing(row(2, "路灯"), "7"), contact_name=None)
    plan = plan_intake([row(2, "路灯", "7", contact_name="演示甲")], [hidden])
    assert plan.changed == ()


def test_an_undated_row_without_number_is_the_latest_with_its_title_and_place() -> None:
    older = existing(row(2, "路灯不亮"), "1", raised_on=date(2025, 1, 1))
    newer = existing(row(2, "路灯不亮"), "2", raised_on=date(2026, 1, 1))
    plan = plan_intake([row(2, "路 灯不亮", description="夜里")], [older, newer])
    assert plan.changed[0].existing.number == "2"


def test_a_number_wins_over_a_likeness() -> None:
    one, two = existing(row(2, "路灯不亮"), "1"), existing(row(3, "加装电梯"), "2")
    plan = plan_intake([row(2, "加装电梯", "1"), row(3, "加装电梯", raised_on=DAY)], [one, two])
    assert [(c.facts.row, c.existing.number) for c in plan.changed] == [(2, "1")]
    assert plan.unchanged == ((3, two.id),)


def test_twins_on_the_list_and_in_the_file_are_added_but_pointed_out() -> None:
    old = existing(row(9, "三号楼楼道灯不亮"), "7")
    plan = plan_intake(
        [
            row(2, "关于楼道灯不亮的问题", place="3号楼"),
            row(3, "希望在北门加装电动车充电桩"),
            row(4, "建议北门加装一个电动车充电桩", "88"),
        ],
        [old],
    )
    assert [a.facts.row for a in plan.added] == [2, 3, 4]
    assert [(a.facts.row, a.twin.id, a.twin.row) for a in plan.twins if a.twin] == [
        (2, old.id, None),
        (4, None, 3),
    ]
    assert [a.twin.number for a in plan.twins if a.twin] == ["7", None]


def test_a_skipped_row_is_left_out() -> None:
    plan = plan_intake([row(2, "路灯不亮"), row(3, "加装电梯")], [], skip={3})
    assert ([a.facts.row for a in plan.added], plan.skipped) == ([2], (3,))


def test_progress_ends_at_all_rows() -> None:
    told: list[tuple[int, int]] = []
    plan_intake(
        [row(at, f"事{at}") for at in range(2, 502)],
        [],
        progress=lambda done, of: told.append((done, of)),
    )
    assert told == [(200, 500), (400, 500), (500, 500)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("3号楼楼道灯不亮", "5号楼楼道灯不亮"),
        ("东门路灯不亮影响出行", "西门路灯不亮影响出行"),
        ("A栋楼道灯不亮影响出行", "B栋楼道灯不亮影响出行"),
        ("路灯不亮", "加装电梯"),
    ],
)
def test_different_places_and_different_troubles_are_no_twins(one: str, other: str) -> None:
    assert _likeness(one, other) is None


def test_two_troubles_in_one_long_named_place_are_no_twins() -> None:
    known: Twins[int] = Twins()
    place = "第一网格幸福家园小区3号楼2单元"
    known.add(wording_of("楼道灯不亮", place), 1)
    assert known.find(wording_of("楼道门坏了", place)) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("十二号楼漏水", "12号楼漏水"),
        ("二十号楼漏水", "20号楼漏水"),
        ("希望尽快修路灯", "修路灯"),
        ("小区路灯损坏不亮了", "小区路灯损坏不亮"),
    ],
)
def test_the_same_trouble_in_other_words_is_a_twin(one: str, other: str) -> None:
    assert _likeness(one, other) is not None


def _likeness(one: str, other: str) -> int | None:
    known: Twins[int] = Twins()
    known.add(wording_of(one, ""), 1)
    found = known.find(wording_of(other, ""))
    return found.score if found else None


similar = st.text("路灯坏电梯修门", min_size=1, max_size=14)


@given(similar, similar)
def test_the_index_misses_no_twin_that_comparing_all_would_find(one: str, other: str) -> None:
    a, b = wording_of(one, ""), wording_of(other, "")
    alike = fuzz.ratio(a.text, b.text) >= SIMILAR and fuzz.partial_ratio(a.title, b.title) >= 80
    assert (_likeness(one, other) is not None) is alike
