"""Every shape of question on a phone: pressed, ticked, ranked or graded, and counted once."""

from pathlib import Path

import pytest
from msgspec.structs import replace
from playwright.async_api import Browser, Page, expect

from deliberation.ballots import service as ballots
from deliberation.ballots.models import Ballot, Objection, SecretVote, Vote
from deliberation.ballots.writer import cast_own
from deliberation.rulesets.shipped import CONSULTATION
from tests.browser.test_coming_back import NO_SOCKETS
from tests.browser.voters import (
    CAST,
    LAMP,
    PRESSED,
    SHED,
    SQUARE,
    STORED,
    House,
    code_shown,
    connection,
    fill_in,
    filled_in,
    open_house,
    press,
    receipt,
    vote,
)

pytestmark = pytest.mark.anyio
COMPOSED = ("some", "ranking", "grades")
ASKED = ("one", *COMPOSED)
FINAL = replace(CONSULTATION, version=2, may_change=False)
SECRET = replace(FINAL, secrecy="secret", proxies=0)


async def others_vote(house: House, ballot: object, *numbers: int) -> None:
    for n in numbers:
        voter = house.voting.voters[n]
        at = house.voting.clock.now()
        await cast_own(voter, ballot, "abstain", channel="phone", at=at)  # type: ignore[arg-type]


async def pushed(page: Page, turnout: int) -> None:
    await expect(page.locator("[data-turnout-number]").first).to_have_text(str(turnout))


@pytest.mark.parametrize("shape", ASKED)
async def test_a_ballot_comes_while_the_page_is_open_and_is_voted_on_and_shut(
    chromium: Browser, sqlite_url: str, tmp_path: Path, shape: str
) -> None:
    """Placed by a push; the receipt outlives a reload; a vote is changed; the close shuts all."""
    async with open_house(tmp_path, sqlite_url, shape) as house:
        phone = await house.phone(chromium)
        await connection(phone, "connected")
        ballot = await house.voting.open()
        await vote(phone, shape)
        await receipt(phone, "counted")
        cast = await Vote.get(ballot_id=ballot)
        assert (cast.choice, await code_shown(phone)) == (STORED[shape], cast.receipt)
        before = await filled_in(phone)
        await phone.reload()
        await receipt(phone, "counted")
        assert (await filled_in(phone), await code_shown(phone)) == (before, cast.receipt)
        await connection(phone, "connected")
        await press(phone, "弃权")
        await expect(phone.get_by_role("button", name="弃权")).to_have_attribute(
            "data-state", "counted"
        )
        assert (await Vote.get(ballot_id=ballot)).choice == "abstain"
        assert await filled_in(phone) == []
        await house.voting.close(ballot)
        await expect(phone.locator("[data-ballot]")).to_have_attribute("data-state", "closed")
        await expect(phone.locator(".choices :is(button, input, select):enabled")).to_have_count(0)
        await receipt(phone, "counted")
        await phone.context.close()


@pytest.mark.parametrize("shape", COMPOSED)
async def test_what_is_half_filled_in_stays_whatever_comes(
    chromium: Browser, sqlite_url: str, tmp_path: Path, shape: str
) -> None:
    """Turnout, an extension, another device's vote of the same home, and a new connection."""
    async with open_house(tmp_path, sqlite_url, shape, window_days=3) as house:
        ballot = await house.voting.open()
        phone = await house.phone(chromium)
        await connection(phone, "connected")
        await fill_in(phone, shape)
        half, place = await filled_in(phone), await place_of(phone)
        assert half
        await others_vote(house, ballot, 1, 2)
        await pushed(phone, 2)
        chair, now = house.voting.chair, house.voting.clock.now()
        closes = await closing_line(phone)
        await ballots.extend(
            chair, house.voting.meeting, ballot, days=2, reason="演示：下雨", at=now
        )
        await expect(phone.locator("[data-part=turnout] .pair").first).not_to_have_text(closes)
        await others_vote(house, ballot, 0)
        await pushed(phone, 3)
        await phone.context.set_offline(True)
        await connection(phone, "reconnecting")
        await phone.context.set_offline(False)
        await receipt(phone, "counted")
        assert (await filled_in(phone), await place_of(phone)) == (half, place)
        await expect(phone.get_by_role("button", name=CAST)).to_have_attribute("data-state", "idle")
        await press(phone, CAST)
        await expect(phone.get_by_role("button", name=CAST)).to_have_attribute(
            "data-state", "counted"
        )
        voter = house.voting.household(0)
        assert (await Vote.get(ballot_id=ballot, voter_id=voter)).choice == STORED[shape]
        await phone.context.close()


