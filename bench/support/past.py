"""Years of a community's past, as rows: copies of its meeting of today, over and done.

Entries of past meetings keep the hashes of the entries that they are copies of, so their chains do
not hold; nothing that is measured looks at them. Rolls and sign-ins of the past are left out.
"""

import asyncio
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID, uuid4

from bench.support.seeding import CHUNK, City
from deliberation import store
from deliberation.agendas.models import AgendaItem
from deliberation.ballots.models import Ballot, Turnout, Vote
from deliberation.demands.models import Demand
from deliberation.journal.models import Entry, Stream
from deliberation.matters.models import Matter, MatterDemand, Resolution
from deliberation.meetings.models import DeliberationDay, Meeting
from deliberation.minutes.models import Minutes
from deliberation.notices.models import Notice
from deliberation.people.models import Person
from deliberation.store.table import Table

R = TypeVar("R", bound=Table)
DAYS_A_YEAR = 12
DOMAINS = ("设施改造", "环境美化", "养老服务", "儿童托管", "停车充电", "公共安全", "文化活动")


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What there is for each year."""

    years: int
    demands: int = 10_000
    meetings: int = 300
    votes: int = 100_000

    @property
    def votes_a_meeting(self) -> int:
        return self.votes // self.meetings


def remember(url: str, city: City, past: Past) -> None:
    """Put the past into a seeded database."""
    asyncio.run(_remember(url, city, past))


async def _remember(url: str, city: City, past: Past) -> None:
    await store.open_store(url)
    try:
        meeting, ballot = city.ballots[0]
        model = await _Model.of(meeting, ballot)
        for year in range(1, past.years + 1):
            demands = await _demands(city.community, past, year, model.meeting.starts_at)
            for month in range(DAYS_A_YEAR):
                await _month(model, past, year * DAYS_A_YEAR + month, demands)
    finally:
        await store.close_store()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Model:
    """Today's meeting, of which the past has copies."""

    meeting: Meeting
    day: DeliberationDay
    items: Sequence[AgendaItem]
    ballot: Ballot
    entries: Sequence[Entry]
    notice: Notice
    people: Sequence[Person]

    @classmethod
    async def of(cls, meeting: UUID, ballot: UUID) -> "_Model":
        row = await Meeting.get(id=meeting)
        return cls(
            meeting=row,
            day=await DeliberationDay.get(id=row.day_id),
            items=await AgendaItem.filter(meeting_id=meeting).order_by("position"),
            ballot=await Ballot.get(id=ballot),
            entries=await Entry.filter(stream_id=meeting).order_by("seq"),
            notice=await Notice.get(subject_id=meeting),
            people=await Person.filter(household_id__not_isnull=True),
        )


async def _demands(community: UUID, past: Past, year: int, today: datetime) -> list[Demand]:
    """A year's demands, all of them resolved."""
    made = [
        Demand(
            community_id=community,
            number=f"往年-{year:02}-{n:05}",
            title=f"演示需求{year}年前第{n}号",
            description="演示说明",
            domain=DOMAINS[n % len(DOMAINS)],
            place=f"{n % 60}号楼",
            source="网格走访",
            raised_on=(today - timedelta(days=365 * year + n % 360)).date(),
            created_at=today - timedelta(days=365 * year + n % 360),
            supporters_listed=n * 37 % 60,
            state="resolved",
        )
        for n in range(past.demands)
    ]
    await Demand.bulk_create(made, batch_size=CHUNK)
    return made


