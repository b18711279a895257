"""Loading the made-up community through the services, up to the notice of today's meeting.

What lies before today is made up with its times: the founding, last month's meeting with its
votes and minutes, and the notice eight days ago. The community and its rule say so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from deliberation import journal
from deliberation.agendas.editing import Edit, edit_item
from deliberation.agendas.publishing import publish_notice
from deliberation.agendas.service import items_of, propose_agenda
from deliberation.auth.tokens import setup_token
from deliberation.demands import intaking
from deliberation.demonstration import invented
from deliberation.demonstration.last_month import hold_last_meeting
from deliberation.founding.service import Founding, found
from deliberation.journal.events import PeopleImported
from deliberation.matters.steps import Step
from deliberation.meetings import service as meetings
from deliberation.meetings.models import DeliberationDay, Meeting
from deliberation.people.cards import code_of, new_cards
from deliberation.people.models import Card, Community, Household, Person, Place, Unit
from deliberation.people.roles import Actor, Role

LOGIN = "yanshi"
ZONE = "Asia/Shanghai"
FOUNDED_BEFORE = timedelta(days=60)
NOTICED_BEFORE = timedelta(days=8)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoResident:
    """A household's representative, with the code on their card."""

    person: UUID
    household: UUID
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoFacts:
    """How to get in: the facilitator's account, today's meeting, and the residents' cards."""

    login: str
    password: str
    facilitator: Actor
    meeting: UUID
    residents: Sequence[DemoResident]


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
    residents = await _settle(community, key, founded)
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


@journal.shielded
async def _settle(community: Community, key: bytes, at: datetime) -> Sequence[DemoResident]:
    """All homes in one unit of work, each with a representative who has a card."""
    paths = await Place.filter(community_id=community.id).values_list("path", "id")
    places = {str(path): place for path, place in paths}
    units, households, people = [], [], []
    for home in invented.homes():
        path = " / ".join(home.place)
        unit = Unit(
            id=uuid4(),
            community_id=community.id,
            place_id=places[path],
            place_path=path,
            label=home.label,
            area_hundredths=home.area_hundredths,
        )
        household = Household(id=uuid4(), community_id=community.id, unit_id=unit.id)
        person = Person(
            id=uuid4(), community_id=community.id, household_id=household.id, name=home.name
        )
        household.representative_id = person.id
        units.append(unit)
        households.append(household)
        people.append(person)
    cards = new_cards(key, [person.id for person in people], set(), at)
    async with journal.record(community.id, actor=None, at=at) as entry:
        await Unit.bulk_create(units)
        await Household.bulk_create(households)
        await Person.bulk_create(people)
        await Card.bulk_create(cards)
        taken = PeopleImported(intake=uuid4(), added=len(households), changed=0, unchanged=0)
        entry.tell(taken)
    return [
        DemoResident(
            person=card.person_id, household=home.id, code=code_of(key, card.id, card.serial)
        )
        for card, home in zip(cards, households, strict=True)
    ]


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
