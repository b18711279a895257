"""How an item is voted on: chosen on the board, checked, and frozen with the notice."""

import json
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from msgspec import structs

from deliberation.agendas.editing import Edit, Vote, edit_item
from deliberation.agendas.models import AgendaItem
from deliberation.agendas.publishing import checks_for, publish_notice
from deliberation.agendas.rules import AgendaFacts, CheckState, PlannedItem
from deliberation.agendas.rules import checks as agenda_checks
from deliberation.agendas.service import items_of
from deliberation.agendas.votes import checks
from deliberation.errors import Code, Refusal
from deliberation.journal.events import MeetingNoticed, event_from
from deliberation.matters.steps import Step
from deliberation.meetings.service import require_meeting
from deliberation.notices.models import Notice
from deliberation.people.models import Household, Ownership
from deliberation.rulesets import service as rulesets
from deliberation.rulesets.questions import MOTION, Question
from deliberation.rulesets.rules import Rule
from deliberation.rulesets.shipped import (
    CONSULTATION,
    JOINT,
    OWNERS_HALF,
    RESIDENTS_2018,
    RESIDENTS_2026,
    UNANIMITY,
)
from tests.support.held_day import BEFORE, Planned, planned

SECRET = structs.replace(CONSULTATION, secrecy="secret", may_change=False, proxies=0)
CHOICE = Question(method="approval", options=("演示甲", "演示乙", "演示丙"), most=2)
BUDGET = Question(
    method="equal-shares", options=("路灯", "长椅"), costs=(120_000, 50_050), budget=150_000
)
ITEM = PlannedItem(position=1, step=Step.DECIDE, minutes=20, reporter="演示", wording="同意。")
DISCUSSED = replace(ITEM, step=Step.DISCUSS)
"""Its wording may be read out and voted on in the meeting."""
READY = AgendaFacts(
    items=[ITEM],
    held_on=date(2026, 11, 20),
    today=date(2026, 11, 2),
    rule=CONSULTATION,
    day_minutes=150,
    roll=120,
    area_hundredths=1_080_000,
    voters={"households": 120, "persons": 300, "owners": 100},
)


def voted_by(rule: Rule, **changes: object) -> AgendaFacts:
    return replace(READY, items=[replace(ITEM, rule=rule)], **changes)  # type: ignore[arg-type]


def found(facts: AgendaFacts) -> list[tuple[str, str]]:
    return [(check.state.value, check.says.render()) for check in checks(facts)]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (READY, [("passed", "表决规则可用")]),
        (replace(READY, items=[replace(DISCUSSED, wording=" ")]), []),
        (replace(READY, items=[DISCUSSED]), [("passed", "表决规则可用")]),
        (
            replace(READY, items=[DISCUSSED], rule=RESIDENTS_2026),
            [("failed", "第1项的规则还没有填完")],
        ),
        (
            replace(READY, items=[replace(DISCUSSED, wording="", rule=RESIDENTS_2018)]),
            [("failed", "第1项的规则那天不施行")],
        ),
        (voted_by(JOINT), [("failed", "第1项的规则还没有填完")]),
        (voted_by(RESIDENTS_2026), [("failed", "第1项的规则还没有填完")]),
        (voted_by(RESIDENTS_2018), [("failed", "第1项的规则那天不施行")]),
        (
            replace(READY, items=[replace(ITEM, question=None)]),
            [("failed", "第1项的选项读不出来")],
        ),
        (
            replace(READY, items=[replace(ITEM, window_days=31)]),
            [("failed", "第1项开放的天数超过规则")],
        ),
        (
            replace(READY, items=[replace(ITEM, window_days=30)]),
            [("passed", "表决规则可用")],
        ),
        (voted_by(OWNERS_HALF), [("passed", "表决规则可用")]),
        (
            replace(READY, items=[replace(ITEM, rule=OWNERS_HALF, question=CHOICE)]),
            [("failed", "第1项有选项，规则却按面积计票")],
        ),
        (voted_by(OWNERS_HALF, voters={"owners": 0}), [("failed", "名册里没有业主")]),
        (voted_by(OWNERS_HALF, units_without_owner=3), [("warning", "3套房没有业主")]),
        (
            voted_by(OWNERS_HALF, units_without_household=2),
            [("warning", "2套房有业主而没有住户")],
        ),
        (voted_by(OWNERS_HALF, area_hundredths=0), [("failed", "名册里没有面积")]),
        (voted_by(OWNERS_HALF, units_without_area=2), [("warning", "2套房没有面积")]),
        (voted_by(UNANIMITY, area_hundredths=0), [("passed", "表决规则可用")]),
        (voted_by(UNANIMITY, voters={"owners": 4}), [("warning", "第1项能投的太少")]),
        (voted_by(SECRET, voters={"households": 4}), [("warning", "第1项能投的太少")]),
        (voted_by(SECRET, voters={"households": 5}), [("passed", "表决规则可用")]),
        (
            voted_by(structs.replace(SECRET, majority=UNANIMITY.majority)),
            [("warning", "第1项秘密表决又要一致同意")],
        ),
    ],
)
def test_what_stands_in_the_way_of_a_vote_is_said_before_the_notice(
    facts: AgendaFacts, expected: list[tuple[str, str]]
) -> None:
    assert found(facts) == expected


