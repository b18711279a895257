"""A secret vote on a phone: its code is the phone's own, and nobody else's business."""

import json
from pathlib import Path

import pytest
from msgspec.structs import replace
from playwright.async_api import Browser, Page, WebSocket, expect
from structlog.testing import capture_logs

from deliberation.ballots.models import Mark, SecretVote
from deliberation.ballots.writer import cast_own
from deliberation.rulesets.shipped import CONSULTATION
from tests.browser.test_coming_back import NO_SOCKETS
from tests.browser.voters import (
    SQUARE,
    House,
    code_shown,
    connection,
    open_house,
    press,
    receipt,
    vote,
)
from tests.support.looking import Measures, found_wrong, too_wide

pytestmark = pytest.mark.anyio
SECRET = replace(CONSULTATION, version=2, secrecy="secret", may_change=False, proxies=0)
PHONE, ELDER = Measures(text=15, target=44), Measures(text=22, target=60)
KEPT = "Object.entries(sessionStorage).map(([key, value]) => JSON.parse(value))"


def sent_by(page: Page) -> list[str]:
    """Whatever the page sends from now on, by sockets and otherwise."""
    sent: list[str] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framesent", lambda text: sent.append(str(text)))

    page.on("websocket", listen)
    page.on("request", lambda asked: sent.append(f"{asked.url} {asked.post_data or ''}"))
    return sent


def holding(sent: list[str], text: str) -> int:
    return sum(text in one for one in sent)


async def test_the_code_is_the_pages_own_and_is_sent_once(
    chromium: Browser, sqlite_url: str, tmp_path: Path
) -> None:
    async with open_house(tmp_path, sqlite_url, "some", rule=SECRET) as house:
        ballot = await house.voting.open()
        phone = await house.phone(chromium)
        await connection(phone, "connected")
        of_the_form = await phone.locator("input[name=receipt]").input_value()
        await expect(phone.locator(".secret-code")).to_be_hidden()
        with capture_logs() as log:
            await vote(phone, "some")
            await receipt(phone, "counted")
            code = await code_shown(phone)
            assert code == (await SecretVote.get(ballot_id=ballot)).receipt
            assert code != of_the_form
            sent = sent_by(phone)
            await phone.reload()
            await connection(phone, "connected")
            await receipt(phone, "counted")
            assert await code_shown(phone) == code
            await expect(phone.locator(".choices input:checked")).to_have_count(0)
            await phone.goto(f"{house.url}/me/receipts")
            await phone.goto(house.live)
            await connection(phone, "connected")
        assert holding(sent, code) == 0
        assert not any(code in json.dumps(line, default=str) for line in log)
        assert await phone.evaluate("JSON.stringify(localStorage)") == "{}"
        assert code not in await phone.evaluate("document.cookie + location.href")
        assert (
            await phone.evaluate(f"{KEPT}.flatMap((kept) => [...kept.pending, ...kept.tried])")
            == []
        )
        await phone.context.close()


async def test_another_tab_and_another_device_of_the_home_know_only_that_it_has_voted(
    chromium: Browser, sqlite_url: str, tmp_path: Path
) -> None:
    async with open_house(tmp_path, sqlite_url, rule=SECRET) as house:
        ballot = await house.voting.open()
        waiting = await house.phone(chromium)
        await connection(waiting, "connected")
        phone = await house.phone(chromium)
        await vote(phone, "motion")
        await receipt(phone, "counted")
        code = await code_shown(phone)
        tab = await phone.context.new_page()
        device = await house.phone(chromium)
        for page in (tab, device):
            await page.goto(house.live)
            await connection(page, "connected")
            await knows_only_that(page, code)
        await press(waiting, "反对")
        await expect(waiting.get_by_role("alert")).to_contain_text("已经投过票")
        await knows_only_that(waiting, code)
        assert (await SecretVote.get(ballot_id=ballot)).choice == "for"
        for page in (waiting, phone, device):
            await page.context.close()


async def knows_only_that(page: Page, code: str) -> None:
    await receipt(page, "voted")
    await expect(page.get_by_text("您已投过票").locator("visible=true")).to_have_count(1)
    await expect(page.locator(".choice[aria-pressed=true]")).to_have_count(0)
    assert code not in await page.content()


async def test_a_second_press_is_refused_and_the_first_code_stays(
    chromium: Browser, sqlite_url: str, tmp_path: Path
) -> None:
    async with open_house(tmp_path, sqlite_url, rule=SECRET) as house:
        ballot = await house.voting.open()
        phone = await house.phone(chromium)
        await connection(phone, "connected")
        await vote(phone, "motion")
        await receipt(phone, "counted")
        code = await code_shown(phone)
        await press(phone, "反对")
        await expect(phone.get_by_role("alert")).to_contain_text("已经投过票")
        await receipt(phone, "counted")
        await expect(phone.locator(".choice[aria-pressed=true]")).to_contain_text("赞成")
        assert await code_shown(phone) == code
        secret = await SecretVote.get(ballot_id=ballot)
        assert (secret.receipt, secret.choice) == (code, "for")
        assert await Mark.filter(ballot_id=ballot).count() == 1
        await phone.context.close()


