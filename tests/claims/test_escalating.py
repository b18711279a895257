"""What nobody took, or is late, or was not done well goes to the level above, and is assigned."""

import pytest

from deliberation import journal
from deliberation.claims import escalating, leaving, reviewing, service
from deliberation.claims.escalating import Duty
from deliberation.claims.models import Escalation, Review
from deliberation.claims.rules import Finding
from deliberation.claims.service import Promise
from deliberation.claims.ticking import tick
from deliberation.demands.models import Demand
from deliberation.errors import Code, Refusal
from deliberation.founding.service import Founding, found_above
from deliberation.matters import tasks
from deliberation.matters.models import Matter, Task
from deliberation.matters.steps import Step
from deliberation.people.roles import Actor
from tests.claims.stage import (
    NOW,
    PASSWORD,
    TODAY,
    Stage,
    claimed,
    department,
    finished,
    later,
    liaison_of,
    listed,
    offered,
    on,
    set_stage,
    subdistrict,
    the_actor,
)

pytestmark = pytest.mark.anyio


@pytest.fixture
async def stage(store: str) -> Stage:
    return await set_stage()


async def open_one() -> Escalation:
    return await Escalation.get(open_subject_id__not_isnull=True)


async def names_of(stage: Stage) -> list[str]:
    return [one.event.NAME for one in await journal.entries(stage.community)]


async def test_what_nobody_took_in_thirty_days_is_on_the_list_once(stage: Stage) -> None:
    demand = await offered(stage)
    await tick(later(29))
    assert await Escalation.all().count() == 0
    for days in (30, 30, 31):
        await tick(later(days))
    found = await open_one()
    assert (found.cause, found.demand_id, found.upper_id) == (
        "unclaimed",
        demand.id,
        stage.community,
    )
    assert (await names_of(stage)).count("escalation.raised") == 1
    with pytest.raises(Refusal) as refusal:
        await escalating.ask_for_demand(stage.chair, demand.id, "急", at=later(31))
    assert refusal.value.code is Code.ESCALATION_OPEN


async def test_a_clock_that_went_back_finds_nothing(stage: Stage) -> None:
    await offered(stage)
    await claimed(stage, 2, days=3)
    await tick(later(-400))
    assert await Escalation.all().count() == 0


async def test_an_idle_tick_tells_nothing(stage: Stage) -> None:
    await claimed(stage)
    before = await journal.position(stage.community)
    await tick(later(2))
    assert await journal.position(stage.community) == before


async def test_a_dispute_never_comes_onto_the_list(stage: Stage) -> None:
    await listed(stage, offered_on=TODAY, is_private=True, route="mediation")
    await tick(later(90))
    assert await Escalation.all().count() == 0


async def test_a_claim_takes_a_demand_off_the_list(stage: Stage) -> None:
    demand = await offered(stage)
    await tick(later(30))
    promise = Promise(promised_on=on(60))
    await service.claim(stage.of_clinic, demand.id, promise, at=later(31))
    found = await Escalation.get()
    assert (found.state, found.open_subject_id) == ("returned", None)


async def test_the_subdistrict_assigns_a_department_and_a_day(stage: Stage) -> None:
    upper = await subdistrict(stage)
    bureau = await department(upper)
    demand = await offered(stage)
    await tick(later(30))
    found = await open_one()
    assert found.upper_id == upper.community
    duty = Duty(organisation=bureau.id, duty="更换路灯", due_on=on(45))
    await escalating.assign(upper, found.id, duty, at=later(31))
    await found.refresh_from_db()
    assert (found.state, found.organisation_id, found.due_on) == ("assigned", bureau.id, on(45))
    matter = await Matter.get(id=found.matter_id)
    assert (matter.step, matter.organisation_id) == (Step.DELIVER, bureau.id)
    task = await Task.get(matter_id=matter.id)
    assert (task.origin, task.title, task.community_id) == (
        "escalation",
        "更换路灯",
        stage.community,
    )
    assert (await Demand.get(id=demand.id)).state == "taken_up"
    assert {"escalation.assigned", "task.set"} <= set(await names_of(stage))
    assert upper.community is not None
    assert "escalation.assigned" not in [
        one.event.NAME for one in await journal.entries(upper.community)
    ]
    liaison = await liaison_of(upper, bureau.id, "bureau")
    await tasks.report(liaison, task.id, "已经勘察", at=later(32))


async def test_assigning_needs_a_day_to_come_and_a_department_that_is_there(
    stage: Stage,
) -> None:
    upper = await subdistrict(stage)
    bureau = await department(upper)
    await offered(stage)
    await tick(later(30))
    found = await open_one()
    past = Duty(organisation=bureau.id, duty="更换路灯", due_on=on(30))
    with pytest.raises(Refusal) as refusal:
        await escalating.assign(upper, found.id, past, at=later(31))
    assert refusal.value.code is Code.DEADLINE_IN_THE_PAST
    await leaving.leave(upper, bureau.id, "机构改革", at=later(31))
    gone = Duty(organisation=bureau.id, duty="更换路灯", due_on=on(60))
    with pytest.raises(Refusal) as refusal:
        await escalating.assign(upper, found.id, gone, at=later(31))
    assert refusal.value.code is Code.ORGANISATION_LEFT
    assert await Matter.all().count() == 0


