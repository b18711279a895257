"""A made-up year, lived through by the services: 12 deliberation days, 185 demands.

Nothing is put into tables behind the services' back: who lives there is settled as an import
settles it, and everything else is an act of somebody who may do it, at its time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from deliberation.auth.tokens import setup_token
from deliberation.claims import leaving
from deliberation.claims.ticking import tick
from deliberation.demands.domains import adopt_domains
from deliberation.demands.service import journal_supports
from deliberation.demonstration import invented
from deliberation.demonstration.above import JointMeetings
from deliberation.demonstration.diary import Diary
from deliberation.demonstration.evenings import Evenings
from deliberation.demonstration.life import Lives
from deliberation.demonstration.sessions import Sessions
from deliberation.demonstration.settling import Resident
from deliberation.demonstration.town import (
    DAY_OF_MONTH,
    LEAVER,
    LOGIN,
    UPPER_LOGIN,
    ZONE,
    Town,
    build_town,
)
from deliberation.demonstration.wishes import wishes
from deliberation.demonstration.work import Works
from deliberation.matters.rating import journal_ratings
from deliberation.people.roles import Actor

MONTHS = 12
DEMANDS = 185
HOMES = 120
BUSY_DAYS = 345
"""Demands come in these first days; the rest of the year is for what is left of them."""
LEFT_IN_MONTH = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class YearFacts:
    """How to get in, and who is there."""

    login: str
    upper_login: str
    password: str
    community: UUID
    upper: UUID
    facilitator: Actor
    residents: Sequence[Resident]


async def load_year(
    *,
    key: bytes,
    until: datetime,
    months: int = MONTHS,
    demands: int = DEMANDS,
    homes: int = HOMES,
) -> YearFacts:
    """Fill an empty, open store with the year that ends at `until`. Raises SETUP_DONE on any
    other."""
    begins = _beginning(until, months)
    town = await build_town(key=key, at=begins, homes=homes)
    await adopt_domains(town.chair, list(invented.domains()), at=begins)
    diary = Diary(until)
    works = Works(town, diary)
    lives = Lives(town, diary, works)
    await Sessions(town, diary, works).plan(until)
    _bring_demands(lives, town, diary, begins, demands, months)
    _meet_above(town, works, diary, begins, until)
    _talk(town, diary, begins, until)
    if months >= LEFT_IN_MONTH:
        _let_one_leave(lives, town, diary, begins)
    _pass_days(works, diary, begins, until)
    await diary.live_through()
    return YearFacts(
        login=LOGIN,
        upper_login=UPPER_LOGIN,
        password=setup_token(key),
        community=town.community.id,
        upper=town.upper.id,
        facilitator=town.chair,
        residents=town.residents,
    )


def _beginning(until: datetime, months: int) -> datetime:
    """So that as many deliberation days lie in between, the last one some days before the end."""
    last = until.astimezone(ZoneInfo(ZONE)) - timedelta(days=4)
    year, month = (last.year, last.month) if last.day >= DAY_OF_MONTH else _month_before(last)
    for _month in range(months - 1):
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    first = datetime(year, month, DAY_OF_MONTH, 9, tzinfo=ZoneInfo(ZONE))
    return first - timedelta(days=26)


def _month_before(day: datetime) -> tuple[int, int]:
    return (day.year, day.month - 1) if day.month > 1 else (day.year - 1, 12)


def _bring_demands(
    lives: Lives, town: Town, diary: Diary, begins: datetime, count: int, months: int
) -> None:
    """Spread over the busy days, a few hours apart; a repetition comes a week after."""
    span = BUSY_DAYS * months / MONTHS
    for n, wish in enumerate(wishes(count, town.chance)):
        day = begins + timedelta(days=1 + span * n / count)
        at = town.at(day, 8 + n % 9, (n * 7) % 60)
        diary.write(at, partial(lives.bring, wish))


def _meet_above(town: Town, works: Works, diary: Diary, begins: datetime, until: datetime) -> None:
    """Once a quarter; what was assigned is reviewed each month."""
    above = JointMeetings(town, works)
    at = begins + timedelta(days=60)
    while at <= until:
        diary.write(town.at(at, 14), above.meet)
        at += timedelta(days=61)
    at = begins + timedelta(days=75)
    while at <= until:
        diary.write(town.at(at, 15), above.review)
        at += timedelta(days=30)


def _talk(town: Town, diary: Diary, begins: datetime, until: datetime) -> None:
    evenings = Evenings(town)
    at = begins + timedelta(days=25)
    while at <= until - timedelta(days=40):
        diary.write(town.at(at, 10), evenings.hold)
        at += timedelta(days=70)


def _let_one_leave(lives: Lives, town: Town, diary: Diary, begins: datetime) -> None:
    leaver = next(one for one in town.partners if one.name == LEAVER)

    async def leave(at: datetime) -> None:
        lives.leave()
        await leaving.leave(town.chair, leaver.organisation, "网点撤并。（演示）", at=at)

    diary.write(town.at(begins + timedelta(days=30 * LEFT_IN_MONTH), 10), leave)


def _pass_days(works: Works, diary: Diary, begins: datetime, until: datetime) -> None:
    """What the service does by itself, every other day."""

    async def pass_on(at: datetime) -> None:
        await journal_supports(at=at)
        await journal_ratings(at=at)
        await tick(at)
        await works.take_up_returned(at)

    at = begins + timedelta(days=1)
    while at <= until:
        diary.write(at, pass_on)
        at += timedelta(days=2)
