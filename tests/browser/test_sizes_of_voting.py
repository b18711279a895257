"""The pages of rules, ballots and papers keep to their measures: phone, desk, large type.

Each page is opened once in each type; the window changes its width, not the page.
"""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from msgspec.structs import replace
from playwright.async_api import Browser, Page

from deliberation.agendas.service import add_demand
from deliberation.app import create_app
from deliberation.ballots.objecting import answer_objection, objections_to, raise_objection
from deliberation.ballots.writer import cast_own
from deliberation.clock import FixedClock
from deliberation.config import Settings
from deliberation.demands.service import Raising, raise_demand
from deliberation.meetings import proxies
from deliberation.meetings import service as meetings
from deliberation.meetings.models import DeliberationDay
from deliberation.meetings.proxies import Giving
from deliberation.rulesets.shipped import CONSULTATION, OWNERS_HALF, SHIPPED
from deliberation.web.visit import DEVICE_COOKIE
from tests.ballots.papering import check, enter, staff
from tests.ballots.voting import Voting, voting_hall
from tests.browser.test_sizes import DESKTOP, ELDER, NARROWEST, PHONE
from tests.browser.voters import PRESSED, SHAPES, STORED
from tests.flows.hall import KEY, ON_THE_DAY
from tests.support.looking import found_wrong, too_wide
from tests.support.service import served

