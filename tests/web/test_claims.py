"""The claim desk, the organisations and the joint meeting's list, as people see them."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from deliberation.app import create_app
from deliberation.claims.models import Claim, Escalation
from deliberation.claims.ticking import tick
from deliberation.clock import FixedClock
from deliberation.config import Settings
from deliberation.demands.models import Demand
from deliberation.matters.models import Milestone, Task
from deliberation.people.models import Account, Organisation
from tests.claims.stage import (
    NOW,
    PASSWORD,
    Stage,
    department,
    later,
    liaison_of,
    listed,
    offered,
    on,
    set_stage,
    subdistrict,
)
from tests.flows.hall import KEY, token_of
from tests.support.service import served
from tests.web.desk import Browser

pytestmark = pytest.mark.anyio


class House:
    """The service running, with what is on the stage."""

    def __init__(self, client: httpx2.AsyncClient, clock: FixedClock, stage: Stage) -> None:
        self.client = client
        self.clock = clock
        self.stage = stage

    async def browser(self, person: object = None) -> Browser:
        token = await token_of(person, self.clock.now()) if person else ""  # type: ignore[arg-type]
        return Browser(self.client, token)

    async def chair(self) -> Browser:
        return await self.browser(self.stage.chair.person)

    async def school(self) -> Browser:
        return await self.browser(self.stage.of_school.person)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    clock = FixedClock(NOW)
    app = create_app(Settings(var=str(tmp_path), secret_key=KEY), clock)
    async with (
        served(app) as url,
        httpx2.AsyncClient(base_url=url, trust_env=False, timeout=60) as client,
    ):
        yield House(client, clock, await set_stage())


async def test_what_is_ticked_is_offered(house: House) -> None:
    first, second = await listed(house.stage, 1), await listed(house.stage, 2)
    chair = await house.chair()
    shown = (await chair.get("/claims/offers")).text
    assert first.title in shown
    sent = await chair.send("/claims/offers", demand=[str(first.id), str(second.id)])
    assert sent.status_code == 303
    desk = (await chair.get("/claims")).text
    assert "等待认领2件" in desk
    assert "今天提供认领" in desk


async def test_a_liaison_claims_with_a_plan_and_everybody_sees_it(house: House) -> None:
    demand = await offered(house.stage)
    school = await house.school()
    page = (await school.get("/claims")).text
    assert "您代表演示学校" in page
    assert 'name="organisation"' not in page
    assert "我的任务" in page
    sent = await school.send(
        f"/demands/{demand.id}/claims",
        promised_on=on(30).isoformat(),
        plan="勘察 3天\n施工 10",
    )
    assert sent.status_code == 303
    task = await Task.get()
    assert await Milestone.filter(task_id=task.id).count() == 2
    public = (await (await house.browser()).get("/claims")).text
    assert "演示学校" in public
    assert "下一道勘察" in public
    assert "退回认领" not in public
    assert "演示联络员" not in public


async def test_what_was_typed_stays_when_the_day_is_past(house: House) -> None:
    demand = await offered(house.stage)
    sent = await (await house.school()).send(
        f"/demands/{demand.id}/claims", promised_on=on(-1).isoformat(), plan="勘察 3天"
    )
    assert sent.status_code == 400
    assert f'href="#claim-{demand.id}-promised_on"' in sent.text
    assert "勘察 3天" in sent.text
    assert await Claim.all().count() == 0


async def test_why_not_is_public_and_a_release_needs_a_reason(house: House) -> None:
    demand = await offered(house.stage)
    chair, school = await house.chair(), await house.school()
    refused = await chair.send(
        f"/demands/{demand.id}/refusals",
        organisation=str(house.stage.clinic.id),
        reason="不在职责内",
    )
    assert refused.status_code == 303
    assert "不在职责内" in (await (await house.browser()).get("/claims")).text
    await school.send(f"/demands/{demand.id}/claims", promised_on=on(9).isoformat())
    claim = await Claim.get(state="claimed")
    assert (await school.send(f"/claims/{claim.id}/release", reason="")).status_code == 400
    assert (await school.send(f"/claims/{claim.id}/release", reason="没钱")).status_code == 303
    assert (await Demand.get(id=demand.id)).state == "listed"


async def test_an_organisation_is_entered_with_a_liaison_and_leaves(house: House) -> None:
    chair = await house.chair()
    taken = await chair.send("/organisations", name="演示学校", kind="partner")
    assert taken.status_code == 409
    assert 'href="#add-name"' in taken.text
    await chair.send("/organisations", name="演示物业", kind="property", duties="修路灯")
    made = await Organisation.get(name="演示物业")
    here = f"/organisations/{made.id}"
    short = await chair.send(f"{here}/liaisons", person="演示", login="wuye", password="x")
    assert short.status_code == 400
    assert 'href="#appoint-password"' in short.text
    await chair.send(f"{here}/liaisons", person="演示甲", login="wuye", password=PASSWORD)
    public = (await (await house.browser()).get(here)).text
    assert "演示甲" in public
    assert "wuye" not in public
    asked = await chair.send(f"{here}/leaving", reason="合同到期")
    assert "演示物业退出？" in asked.text
    assert (await chair.send(f"{here}/leaving", reason="合同到期", confirmed="1")).is_redirect
    assert not await Account.exists(login="wuye")
    assert "合同到期" in (await (await house.browser()).get(here)).text


async def test_who_signs_in_for_an_organisation_lands_at_the_claim_desk(house: House) -> None:
    await liaison_of(house.stage.chair, house.stage.school.id, "school")
    answer = await (await house.browser()).send(
        "/sign-in/password", login="school", password=PASSWORD
    )
    assert answer.headers["location"] == "/claims"


async def test_the_level_above_assigns_and_reviews(house: House) -> None:
    upper = await subdistrict(house.stage)
    bureau = await department(upper)
    demand = await offered(house.stage)
    await Demand.filter(id=demand.id).update(contact_name="演示联系人", contact_phone="13800000000")
    house.clock.advance(later(31) - NOW)
    await tick(house.clock.now())
    found = await Escalation.get()
    above = await house.browser(upper.person)
    shown = (await above.get("/escalations")).text
    assert demand.title in shown
    assert "示例社区" in shown
    here = f"/escalations/{found.id}"
    assert "演示联系人" not in (await above.get(here)).text
    missing = await above.send(f"{here}/assignment", duty="修好", due_on=on(60).isoformat())
    assert 'href="#assign-organisation"' in missing.text
    sent = await above.send(
        f"{here}/assignment",
        organisation=str(bureau.id),
        duty="修好路灯",
        due_on=on(60).isoformat(),
    )
    assert sent.status_code == 303
    await above.send(f"{here}/reviews", finding="at_risk", words="缺材料")
    sheet = (await above.get("/escalations/sheet")).text
    assert "演示城管科" in sheet
    assert "缺材料" in sheet
    public = await house.browser()
    assert "修好路灯" in (await public.get("/escalations")).text
    assert "缺材料" in (await public.get(here)).text
    assert "记一次调度" not in (await (await house.chair()).get(here)).text
    await above.send(f"{here}/return", reason="材料到不了")
    assert "材料到不了" in (await public.get("/escalations?state=ended")).text
