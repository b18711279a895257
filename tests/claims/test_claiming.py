"""Demands are offered and claimed, refused with a reason, and given back."""

import asyncio
from datetime import date

import pytest

from deliberation import journal
from deliberation.agendas.editing import Edit, edit_item
from deliberation.agendas.publishing import publish_notice
from deliberation.agendas.service import add_demand, items_of
from deliberation.claims import service
from deliberation.claims.models import Claim
from deliberation.claims.service import Promise
from deliberation.demands.models import Demand
from deliberation.errors import Code, Refusal
from deliberation.matters.models import Matter, Milestone, Task
from deliberation.matters.planning import Part
from deliberation.matters.steps import Step
from deliberation.meetings import service as meetings
from deliberation.meetings.models import DeliberationDay
from deliberation.people.roles import NOBODY, Actor
from tests.claims.stage import (
    NOW,
    TODAY,
    Stage,
    claimed,
    finished,
    later,
    listed,
    matter_of,
    offered,
    on,
    set_stage,
)

pytestmark = pytest.mark.anyio

SOON = Promise(promised_on=date(2026, 12, 20))


@pytest.fixture
async def stage(store: str) -> Stage:
    return await set_stage()


async def refused(code: Code, act: object) -> Refusal:
    """The act is refused so, and nothing is told of it."""
    with pytest.raises(Refusal) as refusal:
        await act  # type: ignore[misc]
    assert refusal.value.code is code
    return refusal.value


async def told(stage: Stage) -> list[str]:
    return [one.event.NAME for one in await journal.entries(stage.community)]


async def test_a_demand_is_claimed_with_a_plan_scheduled_backwards(stage: Stage) -> None:
    demand = await offered(stage)
    assert demand.offered_on == TODAY
    plan = (Part(title="勘察", days=3), Part(title="施工", days=10))
    promise = Promise(promised_on=on(30), plan=plan)
    claim = await service.claim(stage.of_school, demand.id, promise, at=NOW)
    matter = await matter_of(claim)
    assert (matter.step, matter.organisation_id) == (Step.DELIVER, stage.school.id)
    task = await Task.get(matter_id=matter.id)
    assert (task.origin, task.due_on) == ("claim", on(30))
    stages = await Milestone.filter(task_id=task.id).order_by("position")
    assert [(one.title, one.due_on) for one in stages] == [("勘察", on(20)), ("施工", on(30))]
    assert (await Demand.get(id=demand.id)).state == "taken_up"
    assert {"demand.offered", "claim.made", "task.set", "task.milestones_planned"} <= set(
        await told(stage)
    )


async def test_of_two_liaisons_at_once_one_has_it(stage: Stage) -> None:
    demand = await offered(stage)
    answers = await asyncio.gather(
        service.claim(stage.of_school, demand.id, SOON, at=NOW),
        service.claim(stage.of_clinic, demand.id, SOON, at=NOW),
        return_exceptions=True,
    )
    (won,) = [one for one in answers if isinstance(one, Claim)]
    (lost,) = [one for one in answers if isinstance(one, Refusal)]
    assert lost.code is Code.CLAIM_TAKEN
    assert await Claim.all().count() == 1
    assert await Matter.all().count() == 1
    assert await Task.all().count() == 1
    assert won.active_demand_id == demand.id
    assert (await told(stage)).count("claim.made") == 1


async def test_staff_claim_for_who_said_so_in_the_meeting(stage: Stage) -> None:
    demand = await offered(stage)
    promise = Promise(promised_on=on(9), organisation=stage.clinic.id)
    claim = await service.claim(stage.chair, demand.id, promise, at=NOW)
    assert claim.organisation_id == stage.clinic.id


async def test_a_liaison_speaks_for_no_other(stage: Stage) -> None:
    demand = await offered(stage)
    promise = Promise(promised_on=on(9), organisation=stage.clinic.id)
    await refused(Code.NOT_PERMITTED, service.claim(stage.of_school, demand.id, promise, at=NOW))
    resident = Actor(person=stage.residents[0].person, community=stage.community)
    for who, code in ((NOBODY, Code.NOT_FOUND), (resident, Code.NOT_PERMITTED)):
        await refused(code, service.claim(who, demand.id, SOON, at=NOW))