async def _month(model: _Model, past: Past, months_ago: int, demands: Sequence[Demand]) -> None:
    at = model.meeting.starts_at - timedelta(days=30 * months_ago + 5)
    day = _copy(
        model.day,
        planned_on=at.date(),
        held_on=at.date(),
        starts_at=at,
        uid=f"day-{uuid4()}",
    )
    await day.save(force_create=True)
    for n in range(past.meetings // DAYS_A_YEAR):
        demand = demands[(months_ago % DAYS_A_YEAR * 31 + n) % len(demands)]
        await _meeting(model, past, at, day.id, demand, f"{months_ago}-{n}")


async def _meeting(
    model: _Model, past: Past, at: datetime, day: UUID, demand: Demand, number: str
) -> None:
    meeting = _copy(
        model.meeting, day_id=day, starts_at=at, state="adjourned", uid=f"meeting-{uuid4()}"
    )
    matter = Matter(
        community_id=meeting.community_id,
        number=f"往年-{number}",
        title=demand.title,
        step="evaluate",
        state="closed",
        opened_at=at,
        stepped_at=at,
    )
    items = [
        _copy(item, meeting_id=meeting.id, matter_id=matter.id, state="closed", closed_at=at)
        for item in model.items
    ]
    ballot = _copy(
        model.ballot,
        meeting_id=meeting.id,
        item_id=items[0].id,
        state="announced",
        opened_at=at,
        closed_at=at,
    )
    for row in (meeting, matter, MatterDemand(matter_id=matter.id, demand_id=demand.id)):
        await row.save(force_create=True)
    await AgendaItem.bulk_create(items)
    await ballot.save(force_create=True)
    await _outcome(model, past, meeting, ballot, matter.id)
    await _entries(model, meeting, [(model.ballot.id, ballot.id), (model.items[0].id, items[0].id)])


async def _outcome(
    model: _Model, past: Past, meeting: Meeting, ballot: Ballot, matter: UUID
) -> None:
    """Votes, resolution, notice and published minutes."""
    at, count = meeting.starts_at, past.votes_a_meeting
    await _votes(model, ballot, count)
    await Turnout.create(ballot_id=ballot.id, worker="past", n=count)
    await Resolution.create(
        community_id=meeting.community_id,
        matter_id=matter,
        meeting_id=meeting.id,
        item_id=ballot.item_id,
        ballot_id=ballot.id,
        wording=ballot.wording,
        outcome="adopted",
        decided_at=at,
    )
    content = model.notice.content.replace(str(model.meeting.id), str(meeting.id))
    await _copy(model.notice, subject_id=meeting.id, content=content, published_at=at).save(
        force_create=True
    )
    await Minutes.create(
        meeting_id=meeting.id,
        version=1,
        state="published",
        upto=len(model.entries),
        document="{}",
        drafted_at=at,
        approved_at=at,
        published_at=at,
    )


async def _votes(model: _Model, ballot: Ballot, count: int) -> None:
    first = secrets.randbelow(len(model.people))  # all households vote equally often
    votes = [
        Vote(
            id=secrets.randbits(63),
            ballot_id=ballot.id,
            voter_id=person.household_id,
            person_id=person.id,
            choice="for",
            channel="phone",
            receipt=secrets.token_hex(8),
            cast_at=ballot.opened_at,
        )
        for person in _in_turn(model.people, first, count)
    ]
    await Vote.bulk_create(votes, batch_size=CHUNK)


def _in_turn(people: Sequence[Person], first: int, count: int) -> Iterator[Person]:
    return (people[(first + n) % len(people)] for n in range(min(count, len(people))))


async def _entries(model: _Model, meeting: Meeting, renamed: Sequence[tuple[UUID, UUID]]) -> None:
    seq, head = model.entries[-1].seq, model.entries[-1].hash
    await Stream.create(
        id=meeting.id, community_id=meeting.community_id, kind="meeting", seq=seq, head=head
    )
    names = [(str(old), str(new)) for old, new in (*renamed, (model.meeting.id, meeting.id))]
    rows = []
    for entry in model.entries:
        public, subject = entry.public, entry.subject or ""
        for old, new in names:
            public, subject = public.replace(old, new), subject.replace(old, new)
        rows.append(_copy(entry, stream_id=meeting.id, public=public, subject=subject or None))
    await Entry.bulk_create(rows)


def _copy(row: R, **changes: object) -> R:
    """The same row under a new id, with changes."""
    values = {name: getattr(row, name) for name in row._meta.fields_db_projection}
    return type(row)(**{**values, "id": uuid4(), **changes})
