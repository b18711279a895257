"""Who does what with a matter is said by its way; what others write more for is done there."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from deliberation.claims.ticking import tick
from deliberation.demands.models import Demand
from deliberation.errors import Code, Refusal
from deliberation.matters import tasks
from deliberation.matters.models import Matter, Resolution, Task
from deliberation.matters.moving import facts_of
from deliberation.matters.redrawing import add_part, set_mover
from deliberation.matters.service import Given, Known, act_on, report_progress
from deliberation.matters.stages import SHIPPED, Workflow
from deliberation.matters.steps import Act, Condition, Mover, Step
from deliberation.matters.workflow import available, mover_of
from deliberation.matters.workflows import KIND
from deliberation.people.models import Organisation
from deliberation.rulesets import service as rulesets
from tests.matters.delivering import (
    AT,
    Place,
    brought,
    given,
    liaison_of,
    opened,
    settled,
    under_way,
)
from tests.matters.test_keeping import a_meeting, adopt, decide

pytestmark = pytest.mark.anyio


async def goes_by(place: Place, workflow: Workflow) -> None:
    await rulesets.adopt(place.community, KIND, workflow.to_json(), at=AT)


def place_of(act: Act, step: Step) -> int:
    return next(
        n for n, way in enumerate(SHIPPED.ways) if way.act is act and way.leaves == step.value
    )


async def refusal_of(act: object) -> Code:
    with pytest.raises(Refusal) as refusal:
        await act  # type: ignore[misc]  # whatever act is tried
    return refusal.value.code


async def test_what_is_left_to_staff_no_liaison_does(store: str) -> None:
    place = await settled()
    await goes_by(place, set_mover(SHIPPED, place_of(Act.REPORT_DONE, Step.DELIVER), Mover.STAFF))
    matter, task = await under_way(place)
    await tasks.finish(place.liaison, task.id, "演示", at=AT)
    assert (await Matter.get(id=matter.id)).step == "deliver"
    theirs = act_on(place.liaison, matter.id, Act.REPORT_DONE, Given(), at=AT)
    assert await refusal_of(theirs) is Code.NOT_PERMITTED
    await act_on(place.chair, matter.id, Act.REPORT_DONE, Given(), at=AT)
    assert (await Matter.get(id=matter.id)).step == "evaluate"


async def test_a_liaison_does_what_is_left_to_who_carries_it_out_and_nobody_elses(
    store: str,
) -> None:
    place = await settled()
    other = await Organisation.create(community_id=place.community, name="演示学校")
    stranger = liaison_of(place.community, other.id)
    matter, _task = await under_way(place)
    for act in (Act.RELEASE, Act.ABANDON, Act.ASSIGN):
        theirs = act_on(place.liaison, matter.id, act, Given(reason="演示"), at=AT)
        assert await refusal_of(theirs) is Code.NOT_PERMITTED
    words = report_progress(stranger, matter.id, "演示", at=AT)
    assert await refusal_of(words) is Code.NOT_PERMITTED
    await report_progress(place.liaison, matter.id, "演示", at=AT)


async def test_what_goes_with_a_list_or_with_marks_is_not_done_here(store: str) -> None:
    place = await settled()
    matter, _task = await under_way(place)
    for act in (Act.ESCALATE, Act.RETURN, Act.RATE):
        bare = act_on(place.chair, matter.id, act, Given(reason="演示"), at=AT)
        assert await refusal_of(bare) is Code.NOT_PERMITTED


async def test_no_task_stays_open_in_what_was_reported_done(store: str) -> None:
    place = await settled()
    waived = [
        replace(way, conditions=(Condition.IS_ASSIGNED,)) if way.act is Act.REPORT_DONE else way
        for way in SHIPPED.ways
    ]
    await goes_by(place, replace(SHIPPED, ways=tuple(waived)))
    matter, _task = await under_way(place)
    await given(place, matter, title="演示清场")
    await act_on(place.chair, matter.id, Act.REPORT_DONE, Given(), at=AT)
    assert {row.state for row in await Task.all()} == {"done"}


async def test_a_demand_that_went_elsewhere_is_not_taken_along(store: str) -> None:
    place = await settled()
    demand = await brought(place)
    matter = await opened(place, demand)
    await given(place, matter)
    await act_on(place.chair, matter.id, Act.RELEASE, Given(reason="演示"), at=AT)
    await Demand.filter(id=demand.id).update(state="declined", route="declined", settled_at=AT)
    row = await Matter.get(id=matter.id)
    assert Act.ACCEPT not in available(await facts_of(row, at=AT))
    await act_on(place.chair, matter.id, Act.ABANDON, Given(reason="演示别的理由"), at=AT)
    assert (await Demand.get(id=demand.id)).answer == ""


async def test_what_had_to_wait_goes_on_by_itself_when_its_days_are_over(store: str) -> None:
    place = await settled()
    await adopt(place)
    matter = await opened(place, await brought(place))
    known = Known(was_discussed=True, has_wording=True)
    at = AT + timedelta(days=7)
    for act in (Act.ACCEPT, Act.PUT_TO_DECISION):
        await act_on(place.chair, matter.id, act, Given(), known=known, at=at)
    await decide(place, matter, await a_meeting(place))
    await tick(at + timedelta(days=6))
    assert (await Matter.get(id=matter.id)).step == "decide"
    await tick(at + timedelta(days=7))
    assert (await Matter.get(id=matter.id)).step == "deliver"


async def test_what_others_know_of_a_matter_is_asked_for_and_ways_switched_off_are_not_gone(
    store: str,
) -> None:
    place = await settled()
    drawn = add_part(SHIPPED, Step.DISCUSS, name="演示公示", by=Mover.SERVICE)
    into = next(
        n for n, way in enumerate(drawn.ways) if way.act is Act.ADVANCE and way.by is Mover.SERVICE
    )
    ways = list(drawn.ways)
    ways[into] = replace(ways[into], conditions=(Condition.WAS_DISCUSSED,))
    await goes_by(place, replace(drawn, ways=tuple(ways)))
    matter = await opened(place, await brought(place))
    await act_on(place.chair, matter.id, Act.ACCEPT, Given(), at=AT)

    async def knows(_matter: Matter) -> Known:
        return Known(was_discussed=True)

    await tick(AT)
    assert (await Matter.get(id=matter.id)).stage == ""
    await tick(AT, knows=knows)
    assert (await Matter.get(id=matter.id)).stage == "discuss_b"

    ways[into] = replace(ways[into], is_off=True)
    await goes_by(place, replace(drawn, ways=tuple(ways)))
    second = await opened(place, await brought(place, "演示另一件"))
    await act_on(place.chair, second.id, Act.ACCEPT, Given(), at=AT)
    await tick(AT, knows=knows)
    row = await Matter.get(id=second.id)
    assert row.stage == ""
    assert mover_of(await facts_of(row, at=AT), Act.ADVANCE) is None


async def test_an_evaluation_in_parts_is_closed_from_the_last_of_them(store: str) -> None:
    place = await settled()
    drawn = add_part(SHIPPED, Step.EVALUATE, name="演示验收", by=Mover.SERVICE)
    await goes_by(place, drawn)
    matter, task = await under_way(place)
    await tasks.finish(place.liaison, task.id, "演示", at=AT)
    await tick(AT + timedelta(days=40))
    await tick(AT + timedelta(days=40, minutes=1))
    row = await Matter.get(id=matter.id)
    assert (row.step, row.stage, row.state) == ("evaluate", "evaluate_b", "closed")


async def test_a_clock_that_went_back_loses_no_decision(store: str) -> None:
    place = await settled()
    matter = await opened(place, await brought(place))
    known = Known(was_discussed=True, has_wording=True)
    at = AT + timedelta(days=9)
    for act in (Act.ACCEPT, Act.PUT_TO_DECISION):
        await act_on(place.chair, matter.id, act, Given(), known=known, at=at)
    await decide(place, matter, await a_meeting(place))  # a day before, by the clock
    assert (await Matter.get(id=matter.id)).step == "deliver"
    assert (await Resolution.get(matter_id=matter.id)).decided_at == at
