"""Delivery on both engines: tasks, milestones, postponements, and what may not be."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest

from deliberation import journal
from deliberation.demands.models import Demand
from deliberation.errors import Code, Refusal
from deliberation.journal import events as e
from deliberation.matters import planning, tasks
from deliberation.matters.models import Evaluation, Matter, Milestone, Postponement, Task
from deliberation.matters.moving import facts_of
from deliberation.matters.service import Given, act_on, add_demand
from deliberation.matters.steps import Act
from deliberation.matters.tasks import finish, plan_milestones, postpone, reach
from deliberation.people.models import Community, Organisation
from tests.matters.delivering import (
    AT,
    DUE,
    Place,
    as_staff_of,
    brought,
    given,
    liaison_of,
    opened,
    settled,
    under_way,
)

pytestmark = pytest.mark.anyio


@pytest.fixture
async def place(store: str) -> Place:
    return await settled()


async def refused(act: object) -> Code:
    with pytest.raises(Refusal) as refusal:
        await act  # type: ignore[misc]  # an act that is not done yet
    return refusal.value.code


async def test_a_task_is_promised_by_who_is_there_for_a_day_to_come(place: Place) -> None:
    matter = await opened(place, await brought(place))
    yesterday = date(2026, 11, 19)
    assert await refused(given(place, matter, due_on=yesterday)) is Code.DEADLINE_IN_THE_PAST
    gone = await Organisation.create(community_id=place.community, name="演示已走", left_at=AT)
    assert await refused(given(place, matter, to=gone.id)) is Code.ORGANISATION_LEFT
    upper = await Community.create(
        name="演示街道", level="subdistrict", feed_uid="u", created_at=AT
    )
    other = await Community.create(name="演示邻居", feed_uid="o", created_at=AT)
    stranger = await Organisation.create(community_id=other.id, name="演示外人")
    assert await refused(given(place, matter, to=stranger.id)) is Code.NOT_FOUND
    assert (await Matter.get(id=matter.id)).step == "raise"

    await Community.filter(id=place.community).update(parent_id=upper.id)
    department = await Organisation.create(community_id=upper.id, name="演示科室")
    task = await given(place, matter, to=department.id, due_on=date(2026, 11, 20))
    found = await Matter.get(id=matter.id)
    assert (found.step, found.organisation_id, found.due_on) == (
        "deliver",
        department.id,
        task.due_on,
    )
    again = given(place, matter, to=department.id, due_on=DUE)
    assert await refused(again) is Code.TASK_THERE
    await tasks.report(liaison_of(upper.id, department.id), task.id, "演示：看过现场", at=AT)


async def test_only_its_organisation_and_staff_work_on_a_task(place: Place) -> None:
    _matter, task = await under_way(place)
    other = liaison_of(place.community, uuid4())
    assert await refused(tasks.report(other, task.id, "演示", at=AT)) is Code.NOT_PERMITTED
    resident = place.residents[0]
    assert await refused(tasks.report(resident, task.id, "演示", at=AT)) is Code.NOT_PERMITTED
    elsewhere = as_staff_of(place.chair, uuid4())
    assert await refused(tasks.report(elsewhere, task.id, "演示", at=AT)) is Code.NOT_PERMITTED
    await tasks.report(place.chair, task.id, "演示：材料到了", at=AT)
    assert await refused(tasks.report(place.liaison, task.id, " ", at=AT)) is Code.FIELD_MISSING


async def test_milestones_are_planned_until_the_day_and_reached_ones_stay(place: Place) -> None:
    _matter, task = await under_way(place)
    late = [("演示验收", DUE + timedelta(days=1))]
    assert await refused(plan_milestones(place.liaison, task.id, late, at=AT)) is (
        Code.MILESTONE_TOO_LATE
    )
    early = [("演示勘察", date(2026, 11, 19))]
    assert await refused(plan_milestones(place.liaison, task.id, early, at=AT)) is (
        Code.DEADLINE_IN_THE_PAST
    )
    lines = planning.backwards(
        AT.date(), DUE, [planning.Part(title="勘察", days=3), planning.Part(title="施工", days=10)]
    )
    first, _second = await plan_milestones(place.liaison, task.id, lines, at=AT)
    assert [m.due_on for m in (first, _second)] == [date(2026, 12, 10), DUE]
    await reach(place.liaison, task.id, first.id, at=AT)
    assert await refused(reach(place.liaison, task.id, first.id, at=AT)) is Code.MILESTONE_REACHED
    await plan_milestones(place.liaison, task.id, [("重排", DUE), ("再验", DUE)], at=AT)
    rows = await Milestone.filter(task_id=task.id).order_by("position")
    assert [(m.title, m.reached_at is not None) for m in rows] == [
        ("勘察", True),
        ("重排", False),
        ("再验", False),
    ]
    assert planning.percent(1, len(rows)) == 33


async def test_a_postponement_has_a_reason_and_keeps_the_first_day(place: Place) -> None:
    matter, task = await under_way(place)
    later = DUE + timedelta(days=5)
    assert (
        await refused(postpone(place.liaison, task.id, later, " ", at=AT)) is Code.REASON_REQUIRED
    )
    assert await refused(postpone(place.liaison, task.id, DUE, "雨", at=AT)) is Code.TASK_NOT_LATER
    long_after = AT + timedelta(days=60)
    assert await refused(postpone(place.liaison, task.id, later, "雨", at=long_after)) is (
        Code.DEADLINE_IN_THE_PAST
    )
    await postpone(place.liaison, task.id, later, "连着下雨", at=AT)
    row = await Task.get(id=task.id)
    assert (row.first_due_on, row.due_on) == (DUE, later)
    assert (await Matter.get(id=matter.id)).due_on == later
    (moved,) = await Postponement.filter(task_id=task.id)
    assert (moved.moved_from, moved.moved_to, moved.reason) == (DUE, later, "连着下雨")


async def test_the_last_task_reports_the_matter_done_and_two_at_once_do_it_once(
    place: Place,
) -> None:
    matter, task = await under_way(place)
    second = await given(place, matter, title="演示清场", due_on=DUE + timedelta(days=9))
    assert (await Matter.get(id=matter.id)).due_on == second.due_on
    await finish(place.liaison, second.id, "", at=AT)
    found = await Matter.get(id=matter.id)
    assert (found.step, found.due_on) == ("deliver", DUE)
    ends = await asyncio.gather(
        *(finish(who, task.id, "演示：亮了", at=AT) for who in (place.liaison, place.chair)),
        return_exceptions=True,
    )
    refusals = [one for one in ends if isinstance(one, Refusal)]
    assert [one.code for one in refusals] == [Code.TASK_CLOSED]
    found = await Matter.get(id=matter.id)
    assert (found.step, found.done_at) == ("evaluate", AT)
    assert await Evaluation.filter(matter_id=matter.id).count() == 1
    told = [h.event for h in await journal.story([f"matter:{matter.id}"])]
    assert [one.act for one in told if isinstance(one, e.MatterStepped)] == ["claim", "report_done"]
    assert await refused(tasks.report(place.liaison, task.id, "演示", at=AT)) is Code.TASK_CLOSED


async def test_what_is_given_back_is_on_the_list_again_and_its_matter_is_taken_up_anew(
    place: Place,
) -> None:
    demand = await brought(place)
    matter = await opened(place, demand)
    task = await given(place, matter)
    no_reason = act_on(place.chair, matter.id, Act.RELEASE, Given(), at=AT)
    assert await refused(no_reason) is Code.MATTER_ACT_NOT_AVAILABLE
    await act_on(place.chair, matter.id, Act.RELEASE, Given(reason="人手不够"), at=AT)
    row = await Matter.get(id=matter.id)
    assert (row.step, row.organisation_id, row.due_on) == ("raise", None, None)
    assert (await Demand.get(id=demand.id)).state == "listed"
    assert (await Task.get(id=task.id)).reason == "人手不够"

    another = await brought(place, "演示楼道灯")
    again = await opened(place, await Demand.get(id=demand.id), another)
    assert again.id == matter.id
    states = {row.state for row in await Demand.filter(id__in=[demand.id, another.id])}
    assert states == {"taken_up"}
    ended = Given(reason="演示：归街道管")
    await act_on(place.chair, matter.id, Act.ABANDON, ended, at=AT)
    rows = await Demand.filter(id__in=[demand.id, another.id])
    assert {(row.state, row.answer, row.settled_at) for row in rows} == {
        ("declined", "演示：归街道管", AT)
    }


async def test_matters_merge_once_and_their_demands_follow(place: Place) -> None:
    one, two = await brought(place), await brought(place, "演示另一盏灯")
    first, second = await opened(place, one), await opened(place, two)
    into = Given(target=second.id)
    await act_on(place.chair, first.id, Act.MERGE, into, at=AT)
    back = act_on(place.chair, second.id, Act.MERGE, Given(target=first.id), at=AT)
    assert await refused(back) is Code.MATTER_TARGET_UNSUITABLE
    itself = act_on(place.chair, second.id, Act.MERGE, Given(target=second.id), at=AT)
    assert await refused(itself) is Code.MATTER_TARGET_UNSUITABLE
    assert (await Matter.get(id=first.id)).merged_into_id == second.id
    assert (await facts_of(await Matter.get(id=second.id), at=AT)).demands == 2


async def test_a_matter_holds_demands_of_its_own_community_only(place: Place) -> None:
    matter = await opened(place, await brought(place))
    other = await Community.create(name="演示邻居", feed_uid="o", created_at=AT)
    foreign = await brought(place, "演示外来")
    await Demand.filter(id=foreign.id).update(community_id=other.id)
    add = add_demand(place.chair, matter.id, foreign.id, at=AT)
    assert await refused(add) is Code.NOT_FOUND
    both = opened(place, await Demand.get(id=foreign.id))
    assert await refused(both) is Code.NOT_FOUND
    dispute = await brought(place, "演示纠纷")
    await Demand.filter(id=dispute.id).update(is_private=True)
    secret = add_demand(place.chair, matter.id, dispute.id, at=AT)
    assert await refused(secret) is Code.NOT_FOUND
    stranger = replace(place.chair, community=other.id)
    act = act_on(stranger, matter.id, Act.ABANDON, Given(reason="演示"), at=AT)
    assert await refused(act) is Code.NOT_FOUND
    plain = await brought(place, "演示再一盏")
    await add_demand(place.chair, matter.id, plain.id, at=AT)
    again = add_demand(place.chair, matter.id, plain.id, at=AT)
    assert await refused(again) is Code.DEMAND_SETTLED


async def test_a_clock_that_went_back_makes_no_wait_shorter(place: Place) -> None:
    matter, _task = await under_way(place)
    row = await Matter.get(id=matter.id)
    early = AT - timedelta(days=3)
    assert (await facts_of(row, at=early)).waited_days == 0
    assert (await facts_of(row, at=AT + timedelta(days=2))).waited_days == 2
    await act_on(place.chair, matter.id, Act.RELEASE, Given(reason="演示"), at=early)
    assert (await Matter.get(id=matter.id)).staged_at == AT
