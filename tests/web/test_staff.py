"""Administrators appoint those who hold an office, and dismiss them."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from deliberation import journal
from deliberation.auth.tokens import form_token
from deliberation.people.models import Account, Device, RoleGrant
from deliberation.web.visit import VISITOR_COOKIE
from tests.flows.hall import KEY, Hall, open_hall
from tests.web.desk import Browser, signed_in

pytestmark = pytest.mark.anyio

RECORDER = {
    "name": "吴演示",
    "login": "wu",
    "password": "demonstration",
    "roles": "recorder",
}


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[Hall]:
    async with open_hall(tmp_path, households=1) as opened:
        yield opened


@pytest.fixture
async def client(hall: Hall) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=hall.url, trust_env=False, timeout=60) as opened:
        yield opened


@pytest.fixture
async def administrator(client: httpx2.AsyncClient, hall: Hall) -> Browser:
    return await signed_in(client, hall, hall.chair.person)


async def sign_in(client: httpx2.AsyncClient, password: str) -> httpx2.Response:
    client.cookies.clear()
    form = {"csrf": form_token(KEY.encode(), "visitor"), "login": "wu", "password": password}
    cookie = {"Cookie": f"{VISITOR_COOKIE}=visitor"}
    return await client.post("/sign-in/password", data=form, headers=cookie)


async def names_of(hall: Hall) -> list[str]:
    return [told.event.NAME for told in await journal.entries(hall.community)]


async def test_who_is_appointed_signs_in_and_has_that_office_only(
    hall: Hall, client: httpx2.AsyncClient, administrator: Browser
) -> None:
    assert (await administrator.send("/people/staff", **RECORDER)).status_code == 303
    account = await Account.get(login="wu")
    assert (await sign_in(client, RECORDER["password"])).headers["location"] == "/desk"
    grants = await RoleGrant.filter(person_id=account.person_id)
    assert [grant.role for grant in grants] == ["recorder"]
    listed = (await administrator.get("/people/staff")).text
    assert "吴演示" in listed
    assert "记录员" in listed
    assert (await names_of(hall))[-1] == "role.granted"


async def test_a_new_password_signs_the_old_devices_out(
    hall: Hall, client: httpx2.AsyncClient, administrator: Browser
) -> None:
    await administrator.send("/people/staff", **RECORDER)
    await sign_in(client, RECORDER["password"])
    person = (await Account.get(login="wu")).person_id
    reset = await administrator.send(f"/people/staff/{person}/password", password="another-one")
    assert reset.status_code == 303
    assert not await Device.exists(person_id=person)
    assert (await sign_in(client, RECORDER["password"])).status_code == 403
    assert (await sign_in(client, "another-one")).status_code == 303
    assert (await names_of(hall))[-1] == "password.reset"


async def test_dismissal_asks_once_and_takes_everything_back(
    hall: Hall, client: httpx2.AsyncClient, administrator: Browser
) -> None:
    await administrator.send("/people/staff", **RECORDER)
    await sign_in(client, RECORDER["password"])
    person = (await Account.get(login="wu")).person_id
    page = f"/people/staff/{person}/dismissal"
    asked = await administrator.send(page)
    assert "免去吴演示的职责？" in asked.text
    assert await Account.exists(person_id=person)
    assert (await administrator.send(page, confirmed="1")).status_code == 303
    assert not await RoleGrant.exists(person_id=person)
    assert not await Account.exists(person_id=person)
    assert not await Device.exists(person_id=person)
    assert (await names_of(hall))[-1] == "role.withdrawn"


async def test_nobody_dismisses_themselves(hall: Hall, administrator: Browser) -> None:
    page = f"/people/staff/{hall.chair.person}/dismissal"
    refused = await administrator.send(page, confirmed="1")
    assert refused.status_code == 409
    assert await RoleGrant.exists(person_id=hall.chair.person)


@pytest.mark.parametrize(
    ("field", "wrong"),
    [("name", ""), ("roles", ""), ("roles", "resident"), ("login", "zhou"), ("password", "short")],
)
async def test_what_is_wrong_is_said_at_its_field(
    administrator: Browser, field: str, wrong: str
) -> None:
    refused = await administrator.send("/people/staff", **(RECORDER | {field: wrong}))
    assert 400 <= refused.status_code < 500
    assert f'href="#{field}"' in refused.text
    assert not await Account.exists(login="wu")
