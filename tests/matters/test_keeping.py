"""A matter keeps the way it began with, and what holds it up holds up the meeting's acts too."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace

from deliberation import journal
from deliberation.agendas import conduct
from deliberation.demands.models import Demand
from deliberation.errors import Code, Refusal
from deliberation.journal import events as e
from deliberation.matters.models import Matter, Resolution
from deliberation.matters.moving import facts_of, workflow_of
from deliberation.matters.service import Given, Known, act_on, record_resolution
from deliberation.matters.stages import SHIPPED
from deliberation.matters.steps import Act, Step
from deliberation.matters.workflows import KIND
from deliberation.meetings import attending
from deliberation.meetings import service as meetings
from deliberation.meetings.models import DeliberationDay
from deliberation.rulesets import service as rulesets
from tests.matters.delivering import AT, Place, brought, opened, settled
from tests.support.held_day import ON_THE_DAY, noticed

pytestmark = pytest.mark.anyio

SLOW = replace(
    SHIPPED,
    stages=tuple(
        replace(stage, wait_days=7) if stage.step in (Step.RAISE, Step.DECIDE) else stage
        for stage in SHIPPED.stages
    ),
)


async def adopt(place: Place) -> None:
    await rulesets.adopt(place.community, KIND, SLOW.to_json(), at=AT)


async def test_a_way_that_is_changed_meanwhile_counts_for_what_begins_after(store: str) -> None:
    place = await settled()
    before = await opened(place, await brought(place))
    await adopt(place)
    after = await opened(place, await brought(place, "演示另一件"))
    versions = [(await workflow_of(one)).version for one in (before, after)]
    assert versions == [0, 1]
    await act_on(place.chair, before.id, Act.ACCEPT, Given(), at=AT)
    with pytest.raises(Refusal) as refusal:
        await act_on(place.chair, after.id, Act.ACCEPT, Given(), at=AT + timedelta(days=6))
    assert refusal.value.code is Code.MATTER_ACT_NOT_AVAILABLE
    await act_on(place.chair, after.id, Act.ACCEPT, Given(), at=AT + timedelta(days=7))
    assert {row.step for row in await Matter.all()} == {"discuss"}


async def test_what_is_adopted_while_days_still_run_waits_and_is_adopted_after_them(
    store: str,
) -> None:
    place = await settled()
    await adopt(place)
    matter = await opened(place, await brought(place))
    at = AT + timedelta(days=7)
    known = Known(was_discussed=True, has_wording=True)
    for act in (Act.ACCEPT, Act.PUT_TO_DECISION):
        await act_on(place.chair, matter.id, act, Given(), known=known, at=at)
    await decide(place, matter, await a_meeting(place))
    row = await Matter.get(id=matter.id)
    assert row.step == "decide"
    assert await Resolution.filter(matter_id=matter.id).count() == 1
    facts = await facts_of(row, at=at + timedelta(days=7))
    assert facts.is_decided
    await act_on(place.chair, matter.id, Act.ADOPT, Given(), at=at + timedelta(days=7))
    assert (await Matter.get(id=matter.id)).step == "deliver"


async def a_meeting(place: Place) -> UUID:
    day = await DeliberationDay.filter(community_id=place.community).order_by("held_on").first()
    assert day is not None
    return (await meetings.plan_meeting(place.chair, day.id, title="演示", at=AT)).id


@journal.shielded
async def decide(place: Place, matter: Matter, meeting: UUID) -> None:
    at = AT + timedelta(days=8)
    async with journal.record(place.community, actor=None, at=at) as entry:
        await record_resolution(
            entry,
            matter=matter.id,
            meeting=meeting,
            item=uuid4(),
            ballot=uuid4(),
            wording="演示：换灯",
            outcome="adopted",
        )


async def test_what_a_meeting_does_not_reach_is_carried_over_and_counted(store: str) -> None:
    made = await noticed()
    matter = await Matter.get()
    await attending.sign_in(made.resident, made.meeting, channel="hall", at=ON_THE_DAY)
    await meetings.convene(made.chair, made.meeting, at=ON_THE_DAY)
    await conduct.adjourn(made.chair, made.meeting, at=ON_THE_DAY)
    assert (await Matter.get(id=matter.id)).carried_over == 1
    assert (await Demand.get()).carried_over == 1
    told = [h.event for h in await journal.story([f"matter:{matter.id}"])]
    assert [one.times for one in told if isinstance(one, e.MatterCarriedOver)] == [1]
