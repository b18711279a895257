"""What is taken back is on one list, once, and whoever had it has it no more."""

import pytest

from deliberation import journal
from deliberation.claims import escalating, leaving, reading, service
from deliberation.claims.escalating import Duty
from deliberation.claims.models import Escalation
from deliberation.claims.ticking import tick
from deliberation.demands.models import Demand, Handover
from deliberation.demands.routes import Route
from deliberation.demands.sending import Order
from deliberation.demands.triage import triage
from deliberation.errors import Code, Refusal
from deliberation.journal import events as e
from deliberation.matters.models import Matter
from deliberation.matters.redrawing import set_mover
from deliberation.matters.service import Given, act_on
from deliberation.matters.stages import SHIPPED
from deliberation.matters.steps import Act, Mover
from deliberation.matters.workflows import KIND
from deliberation.rulesets import service as rulesets
from tests.claims.stage import (
    NOW,
    Stage,
    claimed,
    department,
    finished,
    later,
    listed,
    offered,
    on,
    rated,
    set_stage,
    speaker_for,
    subdistrict,
)

pytestmark = pytest.mark.anyio


@pytest.fixture
async def stage(store: str) -> Stage:
    return await set_stage()


async def open_one() -> Escalation:
    return await Escalation.get(open_subject_id__not_isnull=True)


async def test_what_is_on_the_list_as_a_matter_is_not_listed_again_as_a_demand(
    stage: Stage,
) -> None:
    demand, claim = await claimed(stage, days=3)
    await tick(later(11))
    assert (await open_one()).cause == "overdue"
    await service.release(stage.of_school, claim.id, "人手不够", at=later(12))
    await tick(later(60))
    assert await Escalation.all().count() == 1
    (row,) = (await reading.waiting(stage.community, on(60))).rows
    assert (row.demand.id, row.is_escalated) == (demand.id, True)
    with pytest.raises(Refusal) as refusal:
        await escalating.ask_for_demand(stage.chair, demand.id, "急", at=later(61))
    assert refusal.value.code is Code.ESCALATION_OPEN


async def assigned(stage: Stage) -> Escalation:
    """To a department of the subdistrict."""
    upper = await subdistrict(stage)
    bureau = await department(upper)
    await offered(stage)
    await tick(later(30))
    found = await open_one()
    duty = Duty(organisation=bureau.id, duty="更换路灯", due_on=on(60))
    await escalating.assign(upper, found.id, duty, at=later(31))
    await found.refresh_from_db()
    return found


async def told_unassigned(stage: Stage) -> list[str]:
    told = [one.event for one in await journal.entries(stage.community)]
    return [one.reason for one in told if isinstance(one, e.EscalationUnassigned)]


async def test_a_duty_that_was_taken_back_is_nobodys(stage: Stage) -> None:
    found = await assigned(stage)
    assert found.matter_id is not None
    given = Given(reason="演示：另找单位")
    await act_on(stage.chair, found.matter_id, Act.RELEASE, given, at=later(33))
    await tick(later(33))
    await found.refresh_from_db()
    assert (found.state, found.organisation_id, found.due_on) == ("listed", None, None)
    assert await told_unassigned(stage) == ["承办单位的任务已经收回"]
    await tick(later(34))
    assert len(await told_unassigned(stage)) == 1


async def test_what_a_department_did_badly_twice_is_on_the_list_again(stage: Stage) -> None:
    found = await assigned(stage)
    assert found.matter_id is not None
    for n in (40, 80):
        await finished(stage, found.matter_id, at=later(n))
        await rated(stage, found.matter_id, 1, at=later(n + 1))
        await tick(later(n + 31))
    await found.refresh_from_db()
    assert (found.state, found.organisation_id) == ("listed", None)
    assert "1.00" in (await told_unassigned(stage))[0]


async def test_who_leaves_gives_back_what_triage_had_handed_to_it(stage: Stage) -> None:
    upper = await subdistrict(stage)
    bureau = await department(upper)
    for n, organisation in enumerate((stage.school, bureau), 1):
        demand = await listed(stage, n)
        order = Order(route=Route.SERVICE, reason="演示", organisation=organisation.id)
        await triage(stage.chair, demand.id, order, at=NOW)
    await leaving.leave(stage.chair, stage.school.id, "协议到期", at=later(1))
    await leaving.leave(upper, bureau.id, "机构改革", at=later(1))
    rows = await Handover.all().order_by("to_name").values_list("state", "returned_words")
    assert sorted(rows) == [("withdrawn", "协议到期"), ("withdrawn", "机构改革")]
    states = await Demand.all().values_list("state", "route")
    assert set(states) == {("listed", "")}


async def test_a_claim_that_the_way_leaves_to_staff_no_liaison_makes(stage: Stage) -> None:
    index = next(n for n, way in enumerate(SHIPPED.ways) if way.act is Act.CLAIM)
    mine = set_mover(SHIPPED, index, Mover.STAFF)
    await rulesets.adopt(stage.community, KIND, mine.to_json(), at=NOW)
    demand = await offered(stage)
    promise = service.Promise(promised_on=on(9), organisation=stage.school.id)
    with pytest.raises(Refusal) as refusal:
        await service.claim(await speaker_for(stage.school), demand.id, promise, at=NOW)
    assert refusal.value.code is Code.NOT_PERMITTED
    assert await Matter.all().count() == 0
    await service.claim(stage.chair, demand.id, promise, at=NOW)


async def test_staff_do_not_cut_an_evaluation_short_by_escalating(stage: Stage) -> None:
    _demand, claim = await claimed(stage)
    assert claim.matter_id is not None
    await finished(stage, claim.matter_id, at=later(5))
    await rated(stage, claim.matter_id, 1, at=later(6))
    await Matter.filter(id=claim.matter_id).update(returns=1)
    with pytest.raises(Refusal) as refusal:
        await escalating.ask_for_matter(stage.chair, claim.matter_id, "急", at=later(7))
    assert refusal.value.code is Code.NOT_PERMITTED