async def other_subdistrict(upper: Actor, stage: Stage) -> Actor:
    """Under the same city: 示例二街道."""
    city = Founding(
        name="示例市",
        level="city",
        facilitator="市演示",
        login="shi",
        password=PASSWORD,
        day_rule=None,
    )
    await found_above(upper, city, at=NOW)
    return await the_actor("shi")


async def test_what_is_escalated_to_one_is_not_there_for_another(stage: Stage) -> None:
    upper = await subdistrict(stage)
    stranger = await other_subdistrict(upper, stage)
    bureau = await department(stranger, "演示市局")
    await offered(stage)
    await tick(later(30))
    found = await open_one()
    duty = Duty(organisation=bureau.id, duty="更换路灯", due_on=on(60))
    for who, code in ((stranger, Code.NOT_FOUND), (stage.chair, Code.NOT_FOUND)):
        for act in (
            escalating.assign(who, found.id, duty, at=later(31)),
            reviewing.send_back(who, found.id, "不归我们", at=later(31)),
            reviewing.review(who, found.id, Finding.LATE, "晚了", at=later(31)),
        ):
            with pytest.raises(Refusal) as refusal:
                await act
            assert refusal.value.code is code
    with pytest.raises(Refusal) as refusal:
        await escalating.assign(upper, found.id, duty, at=later(31))
    assert refusal.value.code is Code.NOT_FOUND


async def test_what_is_overdue_is_given_to_a_department_instead(stage: Stage) -> None:
    upper = await subdistrict(stage)
    bureau = await department(upper)
    _demand, claim = await claimed(stage, days=10)
    await tick(later(17))
    assert await Escalation.all().count() == 0
    await tick(later(18))
    found = await open_one()
    assert (found.cause, found.matter_id) == ("overdue", claim.matter_id)
    duty = Duty(organisation=bureau.id, duty="接着办完", due_on=on(40))
    await escalating.assign(upper, found.id, duty, at=later(19))
    await claim.refresh_from_db()
    assert claim.state == "released"
    assert "演示城管科" in claim.reason
    states = await Task.all().order_by("set_at").values_list("origin", "state")
    assert states == [("claim", "released"), ("escalation", "open")]
    await tick(later(60))
    assert await Escalation.all().count() == 1


async def test_reviews_are_told_and_it_is_done_with_its_matter(stage: Stage) -> None:
    upper = await subdistrict(stage)
    bureau = await department(upper)
    await offered(stage)
    await tick(later(30))
    found = await open_one()
    with pytest.raises(Refusal) as refusal:
        await reviewing.review(upper, found.id, Finding.ON_TRACK, "刚开始", at=later(31))
    assert refusal.value.code is Code.ESCALATION_NOT_ASSIGNED
    duty = Duty(organisation=bureau.id, duty="更换路灯", due_on=on(60))
    await escalating.assign(upper, found.id, duty, at=later(31))
    await reviewing.review(upper, found.id, Finding.AT_RISK, "缺材料", at=later(40))
    assert await Review.all().values_list("state", "words") == [("at_risk", "缺材料")]
    await found.refresh_from_db()
    assert found.matter_id is not None
    await finished(stage, found.matter_id, at=later(50))
    await tick(later(51))
    assert (await open_one()).id == found.id
    await tick(later(90))
    await found.refresh_from_db()
    assert (found.state, (await Matter.get(id=found.matter_id)).state) == ("done", "closed")


async def test_what_is_sent_back_comes_up_again_only_after_its_days(stage: Stage) -> None:
    await offered(stage)
    await tick(later(30))
    found = await open_one()
    with pytest.raises(Refusal) as refusal:
        await reviewing.send_back(stage.chair, found.id, "", at=later(31))
    assert refusal.value.code is Code.REASON_REQUIRED
    await reviewing.send_back(stage.chair, found.id, "请再找共建单位", at=later(31))
    await tick(later(32))
    await tick(later(60))
    assert await Escalation.all().count() == 1
    await tick(later(61))
    assert await Escalation.all().count() == 2


async def test_what_was_assigned_and_sent_back_is_offered_again(stage: Stage) -> None:
    upper = await subdistrict(stage)
    bureau = await department(upper)
    demand = await offered(stage)
    await tick(later(30))
    found = await open_one()
    duty = Duty(organisation=bureau.id, duty="更换路灯", due_on=on(60))
    await escalating.assign(upper, found.id, duty, at=later(31))
    await reviewing.send_back(upper, found.id, "不属于本级职责", at=later(40))
    await demand.refresh_from_db()
    assert (demand.state, demand.offered_on) == ("listed", on(40))
    assert await Task.filter(state="open").count() == 0


async def test_a_department_that_leaves_gives_back_what_it_has_below(stage: Stage) -> None:
    upper = await subdistrict(stage)
    bureau = await department(upper)
    demand = await offered(stage)
    await tick(later(30))
    found = await open_one()
    duty = Duty(organisation=bureau.id, duty="更换路灯", due_on=on(60))
    await escalating.assign(upper, found.id, duty, at=later(31))
    await leaving.leave(upper, bureau.id, "机构改革", at=later(40))
    await found.refresh_from_db()
    assert (found.state, found.organisation_id) == ("listed", None)
    assert (await Demand.get(id=demand.id)).state == "listed"
    other = await department(upper, "演示住建科")
    again = Duty(organisation=other.id, duty="更换路灯", due_on=on(80))
    await escalating.assign(upper, found.id, again, at=later(41))
    assert await Matter.all().count() == 1
    assert (await Task.get(state="open")).organisation_id == other.id
