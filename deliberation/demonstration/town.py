"""The made-up community of a year: who lives there, who carries things out, where people meet."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from deliberation.auth.staff import Appointment, appoint
from deliberation.auth.tokens import setup_token
from deliberation.demonstration import invented
from deliberation.demonstration.settling import Resident, settle
from deliberation.founding.service import Founding, found, found_above
from deliberation.gatherings import agreements, bodies, venues
from deliberation.gatherings.models import Venue
from deliberation.gatherings.rules import Term
from deliberation.meetings.days import DayRule, MonthlyDate
from deliberation.people import organisations
from deliberation.people.models import Body, Community, Person
from deliberation.people.organisations import Joining
from deliberation.people.roles import Actor, Role

ZONE = "Asia/Shanghai"
LOGIN = "yanshi"
UPPER_LOGIN = "yanshi-jiedao"
DAY_OF_MONTH = 18

PARTNERS: Sequence[tuple[str, str, str]] = (
    ("演示物业公司", "property", "楼道、门禁、绿化和日常维修"),
    ("演示卫生服务站", "partner", "健康检测和上门服务"),
    ("演示中学", "partner", "晚间和周末开放场地"),
    ("演示邮政网点", "partner", "信报箱和代办"),
    ("演示助老社", "social", "助餐、探访和手机课堂"),
    ("演示儿童之家", "social", "托管、阅读和手工"),
    ("演示便民商户", "associate", "桌椅和活动用品"),
)
"""Name, kind and duties. None of them exists."""
LEAVER = "演示邮政网点"
"""Leaves in the ninth month, and gives back what it had promised."""
DEPARTMENTS: Sequence[tuple[str, str, str]] = (
    ("演示市政所", "department", "道路、井盖和路灯"),
    ("演示城管中队", "department", "占道、堆物和广告"),
    ("演示消防站", "department", "消防设施和充电安全"),
)

VENUES: Sequence[tuple[str, str, int]] = (
    ("演示党群服务站", "station", 60),
    ("演示凉亭小院", "courtyard", 30),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """An organisation, with the liaison who speaks for it."""

    organisation: UUID
    name: str
    actor: Actor


@dataclass(slots=True, kw_only=True)
class Town:
    """Everybody who acts in the year. `chance` is the one source of what is left open."""

    community: Community
    upper: Community
    chair: Actor
    overseer: Actor
    residents: Sequence[Resident]
    chance: random.Random
    partners: list[Speaker] = field(default_factory=list)
    departments: list[Speaker] = field(default_factory=list)
    body: UUID | None = None
    venue: UUID | None = None

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.community.zone)

    def at(self, day: datetime, hour: int, minute: int = 0) -> datetime:
        """That hour of the local day."""
        local = day.astimezone(self.zone).date()
        return datetime.combine(local, time(hour, minute), self.zone)

    def speaker(self, organisation: UUID) -> Speaker | None:
        """None for one that has left or is not of the demonstration."""
        everybody = (*self.partners, *self.departments)
        return next((s for s in everybody if s.organisation == organisation), None)


async def build_town(*, key: bytes, at: datetime, homes: int) -> Town:
    """Found it with everything that it begins its year with."""
    password = setup_token(key)
    founding = Founding(
        name="示例社区（演示）",
        facilitator="演示主持人",
        login=LOGIN,
        password=password,
        day_rule=DayRule(
            on=MonthlyDate(day=DAY_OF_MONTH),
            starts="19:00",
            minutes=invented.RULE.day_minutes,
            venue="演示议事厅",
        ),
        zone=ZONE,
        places=invented.places(),
        is_demonstration=True,
        rule=invented.RULE,
    )
    community, person = await found(founding, at=at)
    chair = _staff(community, person, founding.facilitator)
    upper, overseer = await _subdistrict(chair, password, at)
    community = await Community.get(id=community.id)
    town = Town(
        community=community,
        upper=upper,
        chair=chair,
        overseer=overseer,
        residents=await settle(community, key, at, homes),
        chance=random.Random(invented.SEED),  # noqa: S311  nothing secret: the same year each time
    )
    town.partners = await _speakers(chair, PARTNERS, password, at)
    town.departments = await _speakers(overseer, DEPARTMENTS, password, at)
    await _gather(town, key, at)
    return town


def _staff(community: Community, person: UUID, name: str) -> Actor:
    return Actor(
        person=person,
        community=community.id,
        name=name,
        roles=frozenset({Role.FACILITATOR, Role.ADMINISTRATOR}),
    )


async def _subdistrict(chair: Actor, password: str, at: datetime) -> tuple[Community, Actor]:
    founding = Founding(
        name="示例街道（演示）",
        facilitator="演示街道主持人",
        login=UPPER_LOGIN,
        password=password,
        day_rule=None,
        level="subdistrict",
        zone=ZONE,
        is_demonstration=True,
        rule=invented.RULE,
    )
    upper = await found_above(chair, founding, at=at)
    person = await Person.get(community_id=upper.id, name=founding.facilitator)
    return upper, _staff(upper, person.id, founding.facilitator)


async def _speakers(
    staff: Actor, listed: Sequence[tuple[str, str, str]], password: str, at: datetime
) -> list[Speaker]:
    made: list[Speaker] = []
    for n, (name, kind, duties) in enumerate(listed, start=1):
        joining = Joining(name=name, kind=kind, duties=f"{duties}（演示）")
        row = await organisations.add(staff, joining, at=at)
        login = f"yanshi-{'b' if kind == 'department' else 'd'}{n}"
        appointment = Appointment(
            name=f"{name}联络员",
            login=login,
            password=password,
            roles=(Role.LIAISON,),
            organisation=row.id,
        )
        await appoint(staff, appointment, at=at)
        person = await Person.get(organisation_id=row.id)
        actor = Actor(
            person=person.id,
            community=row.community_id,
            organisation=row.id,
            name=person.name,
            roles=frozenset({Role.LIAISON}),
        )
        made.append(Speaker(organisation=row.id, name=name, actor=actor))
    return made


async def _gather(town: Town, key: bytes, at: datetime) -> None:
    """A body that convenes, places to meet, and what partners give each other."""
    on = at.astimezone(town.zone).date()
    forming = bodies.Forming(name="演示议事团", purpose="召集议事日和夜话（演示）", formed_on=on)
    await bodies.form_body(town.chair, forming, at=at)
    body = await Body.get(community_id=town.community.id, name=forming.name)
    term = Term(begins_on=on, ends_on=on + timedelta(days=3 * 365))
    for n, resident in enumerate(town.residents[:7]):
        office = "chair" if n == 0 else "secretary" if n == 1 else "member"
        sitting = bodies.Sitting(term=term, office=office, person=resident.person)
        await bodies.seat_member(town.chair, body.id, sitting, key=key, at=at)
    for name, kind, capacity in (
        ("演示党群服务站", "station", 60),
        ("演示凉亭小院", "courtyard", 30),
    ):
        described = venues.Described(name=name, kind=kind, capacity=capacity)
        await venues.open_venue(town.chair, described, at=at)
    venue = await Venue.get(community_id=town.community.id, name="演示凉亭小院")
    terms = agreements.Terms(
        organisation=town.partners[2].organisation,
        community_gives="周末志愿者护学（演示）",
        organisation_gives="晚间开放操场和教室（演示）",
        begins_on=on,
        ends_on=on + timedelta(days=2 * 365),
    )
    await agreements.make_agreement(town.chair, terms, at=at)
    town.body, town.venue = body.id, venue.id