async def pressed_offline(house: House, chromium: Browser) -> tuple[Page, str]:
    """A phone that pressed 赞成 without a connection, and the code it made."""
    phone = await house.phone(chromium)
    await connection(phone, "connected")
    await phone.context.set_offline(True)
    await connection(phone, "reconnecting")
    await press(phone, "赞成")
    await receipt(phone, "unconfirmed")
    return phone, (await phone.evaluate(f"{KEPT}[0].pending[0].receipt"))


async def test_a_vote_whose_answer_was_lost_shows_its_code_after_another_press(
    chromium: Browser, sqlite_url: str, tmp_path: Path
) -> None:
    """The first press was counted; the second is refused, and the first code is known again."""
    async with open_house(tmp_path, sqlite_url, rule=SECRET) as house:
        ballot = await house.voting.open()
        phone, code = await pressed_offline(house, chromium)
        at = house.voting.clock.now()
        await cast_own(house.voting.voters[0], ballot, "for", receipt=code, channel="phone", at=at)
        await press(phone, "反对")
        await phone.context.set_offline(False)
        await receipt(phone, "counted")
        assert await code_shown(phone) == code
        await expect(phone.locator(".choice[aria-pressed=true]")).to_contain_text("赞成")
        await phone.context.close()


async def test_a_change_of_mind_before_anything_was_counted_is_what_counts(
    chromium: Browser, sqlite_url: str, tmp_path: Path
) -> None:
    async with open_house(tmp_path, sqlite_url, rule=SECRET) as house:
        ballot = await house.voting.open()
        phone, code = await pressed_offline(house, chromium)
        await press(phone, "反对")
        await phone.context.set_offline(False)
        await receipt(phone, "counted")
        secret = await SecretVote.get(ballot_id=ballot)
        assert (secret.choice, secret.receipt) == ("against", await code_shown(phone))
        assert secret.receipt != code
        await phone.context.close()


async def test_without_sockets_the_code_is_the_pages_own_and_outlives_a_reload(
    chromium: Browser, sqlite_url: str, tmp_path: Path
) -> None:
    async with open_house(tmp_path, sqlite_url, rule=SECRET) as house:
        ballot = await house.voting.open()
        phone = await house.phone(chromium, init=NO_SOCKETS)
        await connection(phone, "offline")
        await vote(phone, "motion")
        await receipt(phone, "counted")
        code = await code_shown(phone)
        assert code == (await SecretVote.get(ballot_id=ballot)).receipt
        await phone.reload()
        await receipt(phone, "counted")
        assert await code_shown(phone) == code
    await phone.context.close()  # or the service waits for its last question on stopping


async def test_after_the_result_the_code_finds_its_line(
    chromium: Browser, sqlite_url: str, tmp_path: Path
) -> None:
    """And the pages of a secret vote keep to the measures meanwhile, in large type too."""
    async with open_house(tmp_path, sqlite_url, "some", rule=SECRET, households=5) as house:
        ballot = await house.voting.open()
        wrong = []
        phones = [await house.phone(chromium, n) for n in range(5)]
        for phone in phones:
            await vote(phone, "some")
            await receipt(phone, "counted")
        code = await code_shown(phones[0])
        wrong += await measured(phones[0], PHONE)
        await in_large_type(phones[1], house)
        wrong += await measured(phones[1], ELDER)
        await house.voting.close(ballot)
        await house.voting.announce(ballot)
        await phones[0].goto(house.ballot(ballot))
        await phones[0].get_by_label("您的回执").fill(code)
        await phones[0].get_by_role("button", name="找我的票").click()
        await expect(phones[0]).to_have_url(f"{house.ballot(ballot)}?receipt={code}#list")
        found = phones[0].get_by_role("status").filter(has_text="找到了")
        await expect(found).to_contain_text(code)
        await expect(found).to_contain_text(SQUARE)
        wrong += await measured(phones[0], PHONE)
        for phone in phones:
            await phone.context.close()
    assert wrong == []


async def measured(page: Page, least: Measures) -> list[str]:
    return [*await found_wrong(page, least), *await too_wide(page)]


async def in_large_type(page: Page, house: House) -> None:
    await page.context.add_cookies([{"name": "elder", "value": "1", "url": house.url}])
    await page.reload()
    await receipt(page, "counted")
