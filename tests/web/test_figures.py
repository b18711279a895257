"""Figures for operators and the facilitator: how it runs, and nothing about anybody."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from deliberation.app import create_app
from deliberation.clock import FixedClock
from deliberation.config import Settings
from tests.flows.hall import BEFORE, KEY, Hall, convene_with_everybody, furnished, open_the_vote
from tests.flows.hall import token_of as device_of
from tests.flows.live_client import Phone
from tests.support.service import served
from tests.web.desk import Browser

pytestmark = pytest.mark.anyio
TOKEN = "a-word-for-figures"


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[Hall]:
    clock = FixedClock(BEFORE)
    settings = Settings(var=str(tmp_path), secret_key=KEY, metrics_token=TOKEN)
    async with served(create_app(settings, clock)) as url:
        yield await furnished(clock, households=3, url=url)


async def figures(url: str, token: str = TOKEN) -> httpx2.Response:
    async with httpx2.AsyncClient(base_url=url, trust_env=False) as client:
        return await client.get("/metrics", headers={"Authorization": f"Bearer {token}"})


async def test_figures_are_for_who_knows_the_word(hall: Hall) -> None:
    assert (await figures(hall.url, "a")).status_code == 401
    assert (await figures(hall.url, "a-word-for-figureS")).status_code == 401
    assert (await figures(hall.url)).status_code == 200


async def test_without_a_word_there_are_none(tmp_path: Path) -> None:
    app = create_app(Settings(var=str(tmp_path), secret_key=KEY), FixedClock(BEFORE))
    async with served(app) as url:
        assert (await figures(url, "anything")).status_code == 404


async def test_a_vote_shows_in_the_figures_and_the_voter_does_not(hall: Hall) -> None:
    await convene_with_everybody(hall)
    ballot = await open_the_vote(hall)
    resident = hall.residents[0]
    token = await device_of(resident.person, hall.now)
    async with Phone(hall.url, hall.meeting, token) as phone:
        await phone.command("vote", ballot=str(ballot), choice="against")
        text = (await figures(hall.url)).text
    lines = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    assert lines['deliberation_connections{face="resident"}'] == "1.0"
    assert lines["deliberation_rooms"] == "1.0"
    assert lines["deliberation_vote_ack_seconds_count"] == "1.0"
    assert float(lines["deliberation_vote_group_size_count"]) >= 1
    assert float(lines[f'deliberation_journal_seq{{meeting="{hall.meeting}"}}']) > 0
    for private in (str(resident.person), str(resident.household), "against", "演示住户"):
        assert private not in text


async def test_the_facilitator_sees_whether_it_is_us(hall: Hall) -> None:
    await convene_with_everybody(hall)
    ballot = await open_the_vote(hall)
    assert hall.chair.person is not None
    chair = await device_of(hall.chair.person, hall.now)
    token = await device_of(hall.residents[0].person, hall.now)
    async with httpx2.AsyncClient(base_url=hall.url, trust_env=False) as client:
        empty = await Browser(client, chair).get("/status")
        assert "这几分钟里没有人投票" in empty.text
        async with Phone(hall.url, hall.meeting, token) as phone:
            await phone.command("vote", ballot=str(ballot), choice="for")
            page = await Browser(client, chair).get("/status")
        assert (await Browser(client, token).get("/status")).status_code == 403
    assert "共1票，存妥才算" in page.text
    assert "是我们的问题：数据库" not in page.text