async def test_what_cannot_be_claimed_says_why(stage: Stage) -> None:
    into = await offered(stage, 1)
    merged = await listed(stage, 2, state="merged", merged_into_id=into.id, offered_on=TODAY)
    private = await listed(stage, 3, is_private=True, route="mediation", offered_on=TODAY)
    taken = await listed(stage, 4, state="taken_up", offered_on=TODAY)
    new = await listed(stage, 5)
    for demand, code in (
        (merged, Code.DEMAND_MERGED),
        (private, Code.DEMAND_NOT_FOR_CLAIM),
        (taken, Code.DEMAND_TAKEN_UP),
        (new, Code.DEMAND_NOT_OFFERED),
    ):
        said = await refused(code, service.claim(stage.of_school, demand.id, SOON, at=NOW))
        assert private.title not in str(said.facts)
    late = Promise(promised_on=on(-1))
    await refused(Code.DEADLINE_IN_THE_PAST, service.claim(stage.of_school, into.id, late, at=NOW))
    assert await Claim.all().count() == 0
    assert await Matter.all().count() == 0


async def test_today_is_no_past_day(stage: Stage) -> None:
    demand = await offered(stage)
    claim = await service.claim(stage.of_school, demand.id, Promise(promised_on=TODAY), at=NOW)
    assert claim.promised_on == TODAY


async def test_all_are_offered_or_none(stage: Stage) -> None:
    good, bad = await listed(stage, 1), await listed(stage, 2, route="service")
    await refused(Code.DEMAND_NOT_FOR_CLAIM, service.offer(stage.chair, [good.id, bad.id], at=NOW))
    await good.refresh_from_db()
    assert good.offered_on is None


async def test_a_refusal_needs_a_reason_and_leaves_the_demand_offered(stage: Stage) -> None:
    demand = await offered(stage)
    await refused(Code.REASON_REQUIRED, service.refuse(stage.of_school, demand.id, " ", at=NOW))
    await service.refuse(stage.of_school, demand.id, "不在职责内", at=NOW)
    await service.claim(stage.of_clinic, demand.id, SOON, at=NOW)
    assert sorted([claim.state for claim in await Claim.all()]) == ["claimed", "refused"]


async def test_what_is_given_back_is_offered_again_from_that_day(stage: Stage) -> None:
    demand, claim = await claimed(stage)
    await refused(Code.REASON_REQUIRED, service.release(stage.of_school, claim.id, "", at=NOW))
    await refused(Code.NOT_PERMITTED, service.release(stage.of_clinic, claim.id, "不行", at=NOW))
    await service.release(stage.of_school, claim.id, "经费没有落实", at=later(5))
    await demand.refresh_from_db()
    assert (demand.state, demand.offered_on) == ("listed", on(5))
    matter = await matter_of(claim)
    assert (matter.step, matter.organisation_id, matter.due_on) == (Step.RAISE, None, None)
    await claim.refresh_from_db()
    assert (claim.state, claim.active_demand_id) == ("released", None)
    assert await Task.filter(state="open").count() == 0
    again = await service.claim(stage.of_clinic, demand.id, SOON, at=later(6))
    assert again.matter_id == claim.matter_id
    await refused(Code.CLAIM_ENDED, service.release(stage.of_school, claim.id, "再退", at=later(7)))


async def test_what_was_reported_done_is_not_given_back(stage: Stage) -> None:
    _demand, claim = await claimed(stage)
    assert claim.matter_id is not None
    await finished(stage, claim.matter_id, at=later(3))
    await refused(
        Code.MATTER_ACT_NOT_AVAILABLE,
        service.release(stage.of_school, claim.id, "不想办了", at=later(4)),
    )


async def test_what_was_claimed_since_it_was_put_on_an_agenda_is_not_taken_up_twice(
    stage: Stage,
) -> None:
    demand = await offered(stage)
    day = await DeliberationDay.filter(held_on__gt=on(20)).order_by("held_on").first()
    assert day is not None
    meeting = await meetings.plan_meeting(stage.chair, day.id, title="12月议事日", at=NOW)
    await add_demand(stage.chair, meeting.id, demand.id, at=NOW)
    (item,) = await items_of(meeting.id)
    await edit_item(stage.chair, meeting.id, item.id, Edit(reporter="演示报告人"), at=NOW)
    await service.claim(stage.of_school, demand.id, SOON, at=NOW)
    await refused(Code.DEMAND_TAKEN_UP, publish_notice(stage.chair, meeting.id, at=NOW))
    assert await Matter.all().count() == 1
