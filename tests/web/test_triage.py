"""Triage and hand-overs as staff, liaisons and residents see them."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import httpx2
import pytest

from deliberation.demands import triage
from deliberation.demands.models import Demand, Handover
from deliberation.demands.routes import Route
from deliberation.demands.rules import Raising
from deliberation.demands.sending import Order, days_of
from deliberation.demands.service import raise_demand
from deliberation.people.models import Organisation, Person, RoleGrant
from deliberation.people.roles import Role
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
async def staff(hall: Hall, client: httpx2.AsyncClient) -> Browser:
    return await signed_in(client, hall, hall.chair.person)


async def asked(hall: Hall, title: str = "演示楼道灯坏了") -> Demand:
    resident = await hall.actor(hall.residents[0])
    return await raise_demand(resident, Raising(title=title, description="演示细节"), at=hall.now)


async def only_handover(demand: UUID) -> Handover:
    return await Handover.get(demand_id=demand, state="open")


async def test_the_queue_leads_to_a_form_that_says_what_each_way_means(
    hall: Hall, staff: Browser
) -> None:
    demand = await asked(hall)
    assert 'href="/triage"' in (await staff.get("/desk")).text
    listed = (await staff.get("/triage")).text
    assert "逾期" in listed
    shown = (await staff.get(f"/triage/{demand.id}")).text
    for words in ("留在清单议事", "直接办", "吹哨报到", "转调解", "转信访", "不列入", "还有7天"):
        assert words in shown
    assert "演示楼道灯坏了" in shown


async def test_direct_service_goes_out_and_comes_back_before_everybody(
    hall: Hall, staff: Browser, client: httpx2.AsyncClient
) -> None:
    demand = await asked(hall)
    sent = await staff.send(
        f"/triage/{demand.id}", route="service", reason="演示：换个灯泡", term="1"
    )
    assert sent.headers["location"] == "/triage"
    handover = await only_handover(demand.id)
    assert handover.due_on == hall.now.date() + timedelta(days=1)
    visitor = Browser(client)
    seen = (await visitor.get(f"/demands/{demand.id}")).text
    for words in ("直接办", "演示：换个灯泡", "还有1天", "示例社区"):
        assert words in seen
    assert "还有1天" in (await staff.get("/triage/handed")).text
    back = f"/triage/handed/{handover.id}/returns"
    missing = await staff.send(back, outcome="settled", words="")
    assert (missing.status_code, "请填写“结果说明”" in missing.text) == (400, True)
    unchosen = await staff.send(back, words="演示：写了很多字")
    assert (unchosen.status_code, "演示：写了很多字" in unchosen.text) == (400, True)
    done = await staff.send(back, outcome="settled", words="演示：已经亮了")
    assert done.headers["location"] == "/triage/handed"
    assert "演示：已经亮了" in (await visitor.get(f"/demands/{demand.id}")).text
    record = (await staff.get("/triage/answered")).text
    assert "1 ÷ 1 = 100.00%" in record
    again = await staff.send(back, outcome="settled", words="演示")
    assert again.status_code == 409


async def test_who_asked_says_that_it_is_not_done(
    hall: Hall, staff: Browser, client: httpx2.AsyncClient
) -> None:
    demand = await asked(hall)
    await staff.send(f"/triage/{demand.id}", route="service", reason="演示", term="0")
    handover = await only_handover(demand.id)
    await staff.send(f"/triage/handed/{handover.id}/returns", outcome="settled", words="演示好了")
    own = await signed_in(client, hall, hall.residents[0].person)
    other = await signed_in(client, hall, hall.residents[1].person)
    address = f"/demands/{demand.id}/disputes"
    assert address not in (await other.get(f"/demands/{demand.id}")).text
    assert address in (await own.get(f"/demands/{demand.id}")).text
    assert (await other.send(address, reason="演示")).status_code == 403
    said = await own.send(address, reason="演示：还是黑的")
    assert said.headers["location"] == f"/demands/{demand.id}"
    shown = (await own.get(f"/demands/{demand.id}")).text
    assert "提的人说没有解决" in shown
    assert "重新看" in shown
    assert "退回来的" in (await staff.get("/triage?page=1")).text


async def test_what_is_missing_is_said_beside_its_field_and_nothing_is_lost(
    hall: Hall, staff: Browser
) -> None:
    demand = await asked(hall)
    for fields, words, field in (
        ({"reason": "演示甲"}, "请填写“转到哪里”", "send-route"),
        ({"route": "petition", "reason": "演示乙"}, "请填写“交给谁”", "send-to"),
        ({"route": "declined", "to": "演示丙"}, "理由", "send-reason"),
        ({"route": "authority", "reason": "演示丁", "to": "演示单位"}, "期限", "send-due_on"),
        (
            {"route": "service", "reason": "演示戊", "due_on": "2020-01-01"},
            "已经过去",
            "send-due_on",
        ),
    ):
        answer = await staff.send(f"/triage/{demand.id}", **fields)
        assert answer.status_code == 400, fields
        assert f'href="#{field}"' in answer.text
        assert words in answer.text
        assert all(value in answer.text for value in fields.values())
    assert (await Demand.get(id=demand.id)).route == ""


async def test_what_is_not_settled_is_triaged_next(hall: Hall, staff: Browser) -> None:
    demand = await asked(hall)
    await staff.send(f"/triage/{demand.id}", route="petition", reason="演示", to="演示信访办")
    handover = await only_handover(demand.id)
    base = f"/triage/handed/{handover.id}"
    assert "告知是否受理" in (await staff.get("/triage/handed")).text
    await staff.send(f"{base}/acceptance")
    assert "已受理" in (await staff.get(f"/demands/{demand.id}")).text
    back = await staff.send(f"{base}/returns", outcome="refused", words="演示：不属于信访")
    assert back.headers["location"] == f"/triage/{demand.id}"
    assert "对方不受理" in (await staff.get(f"/triage/{demand.id}")).text


async def test_it_is_handed_on_from_the_list(hall: Hall, staff: Browser) -> None:
    demand = await asked(hall)
    await staff.send(f"/triage/{demand.id}", route="service", reason="演示", to="演示物业")
    first = await only_handover(demand.id)
    await staff.send(
        f"/triage/handed/{first.id}/returns",
        outcome="refused",
        words="演示：归城管",
        next_to="演示城管所",
        next_due_on="2026-12-01",
    )
    second = await only_handover(demand.id)
    assert (second.to_name, second.due_on.isoformat()) == ("演示城管所", "2026-12-01")
    empty = await staff.send(f"/triage/handed/{second.id}/withdrawal", reason="")
    assert empty.status_code == 400
    off = await staff.send(f"/triage/handed/{second.id}/withdrawal", reason="演示：写错了")
    assert off.headers["location"] == "/triage/handed"
    assert "现在没有转办在外的需求" in (await staff.get("/triage/handed")).text


async def test_a_liaison_sees_what_their_organisation_has(
    hall: Hall, staff: Browser, client: httpx2.AsyncClient
) -> None:
    demand, other = await asked(hall), await asked(hall, "演示别人的事")
    department = await Organisation.create(community_id=hall.community, name="演示城管所")
    person = await Person.create(
        community_id=hall.community, name="演示联络员", organisation_id=department.id
    )
    await RoleGrant.create(person_id=person.id, role=Role.LIAISON.value)
    liaison = await signed_in(client, hall, person.id)
    assert "现在没有转给你们的需求" in (await liaison.get("/handovers")).text
    await staff.send(
        f"/triage/{demand.id}",
        route="authority",
        reason="演示",
        organisation=str(department.id),
        due_on="2026-12-01",
        words="演示：请来看现场",
    )
    await staff.send(f"/triage/{other.id}", route="service", reason="演示")
    shown = (await liaison.get("/handovers")).text
    assert "演示：请来看现场" in shown
    assert "演示别人的事" not in shown
    theirs, foreign = await only_handover(demand.id), await only_handover(other.id)
    refused = await liaison.send(
        f"/handovers/{foreign.id}/returns", outcome="settled", words="演示"
    )
    assert refused.status_code == 404
    done = await liaison.send(
        f"/handovers/{theirs.id}/returns", outcome="settled", words="演示：拆好了"
    )
    assert done.headers["location"] == "/handovers"
    assert (await staff.get("/handovers")).headers["location"] == "/triage/handed"


async def test_the_days_are_set_on_a_page(hall: Hall, staff: Browser) -> None:
    shown = (await staff.get("/triage/days")).text
    assert "信访工作条例" in shown
    fields = {
        **dict.fromkeys(("answer", "deliberation", "service", "mediation"), "5"),
        "accepted": "15",
        "closed": "60",
        "again": "7",
        "source": "演示规定",
    }
    wrong = await staff.send("/triage/days", **(fields | {"answer": "0"}))
    assert wrong.status_code == 400
    assert 'href="#days-answer"' in wrong.text
    assert (
        'href="#days-again"' in (await staff.send("/triage/days", **(fields | {"again": "x"}))).text
    )
    assert (await staff.send("/triage/days", **fields)).status_code == 303
    assert (await days_of(hall.community)).answer == 5


async def test_a_long_queue_is_paged(hall: Hall, staff: Browser) -> None:
    waiting = await triage.count_waiting(hall.community)
    for n in range(triage.PAGE + 1 - waiting):
        await asked(hall, f"演示第{n}件")
    assert "第1页，共2页" in (await staff.get("/triage")).text
    assert "清单没有这么多页" in (await staff.get("/triage?page=9")).text
    assert (await staff.get("/triage?page=x")).status_code == 200


async def test_once_all_are_triaged_the_queue_says_so(hall: Hall, staff: Browser) -> None:
    for demand in await Demand.filter(state="listed", route=""):
        order = Order(route=Route.DELIBERATION)
        await triage.triage(hall.chair, demand.id, order, at=hall.now)
    assert "都分流过了" in (await staff.get("/triage")).text
