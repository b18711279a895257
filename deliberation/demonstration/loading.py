"""Loading the made-up community through the services, up to the notice of today's meeting.

What lies before today is made up with its times: the founding, last month's meeting with its
votes and minutes, and the notice eight days ago. The community and its rule say so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from deliberation.agendas.editing import Edit, edit_item
from deliberation.agendas.publishing import publish_notice
from deliberation.agendas.service import items_of, propose_agenda
from deliberation.auth.tokens import setup_token
from deliberation.demands import intaking
from deliberation.demonstration import invented
from deliberation.demonstration.last_month import hold_last_meeting
from deliberation.demonstration.settling import Resident, settle
from deliberation.founding.service import Founding, found
from deliberation.matters.steps import Step
from deliberation.meetings import service as meetings
from deliberation.meetings.models import DeliberationDay, Meeting
from deliberation.people.models import Community
from deliberation.people.roles import Actor, Role

LOGIN = "yanshi"
ZONE = "Asia/Shanghai"
FOUNDED_BEFORE = timedelta(days=60)
NOTICED_BEFORE = timedelta(days=8)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoFacts:
    """How to get in: the facilitator's account, today's meeting, and the residents' cards."""

    login: str
    password: str
    facilitator: Actor
    meeting: UUID
    residents: Sequence[Resident]


async def load_demonstration(*, key: bytes, at: datetime) -> DemoFacts:
    """Fill an empty, open store; the meeting begins at `at`. Raises SETUP_DONE on any other.

    The facilitator's password is the set-up token: only who sees the console knows it.
    """
    facts = Founding(
        name="示例社区（演示）",
        facilitator="演示主持人",
        login=LOGIN,
        password=setup_token(key),
        day_rule=invented.day_rule(*_today(at)),
        zone=ZONE,
        places=invented.places(),
        is_demonstration=True,
        rule=invented.RULE,
    )
    founded = at - FOUNDED_BEFORE
    community, person = await found(facts, at=founded)
    chair = Actor(
        person=person,
        community=community.id,
        name=facts.facilitator,
        roles=frozenset({Role.FACILITATOR, Role.ADMINISTRATOR}),
    )
    residents = await settle(community, key, founded)
    await _list_demands(chair, community, founded)
    people = [(resident.person, resident.household) for resident in residents]
    days = await DeliberationDay.filter(held_on__lte=_today(at)[0]).order_by("held_on")
    await hold_last_meeting(chair, days[-2], people)
    meeting = await _call_meeting(chair, days[-1].id, at)
    return DemoFacts(
        login=LOGIN,
        password=facts.password,
        facilitator=chair,
        meeting=meeting,
        residents=residents,
    )


def _today(at: datetime) -> tuple[date, str]:
    """The local date and time of day."""
    local = at.astimezone(ZoneInfo(ZONE))
    return local.date(), f"{local:%H:%M}"


async def _list_demands(chair: Actor, community: Community, at: datetime) -> None:
    on = at.astimezone(ZoneInfo(community.zone)).date()
    file = invented.demand_file(on)
    intake = await intaking.stage(chair, file, "演示需求清单.csv", at=at)
    await intaking.confirm(chair, intake, at=at)


async def _call_meeting(chair: Actor, day: UUID, at: datetime) -> UUID:
    """Today's meeting, noticed in time: the first item is to be decided, the others discussed."""
    noticed = at - NOTICED_BEFORE
    meeting: Meeting = await meetings.plan_meeting(chair, day, title="演示议事会", at=noticed)
    await propose_agenda(chair, meeting.id, at=noticed)
    for item in await items_of(meeting.id):
        decides = item.position == 1
        edit = Edit(
            reporter="演示报告人",
            step=Step.DECIDE if decides else None,
            wording=wording_for(item.title) if decides else None,
        )
        await edit_item(chair, meeting.id, item.id, edit, at=noticed)
    await publish_notice(chair, meeting.id, at=noticed)
    return meeting.id


def wording_for(title: str) -> str:
    return f"同意“{title}”（演示）：两周内公示方案和预算，公示七天后动工，三个月内完成。"
