"""A hall on the deliberation day: the service running, a meeting noticed, residents with cards."""

import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

from deliberation.agendas import conduct
from deliberation.agendas.editing import Edit, edit_item
from deliberation.agendas.models import AgendaItem
from deliberation.agendas.publishing import publish_notice
from deliberation.agendas.service import items_of, propose_agenda
from deliberation.app import create_app
from deliberation.auth.service import actor_of
from deliberation.auth.tokens import new_token, token_digest
from deliberation.ballots.opening import open_ballot
from deliberation.clock import FixedClock
from deliberation.config import Settings
from deliberation.demands import intaking
from deliberation.journal.canonical import canonical
from deliberation.matters.steps import Step
from deliberation.meetings import attending
from deliberation.meetings import service as meetings
from deliberation.meetings.models import DeliberationDay
from deliberation.people.models import Device
from deliberation.people.roles import Actor
from deliberation.rulesets.questions import MOTION, Question
from deliberation.rulesets.rules import Rule
from deliberation.rulesets.service import MEETING, adopt
from deliberation.rulesets.shipped import CONSULTATION
from tests.flows.community import Resident, demand_list, found_community, settle_households
from tests.support.community import the_community
from tests.support.service import served

KEY = "k" * 40
BEFORE = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
"""18 days before the day: the notice is in time."""
ON_THE_DAY = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
WORDING = "同意硬化演示路面约420平方米；2026年12月20日前完工。"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the first item asks, and by which rule, where it is no motion by the usual one."""

    rule: Rule = CONSULTATION
    question: Question = MOTION
    window_days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hall:
    """What a test of the whole service needs; the clock shows the morning of the day."""

    url: str
    clock: FixedClock
    chair: Actor
    community: UUID
    meeting: UUID
    residents: Sequence[Resident]

    @property
    def now(self) -> datetime:
        return self.clock.now()

    async def actor(self, resident: Resident) -> Actor:
        return await actor_of(await token_of(resident.person, self.now), at=self.now)


async def token_of(person: UUID, at: datetime) -> str:
    """A device that somebody has signed in on."""
    token = new_token()
    await Device.create(
        person_id=person,
        token_digest=token_digest(token),
        created_at=at,
        expires_at=at + timedelta(days=1),
    )
    return token


@contextlib.asynccontextmanager
async def open_hall(
    folder: Path, database_url: str = "", *, households: int, asked: Asked | None = None
) -> AsyncIterator[Hall]:
    """The service with a hall in it, for browsers and phones."""
    clock = FixedClock(BEFORE)
    settings = Settings(var=str(folder), database_url=database_url, secret_key=KEY)
    async with served(create_app(settings, clock)) as url:
        yield await furnished(clock, households=households, url=url, asked=asked)


async def furnished(
    clock: FixedClock, *, households: int, url: str = "", asked: Asked | None = None
) -> Hall:
    """A community whose meeting of today has been noticed; its households have not come yet.

    Needs an open store. Nothing is left to be tidied, so nothing changes but by a test's own acts.
    """
    clock.advance(BEFORE - clock.now())
    person = await found_community(BEFORE)
    community = (await the_community()).id
    residents = await settle_households(community, households, key=KEY.encode(), at=BEFORE)
    chair = await actor_of(await token_of(person, BEFORE), at=BEFORE)
    await _take_demands(chair)
    if asked is not None:
        await adopt(community, MEETING, asked.rule.to_json(), at=BEFORE)
    meeting = await prepared_meeting(chair, BEFORE, asked=asked)
    clock.advance(ON_THE_DAY - BEFORE)
    await meetings.top_up_days(at=ON_THE_DAY)
    return Hall(
        url=url,
        clock=clock,
        chair=chair,
        community=community,
        meeting=meeting,
        residents=residents,
    )


async def _take_demands(chair: Actor) -> None:
    listed = demand_list(12, BEFORE.date())
    intake = await intaking.stage(chair, listed, "需求.csv", at=BEFORE)
    await intaking.confirm(chair, intake, at=BEFORE)


async def prepared_meeting(chair: Actor, at: datetime, *, asked: Asked | None = None) -> UUID:
    """The day's meeting with a proposed agenda, its first item ready for a decision, noticed."""
    day = await DeliberationDay.get(held_on=date(2026, 11, 20))
    meeting = await meetings.plan_meeting(chair, day.id, title="11月议事日", at=at)
    await propose_agenda(chair, meeting.id, at=at)
    for item in await items_of(meeting.id):
        decides = item.position == 1
        edit = Edit(
            reporter="演示报告人",
            step=Step.DECIDE if decides else None,
            wording=WORDING if decides else None,
        )
        await edit_item(chair, meeting.id, item.id, edit, at=at)
    if asked is not None:
        await AgendaItem.filter(meeting_id=meeting.id, position=1).update(
            question=canonical(asked.question.to_json()) if asked.question != MOTION else "",
            window_days=asked.window_days,
        )
    await publish_notice(chair, meeting.id, at=at)
    return meeting.id


async def convene_with_everybody(hall: Hall) -> None:
    """All households but the last have signed in, and the first item is open."""
    for resident in hall.residents[:-1]:
        actor = await hall.actor(resident)
        await attending.sign_in(actor, hall.meeting, channel="hall", at=hall.now)
    await meetings.convene(hall.chair, hall.meeting, at=hall.now)
    await conduct.open_item(hall.chair, hall.meeting, at=hall.now)


async def open_the_vote(hall: Hall) -> UUID:
    """The motion is read and the ballot open; returns it."""
    await conduct.read_motion(hall.chair, hall.meeting, at=hall.now)
    return await open_ballot(hall.chair, hall.meeting, seconds=180, at=hall.now)