def test_the_notice_goes_out_as_early_as_the_strictest_rule_asks() -> None:
    facts = voted_by(structs.replace(CONSULTATION, notice_days=19))
    notice = agenda_checks(facts)[0]
    assert (notice.state, notice.says.render()) == (CheckState.FAILED, "公告天数不够")


async def deciding(made: Planned, **vote: object) -> UUID:
    """The only item, as its board sends it."""
    (item,) = await items_of(made.meeting)
    chosen = Vote(**({"rule_key": "", "question": MOTION, "window_days": 0} | vote))  # type: ignore[arg-type]
    edit = Edit(wording="同意修好路灯。", vote=chosen)
    await edit_item(made.chair, made.meeting, item.id, edit, at=BEFORE)
    return item.id


@pytest.mark.anyio
@pytest.mark.usefixtures("store")
async def test_rule_question_and_window_are_frozen_with_the_notice() -> None:
    made = await planned()
    item = await deciding(made, rule_key="consultation", question=BUDGET, window_days=14)
    row = await AgendaItem.get(id=item)
    assert (row.rule_key, row.window_days) == ("consultation", 14)
    assert Question.from_json(json.loads(row.question)) == BUDGET
    notice = await publish_notice(made.chair, made.meeting, at=BEFORE)
    event = event_from(MeetingNoticed.NAME, json.loads(notice.content))
    assert isinstance(event, MeetingNoticed)
    (line,) = event.items
    assert line.rule is not None
    assert Rule.from_json(line.rule) == CONSULTATION
    assert line.question is not None
    assert Question.from_json(line.question) == BUDGET
    assert line.window_days == 14


@pytest.mark.anyio
@pytest.mark.usefixtures("store")
async def test_what_was_noticed_keeps_its_version_when_a_new_one_is_adopted() -> None:
    made = await planned()
    await deciding(made, rule_key="consultation")
    await publish_notice(made.chair, made.meeting, at=BEFORE)
    newer = structs.replace(CONSULTATION, window_days=0)
    await rulesets.adopt_voting_rule(made.chair, made.community, newer, at=BEFORE)
    content = json.loads((await Notice.get(subject_id=made.meeting)).content)
    assert content["items"][0]["rule"]["version"] == 1
    assert (await rulesets.voting_rule(made.community, "consultation")).version == 2


@pytest.mark.anyio
@pytest.mark.usefixtures("store")
@pytest.mark.parametrize(
    ("vote", "code"),
    [
        ({"rule_key": "residents-2018"}, Code.RULE_NOT_IN_FORCE),
        ({"rule_key": "residents-2026"}, Code.RULE_INCOMPLETE),
        ({"rule_key": "nowhere"}, Code.RULE_UNKNOWN),
        ({"rule_key": "meeting"}, Code.RULE_UNKNOWN),
        ({"window_days": 31}, Code.AGENDA_WINDOW_TOO_LONG),
        ({"rule_key": "joint"}, Code.RULE_INCOMPLETE),
        ({"rule_key": "owners-half", "question": CHOICE}, Code.QUESTION_NOT_BY_AREA),
    ],
)
async def test_what_cannot_be_used_that_day_is_not_chosen(
    vote: dict[str, object], code: Code
) -> None:
    made = await planned()
    with pytest.raises(Refusal) as refused:
        await deciding(made, **vote)
    assert refused.value.code is code
    (item,) = await items_of(made.meeting)
    assert (item.rule_key, item.question, item.window_days) == ("", "", 0)


@pytest.mark.anyio
@pytest.mark.usefixtures("store")
async def test_the_joint_set_is_chosen_once_filled_in_and_only_for_votes_in_the_meeting() -> None:
    made = await planned()
    filled = structs.replace(
        JOINT, version=2, majority=CONSULTATION.majority, source="演示联席会议议事规则"
    )
    await rulesets.adopt_voting_rule(made.chair, made.community, filled, at=BEFORE)
    with pytest.raises(Refusal) as refused:
        await deciding(made, rule_key="joint", window_days=1)
    assert refused.value.code is Code.AGENDA_WINDOW_TOO_LONG
    item = await deciding(made, rule_key="joint")
    assert (await AgendaItem.get(id=item)).rule_key == "joint"


@pytest.mark.anyio
@pytest.mark.usefixtures("store")
async def test_owners_are_asked_only_where_the_roll_says_who_owns() -> None:
    made = await planned()
    await deciding(made, rule_key="owners-half")
    meeting = await require_meeting(made.meeting)

    async def says() -> list[tuple[str, str]]:
        stood = await checks_for(meeting, at=BEFORE)
        return [(c.state.value, c.says.render()) for c in stood if "业主" in c.says.render()]

    assert await says() == [("failed", "名册里没有业主")]
    with pytest.raises(Refusal) as refused:
        await publish_notice(made.chair, made.meeting, at=BEFORE)
    assert refused.value.code is Code.AGENDA_CHECKS_FAILED
    household = await Household.get(id=made.resident.household)
    await Ownership.create(unit_id=household.unit_id, person_id=made.resident.person)
    assert await says() == [("warning", "1套房没有业主")]
    await publish_notice(made.chair, made.meeting, at=BEFORE)
