"""Agendas of several meetings, drawn from one list."""

import asyncio
from datetime import date
from uuid import UUID

import pytest

from deliberation.agendas.publishing import publish_notice
from deliberation.agendas.service import (
    add_demand,
    add_matter,
    elsewhere,
    items_of,
    propose_agenda,
)
from deliberation.demands.service import Raising, raise_demand
from deliberation.errors import Code, Refusal
from deliberation.matters.models import Matter
from deliberation.meetings import service as meetings
from deliberation.meetings.models import DeliberationDay
from deliberation.meetings.service import require_meeting
from tests.support.held_day import BEFORE, Planned, adjourned, planned

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("store")]


async def another_meeting(made: Planned) -> UUID:
    day = await DeliberationDay.get(held_on=date(2026, 12, 20))
    return (await meetings.plan_meeting(made.chair, day.id, title="12月议事日", at=BEFORE)).id


async def test_what_stands_on_a_coming_agenda_is_not_put_on_another() -> None:
    made = await planned()
    (item,) = await items_of(made.meeting)
    assert item.demand_id is not None
    december = await another_meeting(made)
    with pytest.raises(Refusal) as refused:
        await add_demand(made.chair, december, item.demand_id, at=BEFORE)
    assert refused.value.code is Code.AGENDA_ELSEWHERE
    assert refused.value.facts["meeting"] == "11月议事日"
    assert not await propose_agenda(made.chair, december, at=BEFORE)


async def test_two_facilitators_who_take_the_same_demand_at_once_do_not_both_get_it() -> None:
    made = await planned()
    december = await another_meeting(made)
    demand = await raise_demand(made.chair, Raising(title="演示扶手松动"), at=BEFORE)
    answers = await asyncio.gather(
        *(add_demand(made.chair, m, demand.id, at=BEFORE) for m in (made.meeting, december)),
        return_exceptions=True,
    )
    refusals = [answer for answer in answers if isinstance(answer, Refusal)]
    assert [refusal.code for refusal in refusals] == [Code.AGENDA_ELSEWHERE]
    held = [i for m in (made.meeting, december) for i in await items_of(m)]
    assert [item.demand_id for item in held].count(demand.id) == 1


async def test_two_proposals_at_once_share_the_list_between_them() -> None:
    made = await planned()
    december = await another_meeting(made)
    for number in range(8):
        await raise_demand(made.chair, Raising(title=f"演示事项{number}"), at=BEFORE)
    await asyncio.gather(
        *(propose_agenda(made.chair, m, at=BEFORE) for m in (made.meeting, december))
    )
    held = [i.demand_id for m in (made.meeting, december) for i in await items_of(m)]
    assert len(held) == len(set(held)) == 9


async def test_what_stands_on_another_agenda_is_no_reason_to_give_reasons() -> None:
    made = await planned()
    december = await another_meeting(made)
    later = await raise_demand(made.chair, Raising(title="演示扶手松动"), at=BEFORE)
    await add_demand(made.chair, december, later.id, at=BEFORE)
    (item,) = await items_of(december)
    assert not item.override_reason
    (known,) = await elsewhere(await require_meeting(december))
    assert (known.title, known.meeting.title) == ("演示路灯不亮", "11月议事日")


async def test_two_notices_at_once_number_their_matters_apart() -> None:
    made = await planned()
    december = await another_meeting(made)
    for number in range(4):
        await raise_demand(made.chair, Raising(title=f"演示事项{number}"), at=BEFORE)
    await propose_agenda(made.chair, december, at=BEFORE)
    await asyncio.gather(
        *(publish_notice(made.chair, m, at=BEFORE) for m in (made.meeting, december))
    )
    assert sorted(m.number for m in await Matter.all()) == [f"2026-{n:03}" for n in range(1, 6)]


async def test_a_matter_left_over_goes_to_one_coming_meeting_only() -> None:
    made = await adjourned()
    matter = await Matter.get()
    december = await another_meeting(made)
    await add_matter(made.chair, december, matter.id, at=BEFORE)
    january = await DeliberationDay.get(held_on=date(2027, 1, 20))
    later = await meetings.plan_meeting(made.chair, january.id, title="1月议事日", at=BEFORE)
    with pytest.raises(Refusal) as refused:
        await add_matter(made.chair, later.id, matter.id, at=BEFORE)
    assert refused.value.code is Code.AGENDA_ELSEWHERE
