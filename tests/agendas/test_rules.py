from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliberation.agendas.rules import (
    AgendaFacts,
    Check,
    CheckState,
    PlannedItem,
    check_may_edit,
    check_may_publish,
    check_minutes,
    check_reason,
    checks,
    needs_reason,
    overrides,
)
from deliberation.errors import Code, Refusal
from deliberation.matters.steps import Step
from deliberation.meetings.rules import MeetingState
from deliberation.rulesets.shipped import CONSULTATION

TODAY = date(2026, 12, 5)
A, B, C, D = (UUID(int=n) for n in range(4))
RANKING = [A, B, C, D]
agendas = st.lists(st.sampled_from(RANKING), unique=True)

READY = AgendaFacts(
    items=[
        PlannedItem(position=1, step=Step.EVALUATE, minutes=15, reporter="社区居委会"),
        PlannedItem(position=2, step=Step.DECIDE, minutes=35, reporter="物业", wording="同意。"),
    ],
    held_on=date(2026, 12, 20),
    today=TODAY,
    rule=CONSULTATION,
    day_minutes=150,
    roll=120,
    area_hundredths=1_080_000,
)


def not_passed(facts: AgendaFacts) -> list[tuple[CheckState, str, int | None]]:
    return [
        (check.state, check.says.render(), check.item)
        for check in checks(facts)
        if check.state is not CheckState.PASSED
    ]


def said(facts: AgendaFacts) -> list[str]:
    return [f"{check.says.render()}：{check.detail.render()}" for check in checks(facts)]


def test_an_agenda_that_is_ready_passes_all_checks() -> None:
    assert not_passed(READY) == []
    check_may_publish(checks(READY))
    assert said(READY) == [
        "公告天数够：今天发布，提前15天；规则7天，最晚12月13日",
        "议程已有事项：共2项",
        "决议文字齐全：共1项要表决",
        "到会要求已定：应到户数过半，120户中须61户",
        "应到名册已备：120户，面积10,800.00㎡",
        "总时长不超：已排50分钟，余100分钟",
        "报告人已定：共2项",
    ]


def test_a_decision_without_wording_is_not_published() -> None:
    items = [
        replace(READY.items[1], wording=" "),
        PlannedItem(position=3, step=Step.DECIDE, minutes=5, reporter="居委会"),
    ]
    facts = replace(READY, items=items)
    assert not_passed(facts) == [
        (CheckState.FAILED, "第2项缺决议文字", 2),
        (CheckState.FAILED, "第3项缺决议文字", 3),
    ]
    with pytest.raises(Refusal) as refusal:
        check_may_publish(checks(facts))
    assert refusal.value.facts == {"count": 2}


@pytest.mark.parametrize(("lead", "state"), [(7, None), (6, "公告天数不够"), (-1, "公告天数不够")])
def test_the_notice_days_are_kept_to_the_day(lead: int, state: str | None) -> None:
    facts = replace(READY, held_on=TODAY + timedelta(days=lead))
    expected = [] if state is None else [(CheckState.FAILED, state, None)]
    assert not_passed(facts) == expected


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"items": []}, (CheckState.FAILED, "议程还是空的", None)),
        ({"roll": 0}, (CheckState.FAILED, "应到名册是空的", None)),
        ({"day_minutes": 49}, (CheckState.WARNING, "总时长超出", None)),
        (
            {"rule": msgspec.structs.replace(CONSULTATION, attendance=None)},
            (CheckState.WARNING, "没有到会要求", None),
        ),
        (
            {"items": [PlannedItem(position=1, step=Step.DISCUSS, minutes=15)]},
            (CheckState.WARNING, "第1项没有报告人", 1),
        ),
        (
            {"items": [replace(item, reporter=" ") for item in READY.items]},
            (CheckState.WARNING, "2项没有报告人", 1),
        ),
    ],
)
def test_what_is_missing_is_said(
    changes: dict[str, object], found: tuple[CheckState, str, int | None]
) -> None:
    facts = replace(READY, **changes)  # type: ignore[arg-type] # each row fits its field
    assert not_passed(facts) == [found]


def test_warnings_do_not_hold_the_notice_back() -> None:
    warned: list[Check] = checks(replace(READY, day_minutes=10))
    check_may_publish(warned)


def test_an_agenda_is_edited_until_its_notice() -> None:
    check_may_edit(MeetingState.PLANNED)
    for state in set(MeetingState) - {MeetingState.PLANNED}:
        with pytest.raises(Refusal) as refusal:
            check_may_edit(state)
        assert refusal.value.code is Code.AGENDA_FROZEN


def test_an_item_has_from_one_minute_to_four_hours() -> None:
    check_minutes(1)
    check_minutes(240)
    for minutes in (0, -5, 241):
        with pytest.raises(Refusal) as refusal:
            check_minutes(minutes)
        assert refusal.value.facts == {"least": 1, "most": 240}


@pytest.mark.parametrize(
    ("before", "after", "needed"),
    [
        ([], [A], False),
        ([A], [A, B], False),
        ([A], [A, C], True),
        ([A, B], [B, A], True),
        ([B, A], [A, B], False),
        ([A, B], [A], False),
        ([A, B], [B], True),
        ([A, C], [A, B, C], False),
        ([A, C], [A, C, B], False),
        ([A, C], [A, C, D], True),
        ([A], [A, UUID(int=99)], False),
    ],
)
def test_only_a_step_away_from_the_ranking_needs_a_reason(
    before: list[UUID], after: list[UUID], needed: bool
) -> None:
    assert needs_reason(before, after, RANKING) is needed
    check_reason(before, after, RANKING, "消防急办")
    if needed:
        with pytest.raises(Refusal):
            check_reason(before, after, RANKING, " ")
    else:
        check_reason(before, after, RANKING, "")


@given(agendas)
def test_an_agenda_follows_the_ranking_exactly_when_it_is_its_beginning(agenda: list[UUID]) -> None:
    assert (not overrides(agenda, RANKING)) is (agenda == RANKING[: len(agenda)])
