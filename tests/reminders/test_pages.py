"""Messages, wishes and the links of letters, as a browser and a mail program meet them."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest

from deliberation.app import create_app
from deliberation.clock import FixedClock
from deliberation.config import Settings
from deliberation.errors import Code
from deliberation.reminders import links
from deliberation.reminders.models import Lease, Message, Preference
from deliberation.reminders.telling import Teller
from tests.flows.hall import BEFORE, KEY, Hall, furnished, open_hall
from tests.support.service import served
from tests.web.desk import Browser, signed_in

pytestmark = pytest.mark.anyio

WANG = "wang@example.net"


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[Hall]:
    """Of a community that sends e-mail, to a server that nobody reaches."""
    settings = Settings(
        var=str(tmp_path),
        secret_key=KEY,
        smtp_host="127.0.0.1",
        smtp_port="9",
        smtp_security="none",
        mail_from="yishi@example.org",
    )
    clock = FixedClock(BEFORE)
    async with served(create_app(settings, clock)) as url:
        made = await furnished(clock, households=2, url=url)
        await _hold_the_word(clock)
        yield made


async def _hold_the_word(clock: FixedClock) -> None:
    """So that nothing is told but by a test's own acts."""
    held = {"holder": "a test", "until": clock.now() + timedelta(minutes=10)}
    await Lease.update_or_create(id="chores", defaults=held)
    await Message.all().delete()


@pytest.fixture
async def client(hall: Hall) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=hall.url, trust_env=False, timeout=60) as opened:
        yield opened


@pytest.fixture
async def resident(hall: Hall, client: httpx2.AsyncClient) -> Browser:
    return await signed_in(client, hall, hall.residents[0].person)


async def told(hall: Hall) -> None:
    """The evening before, everybody is told of the meeting."""
    at = hall.now - timedelta(hours=12)
    await Teller().remind(at, at)


async def test_a_message_is_counted_listed_opened_and_read(hall: Hall, resident: Browser) -> None:
    assert "还没有消息" in (await resident.get("/me/messages")).text
    await told(hall)
    home = (await resident.get("/")).text
    assert "条未读消息" in home
    assert "提醒：" in home
    listed = (await resident.get("/me/messages")).text
    assert "“11月议事日”" in listed
    action = re.findall(r'action="(/me/messages/[^"]+/open)"', listed)[0]
    answer = await resident.send(action)
    assert answer.headers["location"] == f"/meetings/{hall.meeting}"
    assert "条未读消息" not in (await resident.get("/")).text


async def test_all_are_read_at_once_and_only_ones_own(
    hall: Hall, client: httpx2.AsyncClient, resident: Browser
) -> None:
    await told(hall)
    other = await signed_in(client, hall, hall.residents[1].person)
    await resident.send("/me/messages/read")
    assert "条未读消息" not in (await resident.get("/")).text
    assert "条未读消息" in (await other.get("/")).text
    theirs = await Message.get(person_id=hall.residents[1].person)
    answer = await resident.send(f"/me/messages/{theirs.id}/open")
    assert answer.status_code == 404


async def test_many_messages_are_paged(hall: Hall, resident: Browser) -> None:
    await told(hall)
    first = await Message.filter(person_id=hall.residents[0].person).first()
    assert first
    for number in range(45):
        await Message.create(
            community_id=first.community_id,
            person_id=first.person_id,
            kind=first.kind,
            key=f"{first.key}{number}",
            subject=first.subject,
            sentence=first.sentence,
            link=first.link,
            made_at=first.made_at,
        )
    for number, count in ((1, 20), (2, 20), (3, 6)):
        page = (await resident.get(f"/me/messages?page={number}")).text
        assert page.count("/open") == count
    assert (await resident.get("/me/messages?page=-1")).status_code == 200
    assert (await resident.get("/me/messages?page=9999999999999")).status_code == 200


async def test_what_is_cancelled_is_struck_out(hall: Hall, resident: Browser) -> None:
    await told(hall)
    await Message.all().update(muted_at=hall.now)
    assert "<s>" in (await resident.get("/me/messages")).text
    assert "条未读消息" not in (await resident.get("/")).text


