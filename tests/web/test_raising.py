"""Bringing a demand on the web: photos, what is alike, corrections, the list as a file."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest

from deliberation.attachments.models import Attachment
from deliberation.auth.tokens import form_token
from deliberation.demands import intaking, merging
from deliberation.demands.models import Demand, DemandIntake
from deliberation.demands.rules import Raising
from deliberation.demands.service import raise_demand
from deliberation.web.visit import DEVICE_COOKIE
from tests.flows.hall import KEY, Hall, open_hall, token_of
from tests.photos.pictures import WHERE, from_a_phone
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


async def send_photos(
    client: httpx2.AsyncClient, hall: Hall, *photos: bytes, **fields: str
) -> httpx2.Response:
    """The form as a resident's phone sends it."""
    token = await token_of(hall.residents[0].person, hall.now)
    data = {"csrf": form_token(KEY.encode(), token), "command": uuid4().hex} | fields
    files = [("photos", (f"{n}.jpg", photo, "image/jpeg")) for n, photo in enumerate(photos)]
    return await client.post(
        "/demands", headers={"Cookie": f"{DEVICE_COOKIE}={token}"}, data=data, files=files
    )


async def test_a_residents_photo_is_public_after_staff_have_looked_at_it(
    hall: Hall, client: httpx2.AsyncClient
) -> None:
    answer = await send_photos(client, hall, from_a_phone(), title="单元门口积水")
    path = answer.headers["location"].removesuffix("?raised")
    photo = await Attachment.all().only("id", "is_shown").get()
    address, anybody = f"/photos/{photo.id}", Browser(client)
    assert (await anybody.get(address)).status_code == 404
    assert address not in (await anybody.get(path)).text
    own = await signed_in(client, hall, hall.residents[0].person)
    assert (await own.get(address)).status_code == 200
    assert (await (await signed_in(client, hall, hall.residents[1].person)).get(address)).is_error
    chair = await signed_in(client, hall, hall.chair.person)
    assert "没有公开" in (await chair.get(path)).text
    assert f'href="{path}"' in (await chair.get("/photos")).text
    await chair.send(f"{address}/showing", back=path)
    shown = await anybody.get(address)
    assert shown.headers["content-type"] == "image/jpeg"
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert WHERE not in shown.content
    assert "没有等着看的照片" in (await chair.get("/photos")).text
    again = await anybody.get(address, If_None_Match=shown.headers["etag"])
    assert again.status_code == 304
    await Demand.filter(title="单元门口积水").update(is_private=True)
    assert (await anybody.get(f"{address}/thumbnail")).status_code == 404
    assert (await chair.send(f"{address}/showing")).status_code == 404


@pytest.mark.parametrize(
    ("photos", "says"),
    [([b"<html>"], "这不是照片"), ([from_a_phone()] * 4, "最多3张照片")],
)
async def test_a_photo_that_is_none_and_too_many_lose_nothing_that_was_typed(
    hall: Hall, client: httpx2.AsyncClient, photos: list[bytes], says: str
) -> None:
    before = await Demand.all().count()
    answer = await send_photos(client, hall, *photos, title="单元门口积水", description="很深")
    assert answer.status_code in (400, 409)
    assert says in answer.text
    assert "很深" in answer.text
    assert await Demand.all().count() == before


async def test_seven_files_in_a_form_are_too_many(hall: Hall, client: httpx2.AsyncClient) -> None:
    answer = await send_photos(client, hall, *[b"x"] * 7, title="单元门口积水")
    assert answer.status_code == 400


async def test_who_brings_what_is_there_already_is_asked_whether_it_is_the_same(
    hall: Hall, client: httpx2.AsyncClient
) -> None:
    own = await signed_in(client, hall, hall.residents[0].person)
    there = await raise_demand(hall.chair, Raising(title="单元门口积水"), at=hall.now)
    piece = await own.get("/demands/similar?title=单元门口有积水&place=")
    assert str(there.id) in piece.text
    assert "<html" not in piece.text
    asked = await own.send("/demands", title="单元门口有积水", description="很深")
    assert "这些说的是同一件事吗" in asked.text
    assert f'action="/demands/{there.id}/supports"' in asked.text
    assert await Demand.exists(title="单元门口有积水") is False
    seen = str(there.id)
    made = await own.send("/demands", title="单元门口有积水", description="很深", seen=seen)
    assert "收到了" in (await own.get(made.headers["location"])).text


async def test_the_same_form_twice_leads_to_the_one_demand(
    hall: Hall, client: httpx2.AsyncClient
) -> None:
    own = await signed_in(client, hall, hall.residents[0].person)
    command = uuid4().hex
    first = await own.send("/demands", title="单元门口积水", command=command)
    demand = first.headers["location"].removeprefix("/demands/").removesuffix("?raised")
    again = await own.send("/demands", title="单元门口积水", command=command, seen=demand)
    assert again.headers["location"] == first.headers["location"]