async def place_of(page: Page) -> object:
    return await page.get_by_role("button", name=CAST).bounding_box()


async def closing_line(page: Page) -> str:
    return await page.locator("[data-part=turnout] .pair").first.inner_text()


@pytest.mark.parametrize("shape", COMPOSED)
async def test_a_vote_composed_without_a_connection_is_counted_once_by_itself(
    chromium: Browser, sqlite_url: str, tmp_path: Path, shape: str
) -> None:
    async with open_house(tmp_path, sqlite_url, shape) as house:
        ballot = await house.voting.open()
        phone = await house.phone(chromium)
        await connection(phone, "connected")
        await phone.context.set_offline(True)
        await connection(phone, "reconnecting")
        await vote(phone, shape)
        await receipt(phone, "unconfirmed")
        await expect(phone.locator("[data-receipt-choice]").first).to_have_text(CAST)
        await phone.context.set_offline(False)
        await receipt(phone, "counted")
        assert [row.choice for row in await Vote.filter(ballot_id=ballot)] == [STORED[shape]]
        await phone.context.close()


async def test_a_press_that_arrives_after_the_close_is_shown_as_not_cast(
    chromium: Browser, sqlite_url: str, tmp_path: Path
) -> None:
    async with open_house(tmp_path, sqlite_url, "some", rule=FINAL) as house:
        ballot = await house.voting.open()
        phone = await house.phone(chromium)
        await connection(phone, "connected")
        await phone.context.set_offline(True)
        await connection(phone, "reconnecting")
        await vote(phone, "some")
        await receipt(phone, "unconfirmed")
        await others_vote(house, ballot, 1)
        await house.voting.close(ballot)
        await phone.context.set_offline(False)
        await receipt(phone, "closed")
        await expect(phone.get_by_role("alert")).to_be_visible()
        await expect(phone.locator(".choice").first).to_be_disabled()
        assert await Vote.filter(ballot_id=ballot).count() == 1
        await phone.context.close()


async def test_a_network_that_blocks_sockets_takes_a_composed_vote(
    chromium: Browser, sqlite_url: str, tmp_path: Path
) -> None:
    shape = "ranking"
    async with open_house(tmp_path, sqlite_url, shape) as house:
        phone = await house.phone(chromium, init=NO_SOCKETS)
        await connection(phone, "offline")
        ballot = await house.voting.open()
        await vote(phone, shape)
        await receipt(phone, "counted")
        assert (await Vote.get(ballot_id=ballot)).choice == STORED[shape]
        await house.voting.close(ballot)
        await expect(phone.locator("[data-ballot]")).to_have_attribute("data-state", "closed")
        await expect(phone.locator(".choices :is(button, input, select):enabled")).to_have_count(0)
    await phone.context.close()  # or the service waits for its last question on stopping


async def test_an_empty_or_doubled_paper_is_said_in_words_and_nothing_is_sent(
    chromium: Browser, sqlite_url: str, tmp_path: Path
) -> None:
    async with open_house(tmp_path, sqlite_url, "ranking") as house:
        ballot = await house.voting.open()
        phone = await house.phone(chromium)
        await press(phone, CAST)
        await expect(phone.get_by_role("alert")).to_contain_text("还没有选")
        for name in (LAMP, SHED):
            await phone.get_by_role("combobox", name=name).select_option("1")
        await press(phone, CAST)
        await expect(phone.get_by_role("alert")).to_contain_text("同一个名次")
        await receipt(phone, "idle")
        await phone.get_by_role("combobox", name=SHED).select_option("3")
        await press(phone, CAST)
        await receipt(phone, "counted")
        await expect(phone.get_by_role("alert")).to_have_count(0)
        assert (await Vote.get(ballot_id=ballot)).choice == "1>2"
        await phone.context.close()


async def tab_to(page: Page, role: str, name: str) -> None:
    """By the keyboard alone; where the focus is, is seen."""
    wanted = page.get_by_role(role, name=name).first  # type: ignore[arg-type]
    for _ in range(60):
        await page.keyboard.press("Tab")
        if await wanted.evaluate("(el) => el === document.activeElement"):
            break
    else:
        raise AssertionError(f"Tab never comes to {name}")
    seen = await wanted.evaluate(
        """(el) => [el, el.closest("label") ?? el].some((one) => {
          const style = getComputedStyle(one);
          return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 3
            && parseFloat(getComputedStyle(one).opacity) > 0; })"""
    )
    assert seen, f"the focus on {name} is not seen"


