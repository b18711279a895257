"""A phone that loses its connection keeps the press, shows the truth, and mixes nothing up."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from deliberation.agendas import conduct
from deliberation.ballots import service as ballots
from deliberation.ballots.models import Vote
from deliberation.ballots.opening import open_ballot
from deliberation.ballots.writer import cast_own
from deliberation.web.visit import DEVICE_COOKIE
from tests.browser.test_main_job import PHONE, opened
from tests.flows.community import Resident
from tests.flows.hall import Hall, convene_with_everybody, open_hall, open_the_vote, token_of
from tests.support.browser import picture

pytestmark = pytest.mark.anyio
NO_SOCKETS = """
window.WebSocket = class extends EventTarget {
  constructor() { super(); setTimeout(() => this.dispatchEvent(new Event("close")), 0); }
  close() {}
  send() {}
};
"""
LONG_MS = 60_000
"""The page waits longer before each try; nothing is measured by it."""


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[Hall]:
    async with open_hall(tmp_path, households=4) as opened_hall:
        await convene_with_everybody(opened_hall)
        yield opened_hall


async def phone_of(hall: Hall, chromium: Browser, resident: Resident, *, script: str = "") -> Page:
    token = await token_of(resident.person, hall.now)
    page = await opened(chromium, hall.url, PHONE, token=token)
    if script:
        await page.add_init_script(script)
    await page.goto(f"{hall.url}/meetings/{hall.meeting}")
    return page


async def connection(page: Page, state: str) -> None:
    line = page.locator("[data-connection]").first
    await expect(line).to_have_attribute("data-state", state, timeout=LONG_MS)


async def receipt(page: Page, state: str) -> None:
    slot = page.locator("[data-receipt-slot]")
    await expect(slot).to_have_attribute("data-state", state, timeout=LONG_MS)


async def press(page: Page, choice: str) -> None:
    await page.click(f".choice[value={choice}]")


async def pressed_offline(hall: Hall, chromium: Browser) -> Page:
    """The first household's phone, which was connected and pressed when it was no more."""
    phone = await phone_of(hall, chromium, hall.residents[0])
    await connection(phone, "connected")
    await phone.context.set_offline(True)
    await connection(phone, "reconnecting")
    await press(phone, "for")
    await receipt(phone, "unconfirmed")
    return phone


async def test_a_press_without_a_connection_is_kept_and_counted_by_itself(
    hall: Hall, chromium: Browser
) -> None:
    ballot = await open_the_vote(hall)
    phone = await pressed_offline(hall, chromium)
    await picture(phone, "phone-unconfirmed.png")
    assert await Vote.filter(ballot_id=ballot).count() == 0
    await phone.context.set_offline(False)
    await receipt(phone, "counted")
    vote = await Vote.get(ballot_id=ballot)
    await expect(phone.locator("[data-receipt-code]").first).to_have_text(vote.receipt)


async def test_a_press_for_an_earlier_ballot_is_never_shown_as_one_for_this(
    hall: Hall, chromium: Browser
) -> None:
    """Its answer was lost, and it is sent again when another ballot is open."""
    earlier = await open_the_vote(hall)
    phone = await pressed_offline(hall, chromium)
    actor = await hall.actor(hall.residents[0])
    await cast_own(actor, earlier, "for", channel="phone", at=hall.now)
    await ballots.void(hall.chair, hall.meeting, "演示重来", at=hall.now)
    now = await open_ballot(hall.chair, hall.meeting, seconds=60, at=hall.now)
    await phone.context.set_offline(False)
    await expect(phone.locator(f"[data-ballot='{now}']")).to_be_visible(timeout=LONG_MS)
    await connection(phone, "connected")
    await receipt(phone, "idle")
    await press(phone, "against")
    await receipt(phone, "counted")
    assert (await Vote.get(ballot_id=now)).choice == "against"


async def test_what_one_person_left_unanswered_is_not_sent_for_the_next_one(
    hall: Hall, chromium: Browser
) -> None:
    ballot = await open_the_vote(hall)
    other = hall.residents[1]
    phone = await pressed_offline(hall, chromium)
    await phone.goto("about:blank")  # or the page leaves by itself, when it hears whose it is
    token = await token_of(other.person, hall.now)
    await phone.context.add_cookies([{"name": DEVICE_COOKIE, "value": token, "url": hall.url}])
    await phone.context.set_offline(False)
    await phone.goto(f"{hall.url}/meetings/{hall.meeting}")
    await connection(phone, "connected")
    await receipt(phone, "idle")
    assert not await Vote.filter(ballot_id=ballot, voter_id=other.household).exists()


async def test_a_network_that_blocks_sockets_lets_one_vote_in_a_ballot_opened_later(
    hall: Hall, chromium: Browser
) -> None:
    phone = await phone_of(hall, chromium, hall.residents[0], script=NO_SOCKETS)
    await connection(phone, "offline")
    ballot = await open_the_vote(hall)
    await expect(phone.locator("[data-vote-form]")).to_be_visible(timeout=LONG_MS)
    await press(phone, "for")
    await receipt(phone, "counted")
    assert (await Vote.get(ballot_id=ballot)).choice == "for"
    await ballots.close(hall.chair, hall.meeting, at=hall.now)
    shown = phone.locator(f"[data-ballot='{ballot}']")
    await expect(shown).to_have_attribute("data-state", "closed", timeout=LONG_MS)
    await expect(phone.locator(".choice").first).to_be_disabled()
    await ballots.announce(hall.chair, hall.meeting, at=hall.now)
    await conduct.close_item(hall.chair, hall.meeting, "", at=hall.now)
