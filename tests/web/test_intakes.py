"""A list on its way in, as a facilitator sees it: upload, preview, confirm."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from deliberation.auth.tokens import form_token
from deliberation.demands import intaking
from deliberation.demands.models import Demand, DemandIntake
from deliberation.people.models import Card, Household
from deliberation.web import intakes
from deliberation.web.visit import DEVICE_COOKIE
from tests.flows.hall import KEY, Hall, open_hall, token_of

pytestmark = pytest.mark.anyio

WRONG = "编号,标题,提出日期\r\n演-900,楼道扶手松动,去年冬天\r\n"
RIGHT = "编号,标题,提出日期\r\n演-900,=演示公式开头的标题,2026-10-01\r\n"
PEOPLE = "网格,楼院,楼门,门牌,专有面积,姓名,户代表\r\n第九网格,9号楼,1单元,9-101,88.5,演示甲,是\r\n"


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[Hall]:
    async with open_hall(tmp_path, households=1) as opened:
        yield opened


class Desk:
    """The facilitator's browser."""

    def __init__(self, client: httpx2.AsyncClient, token: str) -> None:
        self.client = client
        self.csrf = form_token(KEY.encode(), token)

    async def upload(self, kind: str, text: str, name: str = "表.csv") -> httpx2.Response:
        return await self.client.post(
            f"/intakes/{kind}",
            data={"csrf": self.csrf},
            files={"file": (name, text.encode("gb18030"))},
            follow_redirects=True,
        )

    async def confirm(self, preview: httpx2.Response) -> httpx2.Response:
        command = re.findall(r'name="command" value="([^"]+)"', preview.text)[0]
        data = {"csrf": self.csrf, "command": command}
        path = f"{preview.url.path}/confirmation"
        return await self.client.post(path, data=data, follow_redirects=True)


@pytest.fixture
async def desk(hall: Hall) -> AsyncIterator[Desk]:
    assert hall.chair.person is not None
    token = await token_of(hall.chair.person, hall.now)
    cookies = {DEVICE_COOKIE: token}
    async with httpx2.AsyncClient(
        base_url=hall.url, trust_env=False, timeout=60, cookies=cookies
    ) as client:
        yield Desk(client, token)


async def test_a_list_is_seen_before_it_is_taken_over(desk: Desk) -> None:
    preview = await desk.upload("demands", RIGHT)
    assert preview.status_code == 200
    assert "=演示公式开头的标题" in preview.text
    assert not await Demand.exists(number="演-900")
    confirmed = await desk.confirm(preview)
    assert "已经全部写入" in confirmed.text
    assert await Demand.exists(number="演-900")


async def test_a_mistake_is_named_with_row_and_column_and_nothing_can_be_confirmed(
    desk: Desk,
) -> None:
    preview = await desk.upload("demands", WRONG)
    assert "去年冬天" in preview.text
    assert "提出日期" in preview.text
    assert "确认导入" not in preview.text


async def test_a_file_that_is_none_is_refused_in_words_on_the_form(desk: Desk) -> None:
    refused = await desk.upload("demands", "%PDF-1.7", name="清单.pdf")
    assert refused.status_code == 400
    assert ".xlsx" in refused.text
    assert 'id="errors"' in refused.text


async def test_a_long_list_shows_its_progress_and_then_its_preview(hall: Hall, desk: Desk) -> None:
    intake = await intaking.begin(hall.chair, "清单.csv", at=hall.now)
    await DemandIntake.filter(id=intake).update(all_rows=20_000, done_rows=5_000)
    progress = await desk.client.get(f"/intakes/demands/{intake}")
    assert "已比对5000行，共20000行" in progress.text
    assert "data-progress" in progress.text
    await intaking.fill(intake, RIGHT.encode(), at=hall.now)
    preview = await desk.client.get(f"/intakes/demands/{intake}")
    assert "演-900" in preview.text
    assert "data-progress" not in preview.text


async def test_a_long_upload_is_answered_before_the_comparison_is_over(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    compare, may_go_on = intaking.fill, asyncio.Event()

    async def compare_later(*args: Any, **kwargs: Any) -> None:
        await may_go_on.wait()
        await compare(*args, **kwargs)

    monkeypatch.setattr(intaking, "fill", compare_later)
    monkeypatch.setattr(intakes, "PATIENCE_SECONDS", 0.0)
    seen = await desk.upload("demands", RIGHT)
    assert "data-progress" in seen.text
    may_go_on.set()
    while "data-progress" in seen.text:
        seen = await desk.client.get(seen.url.path)
    assert "演-900" in seen.text


async def test_a_confirmation_pressed_twice_says_that_all_is_written(desk: Desk) -> None:
    preview = await desk.upload("demands", RIGHT)
    for _press in range(2):
        assert "已经全部写入" in (await desk.confirm(preview)).text
    assert await Demand.filter(number="演-900").count() == 1


async def test_what_changes_in_a_household_is_told_in_words(desk: Desk) -> None:
    await desk.confirm(await desk.upload("people", PEOPLE))
    headers, row = PEOPLE.splitlines()
    changed = f"{headers},电话后四位,角色\r\n{row.replace('88.5', '90.25')},5678,记录员\r\n"
    preview = await desk.upload("people", changed)
    for told in (
        "专有面积：88.50 m² → 90.25 m²",
        "演示甲 电话后四位：（空） → …",
        "演示甲 角色：（空） → 记录员",
    ):
        assert told in preview.text


async def test_a_long_file_that_turns_out_to_be_none_says_why(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intakes, "PATIENCE_SECONDS", 0.0)
    seen = await desk.upload("demands", "姓名\r\n演示人\r\n")
    while "data-progress" in seen.text:
        seen = await desk.client.get(seen.url.path)
    assert "表头里找不到“标题”这一列" in seen.text


async def test_households_come_in_with_cards(desk: Desk) -> None:
    confirmed = await desk.confirm(await desk.upload("people", PEOPLE))
    assert "已经全部写入" in confirmed.text
    household = await Household.get(unit__label="9-101")
    assert household.representative_id is not None
    assert await Card.filter(person_id=household.representative_id).count() == 1
    sheet = await desk.client.get("/people/cards")
    assert "演示甲" in sheet.text
    assert "<svg" in sheet.text


@pytest.mark.parametrize("kind", ["demands", "people"])
async def test_the_empty_table_to_fill_in_is_a_table_we_read(desk: Desk, kind: str) -> None:
    for suffix, start in (("xlsx", b"PK"), ("csv", b"\xef\xbb\xbf")):
        table = await desk.client.get(f"/intakes/{kind}/template.{suffix}")
        assert table.content.startswith(start)
        assert "attachment" in table.headers["content-disposition"]