async def test_wishes_are_kept(hall: Hall, resident: Browser) -> None:
    page = (await resident.get("/me/reminders")).text
    assert page.count("checkbox") == 5, "what a resident can be told"
    await resident.send("/me/reminders", rhythm="weekly", kinds=["meeting", "ballot"])
    row = await Preference.get(person_id=hall.residents[0].person)
    assert (row.rhythm, row.unwanted) == ("weekly", "evaluation,answer,support")
    answer = await resident.send("/me/reminders", rhythm="hourly")
    assert answer.status_code == 400


async def test_a_given_address_is_asked_and_the_answer_tells_nothing_of_others(
    hall: Hall, client: httpx2.AsyncClient, resident: Browser
) -> None:
    other = await signed_in(client, hall, hall.residents[1].person)
    first = await resident.send("/me/reminders/address", address=WANG)
    second = await other.send("/me/reminders/address", address=WANG)
    assert (first.status_code, first.headers["location"]) == (
        second.status_code,
        second.headers["location"],
    )
    assert "还没有确认" in (await resident.get("/me/reminders")).text
    wrong = await resident.send("/me/reminders/address", address="wang@@example")
    assert wrong.status_code == 400
    assert "不是一个能收信的邮箱" in wrong.text
    assert 'value="wang@@example"' in wrong.text
    await resident.send("/me/reminders/address/delete")
    assert WANG not in (await resident.get("/me/reminders")).text


async def test_addresses_cannot_be_tried_without_end(hall: Hall, resident: Browser) -> None:
    answers = [
        await resident.send("/me/reminders/address", address=f"wang{n}@example.net")
        for n in range(6)
    ]
    assert [a.status_code for a in answers] == [303] * 5 + [429]


async def given_address(hall: Hall, resident: Browser) -> Preference:
    await resident.send("/me/reminders/address", address=WANG)
    return await Preference.get(person_id=hall.residents[0].person)


async def test_a_link_in_a_letter_works_without_signing_in_and_only_by_its_button(
    hall: Hall, client: httpx2.AsyncClient, resident: Browser
) -> None:
    row = await given_address(hall, resident)
    ends = hall.now + timedelta(days=2)
    path = f"/reminders/confirm/{links.made(KEY.encode(), 'confirm', row.id, WANG, ends)}"
    asked = await client.get(path)
    assert "按一下就好" in asked.text
    await row.refresh_from_db()
    assert row.confirmed_at is None, "a program that only looks confirms nothing"
    assert (await client.post(path)).status_code == 200
    await row.refresh_from_db()
    assert row.confirmed_at == hall.now


async def test_a_mail_program_stops_letters_by_one_click(
    hall: Hall, client: httpx2.AsyncClient, resident: Browser
) -> None:
    row = await given_address(hall, resident)
    path = f"/reminders/stop/{links.made(KEY.encode(), 'stop', row.id, WANG, None)}"
    asked = await client.get(path)
    assert "不再收邮件" in asked.text
    await row.refresh_from_db()
    assert row.rhythm == "daily"
    answer = await client.post(
        path,
        content=b"List-Unsubscribe=One-Click",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code == 200
    await row.refresh_from_db()
    assert row.rhythm == "never"


@pytest.mark.parametrize("act", ["confirm", "stop"])
async def test_a_link_that_is_not_ours_does_nothing(
    hall: Hall, client: httpx2.AsyncClient, resident: Browser, act: str
) -> None:
    row = await given_address(hall, resident)
    forged = f"{row.id.hex}.0.{'0' * 40}"
    for link in (forged, "x", f"{row.id.hex}.٣.x"):
        for method in ("GET", "POST"):
            answer = await client.request(method, f"/reminders/{act}/{link}")
            assert answer.status_code == 404
            assert Code.LINK_INVALID in answer.text
    await row.refresh_from_db()
    assert (row.confirmed_at, row.rhythm) == (None, "daily")


async def test_where_no_mail_is_sent_the_page_says_so(tmp_path: Path) -> None:
    async with (
        open_hall(tmp_path, households=1) as hall,
        httpx2.AsyncClient(base_url=hall.url, trust_env=False, timeout=60) as client,
    ):
        resident = await signed_in(client, hall, hall.residents[0].person)
        assert "本社区现在不发邮件" in (await resident.get("/me/reminders")).text
        answer = await resident.send("/me/reminders/address", address=WANG)
        assert answer.status_code == 404
