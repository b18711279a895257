"""A community in the middle of its deliberation day: meetings convened, ballots open, devices.

Made by the service's own acts, so that the journal is right; only people and sign-ins, which are
thousands, are put in as rows.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from deliberation import journal, store
from deliberation.agendas import conduct
from deliberation.agendas.editing import Edit, edit_item
from deliberation.agendas.publishing import publish_notice
from deliberation.agendas.service import items_of, propose_agenda
from deliberation.auth.service import actor_of
from deliberation.auth.tokens import new_token, token_digest
from deliberation.ballots.opening import open_ballot
from deliberation.demands.models import Demand
from deliberation.founding.service import Founding, found
from deliberation.matters.steps import Step
from deliberation.meetings import service as meetings
from deliberation.meetings.days import DayRule, MonthlyDate
from deliberation.meetings.models import Attendance, DeliberationDay
from deliberation.people.models import Device, Household, Person, Unit
from deliberation.people.roles import Actor

KEY = "bench-key-bench-key-bench-key-bench-key"
ZONE = ZoneInfo("Asia/Shanghai")
ITEM_MINUTES = 20
NOTICED_BEFORE = timedelta(days=18)
"""The notice is in time."""
CHUNK = 500
WORDING = "同意硬化演示路面约420平方米；2026年12月20日前完工。"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A household's representative, signed in on a device, at the meeting of its own place."""

    token: str
    household: UUID
    meeting: UUID
    ballot: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class City:
    """What a benchmark needs; seats stand meeting by meeting."""

    url: str
    community: UUID
    chair_token: str
    ballots: Sequence[tuple[UUID, UUID]]
    """Meeting and its open ballot."""
    seats: Sequence[Seat]


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """`items` is the length of each agenda; the first item is the one that is voted on."""

    meetings: int = 1
    households: int
    """Of each meeting."""
    items: int = 4


def seeded(url: str, size: Size) -> City:
    """Fill an empty database; it is closed again."""
    return asyncio.run(_seed(url, size))


def sqlite_url(folder: Path) -> str:
    """Where the service looks for its database when it is told nothing but its data folder."""
    return f"sqlite://{folder / 'deliberation.sqlite3'}"


async def _seed(url: str, size: Size) -> City:
    await store.migrate(url)
    await store.open_store(url)
    try:
        return await _made(url, size, datetime.now(UTC))
    finally:
        await journal.drain()
        await store.close_store()


async def _made(url: str, size: Size, now: datetime) -> City:
    before = now - NOTICED_BEFORE
    community, person = await _founded(size, now, before)
    chair_token = new_token()
    await _device(person, chair_token, before).save(force_create=True)
    chair = await actor_of(chair_token, at=before)
    await _list_demands(community, size, before)
    settled = [await _settle(community, n, size.households, now) for n in range(size.meetings)]
    day = await DeliberationDay.get(held_on=now.astimezone(ZONE).date())
    held: list[tuple[UUID, UUID]] = []
    seats: list[Seat] = []
    for n, residents in enumerate(settled):
        meeting = await _noticed(chair, day.id, n, before)
        ballot = await _voting(chair, meeting, residents, now)
        held.append((meeting, ballot))
        seats += [
            Seat(
                token=token,
                household=person.household_id or uuid4(),
                meeting=meeting,
                ballot=ballot,
            )
            for person, token in residents
        ]
    return City(url=url, community=community, chair_token=chair_token, ballots=held, seats=seats)


async def _founded(size: Size, now: datetime, before: datetime) -> tuple[UUID, UUID]:
    rule = DayRule(
        on=MonthlyDate(day=now.astimezone(ZONE).day),
        starts="09:00",
        minutes=ITEM_MINUTES * size.items,
        venue="演示议事厅",
    )
    founding = Founding(
        name="示例社区",
        facilitator="周演示",
        login="zhou",
        password="correct horse battery",  # noqa: S106  an invented one, for a made-up person
        day_rule=rule,
        is_demonstration=True,
    )
    community, person = await found(founding, at=before)
    return community.id, person


async def _list_demands(community: UUID, size: Size, at: datetime) -> None:
    demands = [
        Demand(
            community_id=community,
            number=f"演示-{n:05}",
            title=f"演示需求第{n}号",
            description="演示说明",
            domain="设施改造",
            place=f"{n}号楼",
            source="网格走访",
            raised_on=at.date() - timedelta(days=n % 90),
            created_at=at,
            supporters_listed=n * 37 % 60,
        )
        for n in range(1, size.meetings * size.items + 1)
    ]
    await Demand.bulk_create(demands, batch_size=CHUNK)


def _place(n: int) -> str:
    return f"第{n:04}网格"


async def _settle(
    community: UUID, n: int, count: int, at: datetime
) -> Sequence[tuple[Person, str]]:
    """The households of the n-th place, each with a representative and their device's token."""
    units = [
        Unit(
            community_id=community,
            place_path=f"{_place(n)} / 1号楼",
            label=f"1-{k}",
            area_hundredths=8_000 + k,
        )
        for k in range(count)
    ]
    await Unit.bulk_create(units, batch_size=CHUNK)
    people = [Person(community_id=community, name=f"演示住户{n}-{k}") for k in range(count)]
    households = [
        Household(community_id=community, unit_id=unit.id, representative_id=person.id)
        for unit, person in zip(units, people, strict=True)
    ]
    await Household.bulk_create(households, batch_size=CHUNK)
    for person, household in zip(people, households, strict=True):
        person.household_id = household.id
    await Person.bulk_create(people, batch_size=CHUNK)
    tokens = [new_token() for _ in people]
    devices = [_device(p.id, token, at) for p, token in zip(people, tokens, strict=True)]
    await Device.bulk_create(devices, batch_size=CHUNK)
    return list(zip(people, tokens, strict=True))


def _device(person: UUID, token: str, at: datetime) -> Device:
    return Device(
        person_id=person,
        token_digest=token_digest(token),
        created_at=at,
        expires_at=at + timedelta(days=60),
    )


async def _noticed(chair: Actor, day: UUID, n: int, at: datetime) -> UUID:
    """A meeting of the n-th place with an agenda of its own, its first item for a decision."""
    meeting = await meetings.plan_meeting(
        chair, day, title=f"议事日{n}", level="grid", scope=_place(n), at=at
    )
    await propose_agenda(chair, meeting.id, at=at)
    for item in await items_of(meeting.id):
        decides = item.position == 1
        edit = Edit(
            reporter="演示报告人",
            step=Step.DECIDE if decides else None,
            wording=WORDING if decides else None,
        )
        await edit_item(chair, meeting.id, item.id, edit, at=at)
    await publish_notice(chair, meeting.id, at=at)
    return meeting.id


async def _voting(
    chair: Actor, meeting: UUID, residents: Sequence[tuple[Person, str]], at: datetime
) -> UUID:
    """Everybody has signed in, the meeting is convened, the motion read, its ballot open."""
    arrived = [
        Attendance(
            meeting_id=meeting,
            person_id=person.id,
            household_id=person.household_id,
            channel="phone",
            signed_at=at,
        )
        for person, _token in residents
    ]
    await Attendance.bulk_create(arrived, batch_size=CHUNK)
    await meetings.convene(chair, meeting, at=at)
    await conduct.open_item(chair, meeting, at=at)
    await conduct.read_motion(chair, meeting, at=at)
    return await open_ballot(chair, meeting, seconds=3_600, at=at)
