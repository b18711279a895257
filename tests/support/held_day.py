"""演示: a community, a noticed meeting of one matter, and the meeting walked through."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from deliberation.agendas import conduct
from deliberation.agendas.editing import Edit, edit_item
from deliberation.agendas.publishing import publish_notice
from deliberation.agendas.service import add_demand, items_of
from deliberation.auth.service import actor_of
from deliberation.demands.service import Raising, raise_demand
from deliberation.meetings import attending, speaking
from deliberation.meetings import service as meetings
from deliberation.meetings.models import DeliberationDay
from deliberation.people.roles import Actor, Role
from tests.flows.community import found_community, settle_households, token_of_facilitator
from tests.support.community import the_community

KEY = b"k" * 40
BEFORE = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
ON_THE_DAY = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A meeting whose agenda holds one demand."""

    community: UUID
    chair: Actor
    resident: Actor
    day: UUID
    meeting: UUID


async def planned(*, at: datetime = BEFORE) -> Planned:
    """示例社区 with two households and a meeting on the 20th, not noticed yet."""
    await found_community(at)
    chair = await actor_of(await token_of_facilitator(at), at=at)
    community = await the_community()
    residents = await settle_households(community.id, 2, key=KEY, at=at)
    resident = Actor(
        person=residents[0].person,
        community=community.id,
        household=residents[0].household,
        name="演示住户1",
        roles=frozenset({Role.REPRESENTATIVE}),
    )
    day = await DeliberationDay.get(held_on=date(2026, 11, 20))
    meeting = await meetings.plan_meeting(chair, day.id, title="11月议事日", at=at)
    demand = await raise_demand(chair, Raising(title="演示路灯不亮"), at=at)
    await add_demand(chair, meeting.id, demand.id, at=at)
    (item,) = await items_of(meeting.id)
    await edit_item(chair, meeting.id, item.id, Edit(reporter="演示报告人"), at=at)
    return Planned(
        community=community.id, chair=chair, resident=resident, day=day.id, meeting=meeting.id
    )


async def noticed(*, at: datetime = BEFORE) -> Planned:
    made = await planned(at=at)
    await publish_notice(made.chair, made.meeting, at=at)
    return made


async def adjourned() -> Planned:
    """The meeting is over: one matter was discussed, and one resident spoke."""
    made = await noticed()
    chair, meeting, at = made.chair, made.meeting, ON_THE_DAY
    await attending.sign_in(made.resident, meeting, channel="hall", at=at)
    await meetings.convene(chair, meeting, at=at)
    await conduct.open_item(chair, meeting, at=at)
    await speaking.ask(made.resident, meeting, "for", channel="hall", at=at)
    await speaking.recognise(chair, meeting, at=at)
    at += timedelta(minutes=2)
    await speaking.finish(chair, meeting, at=at)
    await conduct.close_item(chair, meeting, at=at)
    await conduct.adjourn(chair, meeting, at=at)
    return made
