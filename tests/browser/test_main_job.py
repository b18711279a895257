"""The three faces in a real browser: a phone votes, the chair drives, the hall watches."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from playwright.async_api import Browser, Page, expect

from deliberation.app import create_app
from deliberation.auth.service import actor_of
from deliberation.clock import FixedClock
from deliberation.config import Settings
from deliberation.demands import intaking
from deliberation.web.visit import DEVICE_COOKIE
from tests.flows.community import (
    PASSWORD,
    Resident,
    demand_list,
    found_community,
    settle_households,
    token_of_card,
    token_of_facilitator,
)
from tests.flows.hall import WORDING, prepared_meeting
from tests.support.browser import picture
from tests.support.community import the_community
from tests.support.service import served

KEY = "k" * 40
BEFORE = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
ON_THE_DAY = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1440, "height": 900}
HALL = {"width": 1920, "height": 1080}


async def hall(clock: FixedClock) -> tuple[UUID, list[Resident]]:
    """A community whose noticed meeting is today."""
    await found_community(BEFORE)
    community = (await the_community()).id
    residents = await settle_households(community, 8, key=KEY.encode(), at=BEFORE)
    chair = await actor_of(await token_of_facilitator(BEFORE), at=BEFORE)
    intake = await intaking.stage(chair, demand_list(20, BEFORE.date()), "d.csv", at=BEFORE)
    await intaking.confirm(chair, intake, at=BEFORE)
    meeting = await prepared_meeting(chair, BEFORE)
    clock.advance(ON_THE_DAY - BEFORE)
    return meeting, list(residents)


async def opened(
    browser: Browser, url: str, size: dict[str, int], *, token: str = "", script: bool = True
) -> Page:
    context = await browser.new_context(
        viewport={"width": size["width"], "height": size["height"]},
        locale="zh-CN",
        java_script_enabled=script,
    )
    if token:
        await context.add_cookies([{"name": DEVICE_COOKIE, "value": token, "url": url}])
    page = await context.new_page()
    page.on("pageerror", lambda error: (_ for _ in ()).throw(AssertionError(str(error))))
    return page


async def submit(page: Page, button: str) -> None:
    """Send a form, and go on only when its answer stands there: a page that is being left can
    neither be reloaded nor pictured."""
    async with page.expect_navigation():
        await page.click(button)


async def sign_in(page: Page, url: str, meeting: UUID, code: str) -> None:
    """As a resident does: the meeting's page, the card's code, then be present."""
    await page.goto(f"{url}/meetings/{meeting}")
    await page.fill("input[name=code]", code)
    await submit(page, "form[action='/sign-in/card'] button")


async def attend(page: Page) -> None:
    await page.click(ATTEND)
    await expect(page.locator("text=您还没有签到")).to_have_count(0)


ATTEND = "button:has-text('现场签到')"
NEXT = "button.next-action:has-text('{}')"


async def chair_presses(console: Page, label: str) -> None:
    await console.click(NEXT.format(label))


async def test_a_phone_votes_while_the_chair_drives_and_the_hall_watches(
    chromium: Browser, sqlite_url: str, tmp_path: Path
) -> None:
    clock = FixedClock(BEFORE)
    app = create_app(Settings(var=str(tmp_path), database_url=sqlite_url, secret_key=KEY), clock)
    async with served(app) as url:
        meeting, residents = await hall(clock)
        console = await opened(chromium, url, DESKTOP)
        await console.goto(f"{url}/sign-in?next=/meetings/{meeting}/console")
        await console.fill("input[name=login]", "zhou")
        await console.fill("input[name=password]", PASSWORD)
        await console.click("form[action='/sign-in/password'] button")
        await picture(console, "console-1-noticed.png")
        screen = await opened(chromium, url, HALL)
        await screen.goto(f"{url}/meetings/{meeting}/screen")
        await picture(screen, "screen-1-joining.png")

        phones = []
        for resident in residents[:6]:
            phone = await opened(chromium, url, PHONE)
            await sign_in(phone, url, meeting, resident.code)
            await attend(phone)
            phones.append(phone)
        await picture(phones[0], "phone-1-present.png", full_page=True)
        await expect(phones[0].locator("form[data-speech-form]")).to_be_hidden()
        await chair_presses(console, "宣布开会")
        await expect(phones[0].locator("form[data-speech-form]")).to_be_visible()

        await chair_presses(console, "开始讨论")
        await phones[0].click("form[data-speech-form] button[value=for]")
        await expect(phones[0].locator("[data-speech-state]")).to_have_attribute(
            "data-state", "waiting"
        )
        await console.click("button:has-text('请下一位发言')")
        await expect(console.locator("button:has-text('发言结束')")).to_be_visible()
        await picture(console, "console-2-floor.png")
        await picture(screen, "screen-2-speaking.png")
        await console.click("button:has-text('发言结束')")
        await chair_presses(console, "宣读决议")
        await chair_presses(console, "开启表决")

        first = phones[0]
        await expect(first.locator("[data-vote-form]")).to_be_visible()
        await expect(first.locator(".wording-text").first).to_contain_text(WORDING[:6])
        await picture(first, "phone-2-ballot.png")
        before = await first.locator("button.choice[value=for]").bounding_box()
        await first.click("button.choice[value=for]")
        await expect(first.locator("[data-receipt-slot]")).to_have_attribute(
            "data-state", "counted"
        )
        assert await first.locator("button.choice[value=for]").bounding_box() == before
        await picture(first, "phone-3-receipt.png")
        receipt = await first.locator("[data-receipt-code]").inner_text()
        for phone, choice in zip(
            phones[1:], ("for", "for", "for", "against", "abstain"), strict=True
        ):
            await phone.click(f"button.choice[value={choice}]")
            await expect(phone.locator("[data-receipt-slot]")).to_have_attribute(
                "data-state", "counted"
            )
        await expect(screen.locator("[data-turnout-number]").first).to_have_text("6")
        await picture(console, "console-3-voting.png")
        await picture(screen, "screen-3-voting.png")

        await chair_presses(console, "关闭表决")
        await console.click("dialog[open] button:has-text('关闭表决')")
        await chair_presses(console, "宣布结果")
        await expect(screen.locator("body")).to_contain_text("通过")
        await expect(first.locator("[data-part=result]")).to_contain_text("通过")
        await picture(console, "console-4-result.png")
        await picture(screen, "screen-4-result.png")
        await picture(first, "phone-4-result.png", full_page=True)

        await first.goto(f"{url}/me/receipts")
        await expect(first.locator("body")).to_contain_text(receipt)
        await chair_presses(console, "结束本项")
        await expect(console.locator("button.next-action")).to_contain_text("下一项")


async def test_without_a_script_the_same_vote_is_a_form(
    chromium: Browser, sqlite_url: str, tmp_path: Path
) -> None:
    clock = FixedClock(BEFORE)
    app = create_app(Settings(var=str(tmp_path), database_url=sqlite_url, secret_key=KEY), clock)
    async with served(app) as url:
        meeting, residents = await hall(clock)
        chair = await opened(chromium, url, DESKTOP, script=False, token=await chairs_token(clock))
        await chair.goto(f"{url}/meetings/{meeting}/console")
        await submit(chair, NEXT.format("宣布开会"))
        phones = []
        for resident in residents[:5]:
            token = await token_of_card(resident.code, key=KEY.encode(), at=clock.now())
            phone = await opened(chromium, url, PHONE, token=token, script=False)
            await phone.goto(f"{url}/meetings/{meeting}")
            await submit(phone, ATTEND)
            phones.append(phone)
        for label in ("开始讨论", "宣读决议", "开启表决"):
            await submit(chair, NEXT.format(label))
        phone = phones[0]
        await phone.reload()
        await submit(phone, "button.choice[value=against]")
        await expect(phone.locator("[data-receipt-slot]")).to_have_attribute(
            "data-state", "counted"
        )
        await picture(phone, "phone-5-no-script.png")
        await chair.reload()
        await submit(chair, NEXT.format("关闭表决"))
        await expect(chair.locator("main")).to_contain_text("关闭后他们不能再投")
        await submit(chair, "main button:has-text('关闭表决')")
        await submit(chair, NEXT.format("宣布结果"))
        await phone.reload()
        await expect(phone.locator("[data-part=result]")).to_contain_text("未通过")


async def chairs_token(clock: FixedClock) -> str:
    return await token_of_facilitator(clock.now())
