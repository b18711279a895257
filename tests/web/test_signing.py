"""By card, by its QR, by password: who comes in, and where they are then."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
import structlog

from deliberation.people.codes import format_code
from deliberation.people.models import Device
from deliberation.web.signing import local_path
from deliberation.web.visit import DEVICE_COOKIE
from tests.flows.community import PASSWORD
from tests.flows.hall import Hall, open_hall
from tests.web.desk import Browser, signed_in

pytestmark = pytest.mark.anyio


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[Hall]:
    async with open_hall(tmp_path, households=2) as opened:
        yield opened


@pytest.fixture
async def client(hall: Hall) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=hall.url, trust_env=False, timeout=60) as opened:
        yield opened


@pytest.fixture
def anybody(client: httpx2.AsyncClient) -> Browser:
    """A browser that nobody has signed in on."""
    return Browser(client)


async def test_looking_at_a_cards_address_signs_nobody_in(hall: Hall, anybody: Browser) -> None:
    devices = await Device.all().count()
    looked = await anybody.get(f"/c/{hall.residents[0].code}")
    assert looked.status_code == 200
    assert DEVICE_COOKIE not in looked.cookies
    assert await Device.all().count() == devices


async def test_the_qr_on_the_day_leads_into_the_meeting(hall: Hall, anybody: Browser) -> None:
    answer = await anybody.send(f"/c/{hall.residents[0].code}")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/meetings/{hall.meeting}")
    cookie = answer.headers["set-cookie"]
    assert f"{DEVICE_COOKIE}=" in cookie
    assert "httponly" in cookie.lower()
    assert "samesite=lax" in cookie.lower()
    assert "max-age=34560000" in cookie.lower()  # 400 days
    assert "secure" not in cookie.lower()  # plain HTTP in the hall


async def test_a_code_is_taken_as_people_type_it(hall: Hall, anybody: Browser) -> None:
    typed = f" {format_code(hall.residents[1].code).lower()} "
    answer = await anybody.send("/sign-in/card", code=typed, next="/demands")
    assert (answer.status_code, answer.headers["location"]) == (303, "/demands")


async def test_a_slip_of_the_finger_is_told_from_a_card_that_is_none(
    hall: Hall, anybody: Browser
) -> None:
    code = hall.residents[0].code
    mistyped = await anybody.send("/sign-in/card", code=code[1] + code[0] + code[2:])
    if code[0] != code[1]:
        assert mistyped.status_code == 400
        assert "对照卡片" in mistyped.text
    unknown = await anybody.send("/sign-in/card", code="3333333")
    assert unknown.status_code == 403
    assert "没有这张卡" in unknown.text


async def test_staff_sign_in_by_password_and_a_wrong_one_says_not_which(anybody: Browser) -> None:
    right = await anybody.send("/sign-in/password", login="zhou", password=PASSWORD)
    assert (right.status_code, right.headers["location"]) == (303, "/desk")
    wrong = await anybody.send("/sign-in/password", login="zhou", password="guess")
    nobody = await anybody.send("/sign-in/password", login="nobody", password="guess")
    assert wrong.status_code == nobody.status_code == 403
    assert "用户名或密码不对" in wrong.text
    assert "用户名或密码不对" in nobody.text


@pytest.mark.parametrize(
    "elsewhere",
    ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "javascript:x"],
)
async def test_signing_in_never_leads_to_somebody_elses_site(
    hall: Hall, anybody: Browser, elsewhere: str
) -> None:
    answer = await anybody.send("/sign-in/card", code=hall.residents[0].code, next=elsewhere)
    assert answer.headers["location"] == "/"


@pytest.mark.parametrize("path", ["/\t/elsewhere.example", "/\r\nSet-Cookie: a=b", "", "me"])
def test_what_a_browser_would_read_as_another_site_is_no_path(path: str) -> None:
    assert local_path(path) == "/"


async def test_signing_out_ends_the_device(hall: Hall, client: httpx2.AsyncClient) -> None:
    browser = await signed_in(client, hall, hall.residents[0].person)
    assert (await browser.get("/me")).status_code == 200
    await browser.send("/sign-out")
    assert (await browser.get("/me")).status_code == 401


async def test_no_code_stands_in_the_log(hall: Hall, anybody: Browser) -> None:
    code = hall.residents[0].code
    with structlog.testing.capture_logs() as logged:
        await anybody.get(f"/c/{code}")
        await anybody.send(f"/c/{code}")
        await anybody.send("/sign-in/card", code=code)
        await anybody.send("/c/3333333")
    assert code not in str(logged)
    assert "3333333" not in str(logged)


async def test_own_votes_demands_and_ratings_have_their_pages(
    hall: Hall, client: httpx2.AsyncClient
) -> None:
    browser = await signed_in(client, hall, hall.residents[0].person)
    for path in ("/me", "/me/receipts", "/me/demands", "/me/ratings"):
        assert (await browser.get(path)).status_code == 200


async def test_large_type_is_kept_and_leads_back_to_where_one_was(
    hall: Hall, client: httpx2.AsyncClient, anybody: Browser
) -> None:
    for referer, back in (
        (f"{hall.url}/demands?page=2", "/demands?page=2"),
        (f"{hall.url}//elsewhere.example", "/"),
        ("https://elsewhere.example/x", "/"),
    ):
        client.headers["Referer"] = referer
        answer = await anybody.send("/settings/elder", elder="1")
        assert (answer.status_code, answer.headers["location"]) == (303, back)
        assert "elder=1" in answer.headers["set-cookie"]
    english = await anybody.send("/settings/language", language="en")
    assert "dd_language=en" in english.headers["set-cookie"]
    assert (await anybody.send("/settings/language", language="tlh")).status_code == 400
