"""Every page keeps to its measures: type, targets, contrast, names, no sideways scrolling."""

import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from playwright.async_api import Browser, BrowserContext

from deliberation.agendas import conduct
from deliberation.app import create_app
from deliberation.ballots import service as ballots
from deliberation.ballots.models import Ballot
from deliberation.ballots.opening import open_ballot
from deliberation.clock import FixedClock
from deliberation.config import Settings
from deliberation.demands import service as demands
from deliberation.demands.models import Demand, Support
from deliberation.demonstration.loading import DemoFacts, load_demonstration
from deliberation.demonstration.settling import Resident
from deliberation.matters.models import Evaluation, Matter, MatterDemand, Rating, Task
from deliberation.meetings import attending
from deliberation.meetings import service as meetings
from deliberation.meetings.models import Meeting
from deliberation.people.roles import Actor, Role
from deliberation.web.visit import DEVICE_COOKIE
from tests.flows.hall import token_of
from tests.support.looking import Measures, found_wrong, too_wide
from tests.support.service import served

KEY = "k" * 40
PHONE = Measures(text=15, target=44)
ELDER = Measures(text=22, target=60)
DESKTOP = Measures(text=14, target=24)
NARROWEST = 360
PUBLIC = ("home", "demands", "demand", "matter to rate", "live", "sign in")
"""What somebody who has not signed in sees otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A served community with addresses of pages, and who opens them."""

    url: str
    resident: str
    chair: str
    pages: Mapping[str, str]
    public: Mapping[str, str]
    desk: Mapping[str, str]
    meeting: UUID
    facilitator: Actor


@contextlib.asynccontextmanager
async def demonstration(clock: FixedClock, database: str, folder: Path) -> AsyncIterator[Place]:
    """The made-up community; its meeting is on and the first item is being voted on."""
    settings = Settings(var=str(folder), database_url=database, secret_key=KEY)
    async with served(create_app(settings, clock)) as url:
        facts = await load_demonstration(key=KEY.encode(), at=clock.now())
        await _bring_something(facts, clock)
        await _open_vote(facts, clock)
        pages = await _pages(facts.meeting)
        yield Place(
            url=url,
            resident=await token_of(facts.residents[0].person, clock.now()),
            chair=await token_of(facts.facilitator.present_person(), clock.now()),
            pages=pages,
            desk=await _desk(facts.meeting),
            public={title: pages[title] for title in PUBLIC},
            meeting=facts.meeting,
            facilitator=facts.facilitator,
        )


def _actor(facts: DemoFacts, one: Resident) -> Actor:
    return Actor(
        person=one.person,
        community=facts.facilitator.community,
        household=one.household,
        name="演示住户",
        roles=frozenset({Role.RESIDENT, Role.REPRESENTATIVE}),
    )


async def _bring_something(facts: DemoFacts, clock: FixedClock) -> None:
    """One resident has a demand, stands behind others, and is asked to rate."""
    one = facts.residents[0]
    resident = _actor(facts, one)
    raising = demands.Raising(title="演示：楼道里的灯总是不亮，老人看不清台阶", place="3号楼")
    await demands.raise_demand(resident, raising, at=clock.now())
    finished = await MatterDemand.filter(matter__step="evaluate")
    being_carried_out = await MatterDemand.filter(matter__step="deliver")
    for row in (*finished, *being_carried_out):
        await Support.create(
            demand_id=row.demand_id,
            household_id=one.household,
            person_id=one.person,
            created_at=clock.now(),
        )
    for evaluation in await Evaluation.filter(closed_at=None):
        await Rating.get_or_create(evaluation_id=evaluation.id, household_id=one.household)


async def _open_vote(facts: DemoFacts, clock: FixedClock) -> None:
    chair, meeting, at = facts.facilitator, facts.meeting, clock.now()
    for one in facts.residents[::4]:
        await attending.sign_in(_actor(facts, one), meeting, channel="hall", at=at)
    await meetings.convene(chair, meeting, at=at)
    await conduct.open_item(chair, meeting, at=at)
    await conduct.read_motion(chair, meeting, at=at)
    await open_ballot(chair, meeting, seconds=180, at=at)


async def _pages(meeting: UUID) -> dict[str, str]:
    demand = await Demand.filter(state="listed").first()
    finished = await Matter.get(step="evaluate")
    under_way = await Matter.get(step="deliver")
    past = await Meeting.get(state="adjourned")
    ballot = await Ballot.filter(meeting_id=past.id).first()
    assert demand is not None
    assert ballot is not None
    return {
        "home": "/",
        "demands": "/demands",
        "demands chosen": "/demands?domain=设施改造&place=3号楼&state=delivering#filters",
        "demand": f"/demands/{demand.id}",
        "raise": "/demands/new",
        "ranking": "/ranking",
        "matters": "/matters",
        "matter to rate": f"/matters/{finished.id}",
        "matter under way": f"/matters/{under_way.id}",
        "days": "/days",
        "notice": f"/meetings/{meeting}/notice",
        "live": f"/meetings/{meeting}",
        "minutes": "/minutes",
        "minutes of a meeting": f"/meetings/{past.id}/minutes",
        "published votes": f"/meetings/{past.id}/ballots/{ballot.id}",
        "calendar": "/calendar",
        "mine": "/me",
        "my demands": "/me/demands",
        "my ratings": "/me/ratings",
        "my receipts": "/me/receipts",
        "sign in": "/sign-in",
        "not found": "/demands/none",
    }