pytestmark = pytest.mark.anyio
RULE = replace(CONSULTATION, version=2, objection_days=3, tie_break="lot", proxies=1)
OWNERS = next(key for key, rule in SHIPPED.items() if rule == OWNERS_HALF)
PLAIN = (("phone", 390, PHONE), ("tablet", 768, PHONE), ("desktop", 1440, DESKTOP))
LARGE = (
    ("elder at a desk", 1440, ELDER),
    ("elder", 390, ELDER),
    ("narrow elder", NARROWEST, ELDER),
)
Press = Callable[[Page], Awaitable[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Looking:
    """Pages of one person, in plain and in large type, and what was found wrong on them."""

    url: str
    plain: Page
    large: Page
    wrong: list[str] = field(default_factory=list)

    async def at(self, title: str, path: str, press: Press | None = None) -> None:
        """Look at a page, after pressing something on it."""
        for page, faces in ((self.plain, PLAIN), (self.large, LARGE)):
            answer = await page.goto(self.url + path)
            assert answer is not None
            assert answer.ok, f"{title}: {answer.status}"
            if press is not None:
                await press(page)
            for face, width, measures in faces:
                await page.set_viewport_size({"width": width, "height": 900})
                found = await found_wrong(page, measures) + await too_wide(page)
                self.wrong.extend(f"{face}, {title}: {what}" for what in found)


@contextlib.asynccontextmanager
async def looking(chromium: Browser, url: str, token: str) -> AsyncIterator[Looking]:
    pages = []
    for is_large in (False, True):
        context = await chromium.new_context(locale="zh-CN")
        cookies = [(DEVICE_COOKIE, token), *([("elder", "1")] if is_large else [])]
        await context.add_cookies(
            [{"name": name, "value": value, "url": url} for name, value in cookies]
        )
        pages.append(await context.new_page())
    plain, large = pages
    seen = Looking(url=url, plain=plain, large=large)
    yield seen
    for page in pages:
        await page.context.close()
    assert not seen.wrong, "\n".join(seen.wrong)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hall:
    """A served meeting of which every item asks in another shape."""

    url: str
    voting: Voting

    @property
    def live(self) -> str:
        return f"/meetings/{self.voting.meeting}"

    def path(self, ballot: UUID) -> str:
        return f"{self.live}/ballots/{ballot}"

    async def vote(self, ballot: UUID, *choices: str, first: int = 0) -> None:
        for n, choice in enumerate(choices, first):
            voter, at = self.voting.voters[n], self.voting.clock.now()
            await cast_own(voter, ballot, choice, channel="phone", at=at)


@pytest.fixture
async def hall(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Hall]:
    settings = Settings(var=str(tmp_path), database_url=sqlite_url, secret_key=KEY)
    async with served(create_app(settings, FixedClock(ON_THE_DAY))) as url:
        voting = await voting_hall(
            households=4, rule=RULE, question=list(SHAPES.values()), window_days=3
        )
        yield Hall(url=url, voting=voting)


async def test_a_ballot_of_every_shape_open_voted_and_closed(hall: Hall, chromium: Browser) -> None:
    async with looking(chromium, hall.url, hall.voting.tokens[0]) as resident:
        for n, shape in enumerate(SHAPES):
            if n:
                await hall.voting.call_next_motion()
            ballot = await hall.voting.open()
            await resident.at(f"live, {shape}", hall.live)
            await hall.vote(ballot, STORED[shape])
            if shape not in PRESSED:
                await resident.at(f"ballot voted, {shape}", f"{hall.path(ballot)}/vote")
            await hall.vote(ballot, *["abstain"] * 3, first=1)
            await hall.voting.close(ballot)
        await resident.at("live, closed", hall.live)
        await resident.at("ballot closed", f"{hall.path(ballot)}/vote")


async def test_the_pages_around_a_motion(hall: Hall, chromium: Browser) -> None:
    """Its desk, reminders and papers while it is open; afterwards objections and the list."""
    voting = hall.voting
    giving = Giving(holder=voting.voters[1].present_person())
    await proxies.give(voting.voters[3], voting.meeting, giving, at=voting.clock.now())
    ballot = await voting.open()
    path = hall.path(ballot)
    async with looking(chromium, hall.url, voting.chair_token) as chair:
        await chair.at("desk, open", f"{path}/desk", all_unfolded)
        await chair.at("reminders", f"{path}/reminders")
        await chair.at("proxies at the desk", f"{hall.live}/proxies/desk", all_unfolded)
        await _with_papers(hall, chair, ballot)
        await hall.vote(ballot, "for", "for", first=2)
        await voting.close(ballot)
        await chair.at("reconciliation", f"{path}/reconciliation")
        await voting.announce(ballot)
        for n in (0, 1):
            at = voting.clock.now()
            await raise_objection(voting.voters[n], ballot, "演示：名册漏了一户", at=at)
        first = (await objections_to(ballot))[0]
        await answer_objection(voting.chair, first.id, "演示：已经补上", at=voting.clock.now())
        await chair.at("desk, provisional", f"{path}/desk", all_unfolded)
    async with looking(chromium, hall.url, voting.tokens[1]) as resident:
        await resident.at("proxies", f"{hall.live}/proxies", all_unfolded)
        await resident.at("objections", f"{path}/objections")
        await resident.at("published motion", path, all_unfolded)
        await resident.at("recount", f"{path}/recount", counted)


async def _with_papers(hall: Hall, chair: Looking, ballot: UUID) -> None:
    """Two papers entered by two people, who differ at first."""
    path, voting = f"{hall.path(ballot)}/papers", hall.voting
    await chair.at("papers, none yet", path)
    await chair.at("papers, unknown door", path, an_unknown_door)
    await chair.plain.locator("form[action$='/issue-all'] button").click()
    recorder = await staff(voting)
    batch = await enter(voting, ballot, voting.chair, "1 1\n2 2")
    await check(voting, ballot, batch, recorder, "1 1\n2 1")
    await chair.at("papers", path, all_unfolded)
    await chair.at("batch, differs", f"{path}/{batch}", all_unfolded)
    await chair.at("reconciliation, waiting", f"{hall.path(ballot)}/reconciliation")
    await check(voting, ballot, batch, recorder, "1 1\n2 2")
    await chair.at("batch, counted", f"{path}/{batch}")


async def test_the_pages_around_a_choice(hall: Hall, chromium: Browser) -> None:
    """A tie for the lot; a fund that was spent, published and drawn."""
    voting = hall.voting
    async with looking(chromium, hall.url, voting.chair_token) as chair:
        for shape in SHAPES:
            ballot = await voting.open()
            if shape == "one":
                await hall.vote(ballot, "1", "1", "2", "2")
                await voting.close(ballot)
                await chair.at("lot", f"{hall.path(ballot)}/lot")
            if shape == "grades":
                await chair.at("papers of grades", f"{hall.path(ballot)}/papers", all_unfolded)
            if shape != "budget":
                await voting.void(ballot)
                await voting.call_next_motion()
        await hall.vote(ballot, "1,2", "2,3", "3", "none")
        await voting.close(ballot)
        await voting.announce(ballot)
        for title, path in (("published choice", ""), ("recount of a choice", "/recount")):
            await chair.at(title, hall.path(ballot) + path, all_unfolded)
        await chair.at("ballot, announced", f"{hall.path(ballot)}/vote", all_unfolded)
        await chair.at("live, announced", hall.live, all_unfolded)


async def test_rules_and_the_board_with_its_vote(hall: Hall, chromium: Browser) -> None:
    voting = hall.voting
    planned = await _another_meeting(voting)
    async with looking(chromium, hall.url, voting.chair_token) as chair:
        await chair.at("rules", "/rules", all_unfolded)
        await chair.at("rules of owners", f"/rules/{OWNERS}", all_unfolded)
        await chair.at("new rules", "/new-rules")
        await chair.at("new rules, wrong", "/new-rules", sent_empty)
        await chair.at("new version", f"/rules/{OWNERS}/new-version")
        await chair.at("board", f"/meetings/{planned}/agenda", all_unfolded)


async def _another_meeting(voting: Voting) -> UUID:
    """Its agenda is being put together."""
    now = voting.clock.now()
    await meetings.top_up_days(at=now)
    later = await DeliberationDay.filter(held_on__gt=(now + timedelta(days=1)).date()).first()
    assert later is not None
    meeting = (await meetings.plan_meeting(voting.chair, later.id, title="12月议事日", at=now)).id
    for n in range(2):
        demand = await raise_demand(voting.chair, Raising(title=f"演示车棚漏雨{n}"), at=now)
        await add_demand(voting.chair, meeting, demand.id, at=now)
    return meeting


async def all_unfolded(page: Page) -> None:
    await page.locator("details").evaluate_all(
        "(all) => all.forEach((one) => { one.open = true; })"
    )


async def counted(page: Page) -> None:
    await page.locator("[data-recount][data-state=agrees]").wait_for()


async def sent_empty(page: Page) -> None:
    await page.locator("main form button.is-primary").click()
    await page.locator(".error-summary").wait_for()


async def an_unknown_door(page: Page) -> None:
    await page.fill("#whose", "没有这一户")
    await page.locator("#issue button.is-primary").click()
    await page.locator(".error-summary").wait_for()