async def test_a_ranking_is_filled_in_by_the_keyboard(
    chromium: Browser, sqlite_url: str, tmp_path: Path
) -> None:
    async with open_house(tmp_path, sqlite_url, "ranking") as house:
        ballot = await house.voting.open()
        phone = await house.phone(chromium)
        await connection(phone, "connected")
        for name, key in ((LAMP, "2"), (SQUARE, "1")):
            await tab_to(phone, "combobox", name)
            await phone.keyboard.press(key)
        await tab_to(phone, "button", CAST)
        await phone.keyboard.press("Enter")
        await receipt(phone, "counted")
        assert (await Vote.get(ballot_id=ballot)).choice == "3>1"
        await phone.context.close()


async def test_grades_are_given_by_the_keyboard(
    chromium: Browser, sqlite_url: str, tmp_path: Path
) -> None:
    async with open_house(tmp_path, sqlite_url, "grades") as house:
        ballot = await house.voting.open()
        phone = await house.phone(chromium)
        await connection(phone, "connected")
        await tab_to(phone, "radio", "1")
        for key in ("ArrowRight", "ArrowRight", "Tab", "Space"):
            await phone.keyboard.press(key)
        await tab_to(phone, "button", CAST)
        await phone.keyboard.press("Enter")
        await receipt(phone, "counted")
        assert (await Vote.get(ballot_id=ballot)).choice == "3,1,"
        await phone.context.close()


@pytest.mark.parametrize("shape", ASKED)
async def test_without_a_script_every_shape_is_a_form_in_the_hall_and_at_home(
    chromium: Browser, sqlite_url: str, tmp_path: Path, shape: str
) -> None:
    async with open_house(tmp_path, sqlite_url, shape, window_days=3) as house:
        ballot = await house.voting.open()
        hall = await house.phone(chromium, script=False)
        home = await house.phone(chromium, 1, script=False, path=f"{house.ballot(ballot)}/vote")
        if shape in COMPOSED:
            await press(hall, CAST)
            await expect(hall.locator("main")).to_contain_text("还没有选")
            await hall.go_back()
        await vote(hall, shape)
        await receipt(hall, "counted")
        await vote(home, shape)
        await expect(home.locator("main")).to_contain_text("已计入，回执")
        written = [row.choice for row in await Vote.filter(ballot_id=ballot)]
        assert written == [STORED[shape]] * 2
        expected = [] if shape in PRESSED else await filled_in_as(home)
        assert bool(expected) == (shape not in PRESSED)
        for page in (hall, home):
            await page.context.close()


async def filled_in_as(page: Page) -> list[str]:
    """What the page at home shows again, to be changed."""
    shown: list[str] = await page.locator(
        ".choices :is(input:checked, option[selected])"
    ).evaluate_all("(all) => all.map((one) => one.value)")
    return shown


async def test_without_a_script_a_secret_code_is_shown_first_and_an_objection_is_raised(
    chromium: Browser, sqlite_url: str, tmp_path: Path
) -> None:
    rule = replace(SECRET, objection_days=3)
    async with open_house(tmp_path, sqlite_url, rule=rule) as house:
        ballot = await house.voting.open()
        hall = await house.phone(chromium, script=False)
        code = await hall.locator(".secret-code b").inner_text()
        await press(hall, "赞成")
        await receipt(hall, "voted")
        assert (await SecretVote.get(ballot_id=ballot)).receipt == code
        await expect(hall.locator("body")).not_to_contain_text(code)
        for n in range(1, 4):
            home = await house.phone(chromium, n, script=False, path=f"{house.ballot(ballot)}/vote")
            await press(home, "赞成")
            await expect(home.locator("main")).to_contain_text("您已投过票")
            await home.context.close()
        await house.voting.close(ballot)
        await house.voting.announce(ballot)
        assert (await Ballot.get(id=ballot)).objections_until is not None
        await hall.goto(f"{house.ballot(ballot)}/objections")
        await hall.get_by_label("哪里不对").fill("演示：名册漏了一户")
        await hall.get_by_role("button", name="提出异议").click()
        await expect(hall.get_by_label("哪里不对")).to_have_value("演示：名册漏了一户")
        assert await Objection.filter(ballot_id=ballot).count() == 1
        await hall.context.close()
