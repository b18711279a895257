"""The agenda board under the facilitator's fingers: keys, dragging, and what is said aloud."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import pytest
from playwright.async_api import Browser, Page, expect

from deliberation.agendas.service import items_of, propose_agenda
from deliberation.app import create_app
from deliberation.auth.service import actor_of
from deliberation.clock import FixedClock
from deliberation.config import Settings
from deliberation.demands import intaking
from deliberation.meetings import service as meetings
from deliberation.meetings.models import DeliberationDay
from deliberation.web.visit import DEVICE_COOKIE
from tests.flows.community import demand_list, found_community, token_of_facilitator
from tests.support.browser import picture
from tests.support.service import served

KEY = "k" * 40
NOW = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)


@pytest.fixture
async def meeting(sqlite_url: str, tmp_path: Path) -> AsyncIterator[tuple[str, UUID, str]]:
    """The service's address, a planned meeting with a proposed agenda, the chair's token."""
    settings = Settings(var=str(tmp_path), database_url=sqlite_url, secret_key=KEY)
    async with served(create_app(settings, FixedClock(NOW))) as url:
        await found_community(NOW)
        token = await token_of_facilitator(NOW)
        chair = await actor_of(token, at=NOW)
        intake = await intaking.stage(chair, demand_list(20, NOW.date()), "d.csv", at=NOW)
        await intaking.confirm(chair, intake, at=NOW)
        day = await DeliberationDay.get(held_on=date(2026, 11, 20))
        planned = await meetings.plan_meeting(chair, day.id, title="11月议事日", at=NOW)
        await propose_agenda(chair, planned.id, at=NOW)
        yield url, planned.id, token


@pytest.fixture
async def board(chromium: Browser, meeting: tuple[str, UUID, str]) -> Page:
    url, planned, token = meeting
    context = await chromium.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    await context.add_cookies([{"name": DEVICE_COOKIE, "value": token, "url": url}])
    page = await context.new_page()
    await page.goto(f"{url}/meetings/{planned}/agenda")
    return page


async def titles(meeting: UUID) -> list[str]:
    return [item.title for item in await items_of(meeting)]


async def test_minutes_and_removal_go_by_keys_and_the_focus_stays(
    board: Page, meeting: tuple[str, UUID, str]
) -> None:
    before = await items_of(meeting[1])
    first = board.locator(".board-item").first
    await first.focus()
    await board.keyboard.press("+")
    await expect(first.locator(".board-minutes b")).to_contain_text("25")
    await expect(board.locator(f"[id='item-{before[0].id}']")).to_be_focused()
    await expect(board.get_by_role("status")).to_contain_text("25分钟 已排145分")
    await board.keyboard.press("-")
    await expect(first.locator(".board-minutes b")).to_contain_text("20")
    last = board.locator(".board-item").last
    await last.focus()
    await board.keyboard.press("Delete")
    await expect(board.locator(".board-item")).to_have_count(len(before) - 1)
    await expect(board.get_by_role("status")).to_contain_text("已移出议程：")
    assert await titles(meeting[1]) == [item.title for item in before[:-1]]
    await picture(board, "board.png", full_page=True)


async def test_an_arrow_against_the_ranking_asks_for_the_reason_and_then_moves(
    board: Page, meeting: tuple[str, UUID, str]
) -> None:
    before = await titles(meeting[1])
    await board.locator(".board-item").nth(1).focus()
    await board.keyboard.press("ArrowUp")
    reason = board.locator(".board-reason input[name=reason]")
    await expect(reason).to_be_focused()
    assert await titles(meeting[1]) == before
    await reason.fill("消防整改期限将到")
    await reason.press("Enter")
    await expect(board.locator(".board-item").first).to_contain_text("消防整改期限将到")
    await expect(board.locator(".board-item").first).to_be_focused()
    assert (await titles(meeting[1]))[:2] == [before[1], before[0]]


async def test_an_item_dragged_onto_another_takes_its_place(
    board: Page, meeting: tuple[str, UUID, str]
) -> None:
    before = await titles(meeting[1])
    items = board.locator(".board-item")
    await items.nth(2).drag_to(items.nth(0))
    reason = board.locator(".board-reason input[name=reason]")
    await reason.fill("演示理由")
    await reason.press("Enter")
    await expect(board.locator(".board-reason")).to_have_count(0)
    assert (await titles(meeting[1]))[0] == before[2]


async def test_removing_what_was_written_for_asks_first(
    board: Page, meeting: tuple[str, UUID, str]
) -> None:
    last = (await items_of(meeting[1]))[-1]
    item = board.locator(f"[id='item-{last.id}']")
    await item.locator("summary").click()
    await item.locator("[name=reporter]").fill("演示人")
    await item.locator("button:has-text('保存这一项')").click()
    await expect(item).to_contain_text("报告人：演示人")
    await item.focus()
    await board.keyboard.press("Delete")
    await expect(board.locator("h1")).to_have_text(f"把“{last.title}”移出议程吗？")
    await expect(board.locator("h1")).to_be_focused()
    assert last.title in await titles(meeting[1])
    await board.locator("main button:has-text('移出议程')").click()
    await expect(item).to_have_count(0)
    await expect(board.locator(".board-item").last).to_be_focused()


async def test_a_demand_is_added_by_enter_and_another_by_dragging(
    board: Page, meeting: tuple[str, UUID, str]
) -> None:
    before = await titles(meeting[1])
    rows = board.locator(".board-row:has(form)")
    (first, second) = [await rows.nth(n).locator(".board-title").inner_text() for n in (0, 1)]
    row = await rows.nth(0).get_attribute("id")
    await rows.nth(0).locator("button").focus()
    await board.keyboard.press("Enter")
    await expect(board.locator(f"[id='{row}'] .board-placed")).to_be_focused()
    await expect(board.get_by_role("status")).to_contain_text(first)
    await rows.nth(0).drag_to(board.locator(".board-agenda"))
    await expect(board.locator(".board-item")).to_have_count(len(before) + 2)
    assert await titles(meeting[1]) == [*before, first, second]


async def test_what_is_typed_for_one_item_outlasts_a_change_of_another(board: Page) -> None:
    items = board.locator(".board-item")
    await items.nth(0).locator("summary").click()
    await items.nth(0).locator("[name=wording]").fill("同意演示。")
    await items.nth(1).focus()
    await board.keyboard.press("+")
    await expect(items.nth(1).locator(".board-minutes b")).to_contain_text("25")
    await expect(items.nth(0).locator("[name=wording]")).to_have_value("同意演示。")


async def test_without_a_script_the_buttons_do_the_same(
    chromium: Browser, meeting: tuple[str, UUID, str]
) -> None:
    url, planned, token = meeting
    context = await chromium.new_context(java_script_enabled=False, locale="zh-CN")
    await context.add_cookies([{"name": DEVICE_COOKIE, "value": token, "url": url}])
    page = await context.new_page()
    await page.goto(f"{url}/meetings/{planned}/agenda")
    before = await titles(planned)
    async with page.expect_navigation():
        await page.locator(".board-row:has(form) button").first.click()
    async with page.expect_navigation():
        await page.locator(".board-item").last.locator("button:has-text('移回清单')").click()
    assert await titles(planned) == before
    await expect(page.locator("[data-keys]")).to_be_hidden()