async def test_staff_enter_a_demand_for_a_door_and_put_it_right(
    hall: Hall, client: httpx2.AsyncClient
) -> None:
    chair = await signed_in(client, hall, hall.chair.person)
    wrong = await chair.send("/demands", title="单元门口积水", household="9-999")
    assert "没有找到这一户" in wrong.text
    made = await chair.send(
        "/demands", title="单元门口积水", household="1-101", channel="talk", urgency="urgent"
    )
    path = made.headers["location"].removesuffix("?raised")
    shown = (await chair.get(path)).text
    assert "夜话" in shown
    assert "紧急" in shown
    assert "1户支持" in shown
    bad = await chair.send(f"{path}/edit", title="", urgency="soon")
    assert bad.status_code == 400
    await chair.send(f"{path}/edit", title="<i>单元门</i>", domain="其他", urgency="soon")
    assert "&lt;i&gt;单元门&lt;/i&gt;" in (await Browser(client).get(path)).text
    own = await signed_in(client, hall, hall.residents[0].person)
    assert "单元门" in (await own.get("/me/demands")).text


async def test_a_dispute_shows_nobody_more_than_its_number(
    hall: Hall, client: httpx2.AsyncClient
) -> None:
    resident = await hall.actor(hall.residents[0])
    secret = await raise_demand(resident, Raising(title="楼上漏水纠纷"), at=hall.now)
    await Demand.filter(id=secret.id).update(is_private=True, state="referred")
    path, anybody = f"/demands/{secret.id}", Browser(client)
    neighbour = await signed_in(client, hall, hall.residents[1].person)
    chair = await signed_in(client, hall, hall.chair.person)
    for browser in (anybody, neighbour):
        assert (await browser.get(path)).status_code == 404
    for browser in (anybody, neighbour, chair):
        for page in ("/demands", "/demands.csv", "/demands?text=漏水", "/"):
            assert secret.title not in (await browser.get(page)).text
    shown = await chair.get(path)
    assert secret.number in shown.text
    assert secret.title not in shown.text
    assert (await chair.get(f"{path}/edit")).status_code == 404
    own = await signed_in(client, hall, hall.residents[0].person)
    assert "楼上漏水纠纷" in (await own.get(path)).text


async def test_the_list_comes_back_in_unchanged_and_tells_the_public_no_contacts(
    hall: Hall, client: httpx2.AsyncClient
) -> None:
    raising = Raising(title="=1+1", description="一\r\n\t二", place="  3号楼 ", phone="13800000000")
    await raise_demand(hall.chair, raising, at=hall.now)
    chair = await signed_in(client, hall, hall.chair.person)
    for browser, has_contacts in ((Browser(client), False), (chair, True)):
        file = (await browser.get("/demands.csv")).content
        assert (b"13800000000" in file) is has_contacts
        intake = await intaking.stage(hall.chair, file, "demands.csv", at=hall.now)
        report = (await DemandIntake.get(id=intake)).report
        total = await Demand.all().count()
        assert f'"unchanged": {total}' in report or f'"unchanged":{total}' in report
        await intaking.discard(hall.chair, intake)


async def test_one_demand_goes_on_in_another_and_a_household_is_asked_again(
    hall: Hall, client: httpx2.AsyncClient
) -> None:
    resident = await hall.actor(hall.residents[0])
    lamp = await raise_demand(resident, Raising(title="单元门口积水"), at=hall.now)
    dark = await raise_demand(hall.chair, Raising(title="单元门口有积水"), at=hall.now)
    chair = await signed_in(client, hall, hall.chair.person)
    assert str(dark.id) in (await chair.get(f"/demands/{lamp.id}/merge")).text
    without = await chair.send(f"/demands/{lamp.id}/merge", number=dark.number)
    assert "请写明理由" in without.text
    unknown = await chair.send(f"/demands/{lamp.id}/merge", number="没有", reason="同一件")
    assert "不能这样合并" in unknown.text
    done = await chair.send(f"/demands/{lamp.id}/merge", into=str(dark.id), reason="同一件")
    assert done.headers["location"] == f"/demands/{dark.id}"
    assert f'href="/demands/{dark.id}"' in (await chair.get(f"/demands/{lamp.id}")).text
    own = await signed_in(client, hall, hall.residents[0].person)
    assert "您家也支持这一件吗" in (await own.get("/me")).text
    (question,) = await merging.questions_for(hall.residents[0].household)
    await own.send(f"/support-asks/{question.ask}", answer="yes")
    assert "您家也支持这一件吗" not in (await own.get("/me")).text
    shown = (await chair.get(f"/demands/{dark.id}")).text
    assert "再问了1户，1户答复，1户也支持这一件" in shown


async def test_the_domains_are_named_on_a_page(hall: Hall, client: httpx2.AsyncClient) -> None:
    chair = await signed_in(client, hall, hall.chair.person)
    names = {"facilities": "设施改造", "own-1": "<u>停车</u>"}
    await chair.send("/demands/domains", **names)
    assert "&lt;u&gt;停车&lt;/u&gt;" in (await chair.get("/demands/new")).text
    twice = await chair.send("/demands/domains", **(names | {"own-2": "设施改造"}))
    assert twice.status_code == 400