async def _desk(meeting: UUID) -> dict[str, str]:
    task = await Task.get(state="open")
    return {
        "desk": "/desk",
        "console": f"/meetings/{meeting}/console",
        "board": f"/meetings/{meeting}/agenda",
        "people": "/people",
        "intake": "/intakes/demands",
        "cards": "/people/cards",
        "mine": "/me",
        "tasks": "/tasks",
        "task": f"/tasks/{task.id}",
    }


async def looked_at(
    context: BrowserContext, place: Place, pages: Mapping[str, str], measures: Measures
) -> Sequence[str]:
    """What is wrong on any of the pages, with its page."""
    page = await context.new_page()
    wrong: list[str] = []
    for title, path in pages.items():
        await page.goto(place.url + path)
        found = await found_wrong(page, measures) + await too_wide(page)
        wrong += [f"{title}: {what}" for what in found]
    await page.close()
    return wrong


async def entered(
    browser: Browser, place: Place, width: int, height: int, token: str, *, elder: bool = False
) -> BrowserContext:
    size = {"width": width, "height": height}
    context = await browser.new_context(viewport=size, locale="zh-CN")  # type: ignore[arg-type]
    cookies = [{"name": DEVICE_COOKIE, "value": token}] if token else []
    cookies += [{"name": "elder", "value": "1"}] if elder else []
    await context.add_cookies([{**one, "url": place.url} for one in cookies])  # type: ignore[typeddict-item]
    return context


FACES = (
    ("phone", 390, PHONE, False),
    ("narrow phone", NARROWEST, PHONE, False),
    ("elder", 390, ELDER, True),
    ("narrow elder", NARROWEST, ELDER, True),
    ("elder at a desk", 1440, ELDER, True),
    ("tablet", 768, PHONE, False),
    ("desktop", 1440, DESKTOP, False),
)


async def test_what_residents_see_keeps_to_the_measures(
    chromium: Browser, clock: FixedClock, sqlite_url: str, tmp_path: Path
) -> None:
    async with demonstration(clock, sqlite_url, tmp_path) as place:
        wrong: list[str] = []
        for kind, width, measures, elder in FACES:
            context = await entered(chromium, place, width, 900, place.resident, elder=elder)
            found = await looked_at(context, place, place.pages, measures)
            wrong += [f"{kind}, {what}" for what in found]
            await context.close()
        stranger = await entered(chromium, place, 390, 844, "")
        wrong += await looked_at(stranger, place, place.public, PHONE)
        await stranger.close()
    assert not wrong, "\n".join(wrong)


async def test_what_staff_see_keeps_to_the_measures(
    chromium: Browser, clock: FixedClock, sqlite_url: str, tmp_path: Path
) -> None:
    async with demonstration(clock, sqlite_url, tmp_path) as place:
        wrong: list[str] = []
        for width, height in ((1440, 900), (1280, 720), (1024, 768)):
            context = await entered(chromium, place, width, height, place.chair)
            found = await looked_at(context, place, place.desk, DESKTOP)
            wrong += [f"{width}, {what}" for what in found]
            await context.close()
    assert not wrong, "\n".join(wrong)


async def test_the_big_screen_is_read_from_afar(
    chromium: Browser, clock: FixedClock, sqlite_url: str, tmp_path: Path
) -> None:
    async with demonstration(clock, sqlite_url, tmp_path) as place:
        wrong = await _screens(chromium, place, "voting")
        clock.advance(timedelta(minutes=4))
        await ballots.close(place.facilitator, place.meeting, at=clock.now())
        wrong += await _screens(chromium, place, "closed")
        await ballots.announce(place.facilitator, place.meeting, at=clock.now())
        wrong += await _screens(chromium, place, "result")
    assert not wrong, "\n".join(wrong)


async def _screens(chromium: Browser, place: Place, stage: str) -> list[str]:
    wrong: list[str] = []
    for width, height in ((1920, 1080), (1280, 720)):
        context = await entered(chromium, place, width, height, "")
        least = Measures(text=36 * height / 1080, target=0, is_projected=True)
        pages = {f"screen {width}, {stage}": f"/meetings/{place.meeting}/screen"}
        wrong += await looked_at(context, place, pages, least)
        await context.close()
    return wrong


async def test_setting_up_keeps_to_the_measures(
    chromium: Browser, clock: FixedClock, sqlite_url: str, tmp_path: Path
) -> None:
    settings = Settings(var=str(tmp_path), database_url=sqlite_url, secret_key=KEY)
    wrong: list[str] = []
    async with served(create_app(settings, clock)) as url:
        for width, measures in ((390, PHONE), (1440, DESKTOP)):
            page = await chromium.new_page(viewport={"width": width, "height": 900})
            await page.goto(f"{url}/set-up")
            wrong += await found_wrong(page, measures) + await too_wide(page)
            await page.close()
    assert not wrong, "\n".join(wrong)
