"""An item at the first step: the chair accepts the matter in the meeting."""

from datetime import timedelta
from pathlib import Path

from deliberation.agendas import conduct
from deliberation.agendas.editing import Edit, edit_item
from deliberation.agendas.publishing import publish_notice
from deliberation.agendas.service import items_of, propose_agenda
from deliberation.auth.service import actor_of
from deliberation.demands.service import Raising, raise_demand
from deliberation.journal import story
from deliberation.journal.events import MatterStepped
from deliberation.matters.models import Matter
from deliberation.matters.service import Given, act_on
from deliberation.matters.steps import Act, Step
from deliberation.meetings import service as meetings
from deliberation.meetings.models import DeliberationDay
from tests.flows.community import found_community, settle_households, token_of_facilitator
from tests.flows.hall import BEFORE, KEY, ON_THE_DAY
from tests.support.community import the_community


async def test_a_matter_that_was_raised_is_accepted_in_the_meeting(
    store: str, tmp_path: Path
) -> None:
    await found_community(BEFORE)
    community = await the_community()
    await settle_households(community.id, 3, key=KEY.encode(), at=BEFORE)
    chair = await actor_of(await token_of_facilitator(BEFORE), at=BEFORE)
    await raise_demand(chair, Raising(title="演示需求"), at=BEFORE)
    day = await DeliberationDay.get(held_on=ON_THE_DAY.date())
    meeting = await meetings.plan_meeting(chair, day.id, title="议事日", at=BEFORE)
    await propose_agenda(chair, meeting.id, at=BEFORE)
    (item,) = await items_of(meeting.id)
    await edit_item(chair, meeting.id, item.id, Edit(step=Step.RAISE), at=BEFORE)
    await publish_notice(chair, meeting.id, at=BEFORE)
    matter = await Matter.all().first()
    assert matter is not None
    assert matter.step == Step.RAISE

    at = ON_THE_DAY + timedelta(minutes=1)
    await meetings.convene(chair, meeting.id, at=at)
    await conduct.open_item(chair, meeting.id, at=at)
    await act_on(chair, matter.id, Act.ACCEPT, Given(), stream=meeting.id, at=at)
    assert (await Matter.get(id=matter.id)).step == Step.DISCUSS
    told = [h.event for h in await story([f"matter:{matter.id}"])]
    assert isinstance(told[-1], MatterStepped)
    assert told[-1].act == "accept"
