"""Setting a community up by its form, once, with the token that the console printed."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from deliberation.app import create_app
from deliberation.auth.tokens import form_token, setup_token
from deliberation.clock import FixedClock
from deliberation.config import Settings
from deliberation.meetings.models import DeliberationDay
from deliberation.people.models import Place
from deliberation.people.service import first_community
from deliberation.web.visit import VISITOR_COOKIE
from tests.support.service import served

KEY = "k" * 40
FORM = {
    "csrf": form_token(KEY.encode(), "visitor"),
    "token": setup_token(KEY.encode()),
    "name": "示例社区",
    "places": "第一网格/1号楼\n第一网格/2号楼",
    "rule": "weekday",
    "day": "20",
    "nth": "3",
    "weekday": "7",
    "starts": "09:30",
    "minutes": "150",
    "venue": "演示议事厅",
    "facilitator": "周演示",
    "login": "zhou",
    "password": "demonstration",
}

pytestmark = pytest.mark.anyio


@pytest.fixture
async def client(
    sqlite_url: str, tmp_path: Path, clock: FixedClock
) -> AsyncIterator[httpx2.AsyncClient]:
    settings = Settings(var=str(tmp_path), database_url=sqlite_url, secret_key=KEY)
    headers = {"Cookie": f"{VISITOR_COOKIE}=visitor"}
    async with (
        served(create_app(settings, clock)) as url,
        httpx2.AsyncClient(base_url=url, trust_env=False, timeout=60, headers=headers) as opened,
    ):
        yield opened


async def test_every_page_leads_to_set_up_until_there_is_a_community(
    client: httpx2.AsyncClient,
) -> None:
    for path in ("/", "/demands", "/sign-in"):
        answer = await client.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/set-up")
    founded = await client.post("/set-up", data=FORM)
    assert (founded.status_code, founded.headers["location"]) == (303, "/desk")
    assert (await client.get("/")).status_code == 200
    assert [place.path for place in await Place.all().order_by("path")] == [
        "第一网格",
        "第一网格 / 1号楼",
        "第一网格 / 2号楼",
    ]
    days = await DeliberationDay.all()
    assert len(days) == 12
    assert {day.held_on.isoweekday() for day in days} == {7}


async def test_the_second_set_up_is_refused(client: httpx2.AsyncClient) -> None:
    await client.post("/set-up", data=FORM)
    again = await client.post("/set-up", data={**FORM, "name": "另一个社区"})
    assert again.status_code == 409
    community = await first_community()
    assert community is not None
    assert community.name == "示例社区"


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("token", "guess"),
        ("name", ""),
        ("places", "a/b/c/d"),
        ("rule", ""),
        ("nth", ""),
        ("weekday", ""),
        ("starts", ""),
        ("minutes", "5"),
        ("venue", ""),
        ("facilitator", ""),
        ("login", ""),
        ("password", "short"),
    ],
)
async def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(
    client: httpx2.AsyncClient, field: str, wrong: str
) -> None:
    answer = await client.post("/set-up", data={**FORM, field: wrong})
    assert 400 <= answer.status_code < 500
    assert f'href="#{field}"' in answer.text
    assert "演示议事厅" in answer.text or field == "venue"
    assert "demonstration" not in answer.text.replace("/set-up/demonstration", "")
    assert await first_community() is None
