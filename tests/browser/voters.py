"""A served hall that votes on a question of any shape, and phones that fill it in."""

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from uuid import UUID

from playwright.async_api import Browser, Page, expect

from deliberation.app import create_app
from deliberation.clock import FixedClock
from deliberation.config import Settings
from deliberation.rulesets.questions import MOTION, Question
from deliberation.rulesets.rules import Rule
from tests.ballots.voting import Voting, voting_hall
from tests.browser.test_main_job import PHONE, opened
from tests.flows.hall import KEY, ON_THE_DAY
from tests.support.service import served

LAMP, SHED, SQUARE = OPTIONS = ("演示路灯", "演示车棚", "演示小广场")
COSTS = (1_200_000, 2_450_000, 800_050)
SHAPES: Mapping[str, Question] = MappingProxyType(
    {
        "motion": MOTION,
        "one": Question(method="plurality", options=OPTIONS),
        "some": Question(method="approval", options=OPTIONS),
        "ranking": Question(method="schulze", options=OPTIONS),
        "grades": Question(method="rating", options=OPTIONS),
        "budget": Question(method="equal-shares", options=OPTIONS, costs=COSTS, budget=3_000_000),
    }
)
LONG_MS = 60_000
"""The page waits longer before each try; nothing is measured by it."""
CAST = "投这一票"


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A served meeting whose first motion has been read."""

    url: str
    voting: Voting

    @property
    def live(self) -> str:
        return f"{self.url}/meetings/{self.voting.meeting}"

    def ballot(self, ballot: UUID) -> str:
        return f"{self.live}/ballots/{ballot}"

    async def phone(
        self, chromium: Browser, n: int = 0, *, script: bool = True, init: str = "", path: str = ""
    ) -> Page:
        """The n-th household's, on the live page or at the address."""
        page = await opened(chromium, self.url, PHONE, token=self.voting.tokens[n], script=script)
        page.set_default_timeout(LONG_MS)
        if init:
            await page.add_init_script(init)
        await page.goto(path or self.live)
        return page


@contextlib.asynccontextmanager
async def open_house(
    folder: Path,
    database: str,
    shape: str = "motion",
    *,
    rule: Rule | None = None,
    households: int = 4,
    window_days: int = 0,
) -> AsyncIterator[House]:
    settings = Settings(var=str(folder), database_url=database, secret_key=KEY)
    async with served(create_app(settings, FixedClock(ON_THE_DAY))) as url:
        voting = await voting_hall(
            households=households, rule=rule, question=SHAPES[shape], window_days=window_days
        )
        yield House(url=url, voting=voting)


async def connection(page: Page, state: str) -> None:
    line = page.locator("[data-connection]").first
    await expect(line).to_have_attribute("data-state", state, timeout=LONG_MS)


async def receipt(page: Page, state: str) -> None:
    slot = page.locator("[data-receipt-slot]")
    await expect(slot).to_have_attribute("data-state", state, timeout=LONG_MS)


async def code_shown(page: Page) -> str:
    return await page.locator("[data-receipt-code]").first.inner_text()


async def fill_in(page: Page, shape: str) -> None:
    """What is chosen before anything is pressed, by the names that are read out."""
    match shape:
        case "some" | "budget":
            await page.get_by_role("checkbox", name=SQUARE).check()
        case "ranking":
            await page.get_by_role("combobox", name=SQUARE).select_option("1")
            await page.get_by_role("combobox", name=LAMP).select_option("2")
        case "grades":
            grades = page.get_by_role("group", name=SHED, exact=True)
            await grades.get_by_role("radio", name="4", exact=True).check()


PRESSED = MappingProxyType({"motion": "赞成", "one": SHED})
STORED = MappingProxyType(
    {"motion": "for", "one": "2", "some": "3", "ranking": "3>1", "grades": ",4,", "budget": "3"}
)
"""The vote that `vote` casts, as it is written."""


async def press(page: Page, name: str) -> None:
    await page.locator(".choices").get_by_role("button", name=name).click()


async def vote(page: Page, shape: str) -> None:
    await fill_in(page, shape)
    await press(page, PRESSED.get(shape, CAST))


async def filled_in(page: Page) -> list[str]:
    """The fields of the ballot that hold something."""
    values: list[str] = await page.evaluate(
        """() => [...document.querySelectorAll(".choices :is(input:checked, select)")]
          .filter((field) => field.value).map((field) => `${field.name}=${field.value}`)"""
    )
    return values
