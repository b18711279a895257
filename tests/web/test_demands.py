"""The demand list as residents use it: bringing something, standing behind it."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from deliberation.demands.models import Demand
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


async def test_a_resident_raises_a_demand_and_the_neighbour_supports_it_once(
    hall: Hall, client: httpx2.AsyncClient
) -> None:
    raising = await signed_in(client, hall, hall.residents[0].person)
    neighbour = await signed_in(client, hall, hall.residents[1].person)
    empty = await raising.send("/demands", title="", description="写了很多")
    assert empty.status_code == 400
    assert "写了很多" in empty.text
    await raising.send("/demands", title="<b>楼道</b>要亮", domain="设施改造")
    listed = await raising.get("/demands?text=楼道")
    assert "&lt;b&gt;楼道&lt;/b&gt;要亮" in listed.text
    path = next(
        line.split('href="')[1].split('"')[0]
        for line in listed.text.splitlines()
        if "楼道" in line and 'href="/demands/' in line
    )
    assert "1户" in (await neighbour.get(path)).text
    for _ in range(2):
        await neighbour.send(f"{path}/supports")
        assert "2户" in (await neighbour.get(path)).text


async def test_support_is_given_in_the_list_and_leads_back_to_it(
    hall: Hall, client: httpx2.AsyncClient
) -> None:
    browser = await signed_in(client, hall, hall.residents[0].person)
    demand = await Demand.filter(state="listed").order_by("-raised_on", "number").first()
    assert demand is not None
    n = demand.supporters_listed + demand.supporters_signed
    action = f'action="/demands/{demand.id}/supports"'
    assert action in (await browser.get("/demands?state=listed")).text
    back = "/demands?page=1&domain=&state=listed&text="
    answer = await browser.send(f"/demands/{demand.id}/supports", back=back)
    assert answer.headers["location"] == back
    listed = (await browser.get(back)).text
    assert action not in listed
    assert f"已支持{n + 1}" in listed


@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//demands?", ""])
async def test_support_leads_nowhere_but_to_the_list(
    hall: Hall, client: httpx2.AsyncClient, back: str
) -> None:
    browser = await signed_in(client, hall, hall.residents[0].person)
    demand = await Demand.filter(state="listed").first()
    assert demand is not None
    answer = await browser.send(f"/demands/{demand.id}/supports", back=back)
    assert answer.headers["location"] == f"/demands/{demand.id}"


async def test_who_has_not_signed_in_sees_counts_and_no_buttons_or_contacts(
    hall: Hall, client: httpx2.AsyncClient
) -> None:
    anybody = Browser(client)
    demand = await Demand.filter(state="listed").first()
    assert demand is not None
    listed = await anybody.get("/demands?domain=" + demand.domain)
    assert "/supports" not in listed.text
    shown = await anybody.get(f"/demands/{demand.id}")
    assert demand.title in shown.text
    assert "13800000000" not in shown.text
    assert (
        "13800000000"
        in (
            await (await signed_in(client, hall, hall.chair.person)).get(f"/demands/{demand.id}")
        ).text
    )


async def test_the_list_is_narrowed_by_domain_place_state_and_words_together(
    hall: Hall, client: httpx2.AsyncClient
) -> None:
    anybody = Browser(client)
    some = await Demand.filter(state="listed").first()
    assert some is not None
    other = await Demand.filter(state="listed").exclude(place=some.place).first()
    assert other is not None
    asked = f"domain={some.domain}&place={some.place}&state=listed&text={some.number}"
    found = (await anybody.get(f"/demands?{asked}")).text
    assert f"/demands/{some.id}" in found
    assert f"/demands/{other.id}" not in found
    both = (await anybody.get(f"/demands?place={some.place}&place={other.place}")).text
    assert f"/demands/{some.id}" in both
    assert f"/demands/{other.id}" in both


async def test_each_choice_can_be_taken_back_alone(hall: Hall, client: httpx2.AsyncClient) -> None:
    shown = (await Browser(client).get("/demands?domain=养老服务&place=2号楼&state=listed")).text
    without_place = "/demands?domain=%E5%85%BB%E8%80%81%E6%9C%8D%E5%8A%A1&amp;state=listed"
    assert f'href="{without_place}"' in shown
    assert "筛选（已选3）" in shown


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("text=没有这样的", "没有符合这些条件的需求"),
        ("page=400", "这一页没有需求"),
        ("domain=没有这个领域", "没有符合这些条件的需求"),
    ],
)
async def test_a_list_with_nothing_in_it_says_what_to_do_next(
    client: httpx2.AsyncClient, asked: str, says: str
) -> None:
    shown = await Browser(client).get(f"/demands?{asked}")
    assert shown.status_code == 200
    assert says in shown.text


@pytest.mark.parametrize("asked", ["state=nonsense&page=-1", "page=²", "domain=&place=&text=%25"])
async def test_an_address_that_makes_no_sense_still_shows_the_list(
    client: httpx2.AsyncClient, asked: str
) -> None:
    assert (await Browser(client).get(f"/demands?{asked}")).status_code == 200
