"""Bodies, venues, agreements, talks, participation and keys on their pages; the points feed."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import httpx2
import pytest

from deliberation.demands.models import Demand
from deliberation.gatherings.models import Agreement, BodyMember, Participation, Venue
from deliberation.gatherings.participation import SETTLED
from deliberation.meetings.models import DeliberationDay, Meeting
from deliberation.people.models import AccessKey, Body, Organisation, Person
from deliberation.suggestions.models import Measure, Solution, Suggestion
from tests.flows.hall import Hall, open_hall
from tests.web.desk import Browser, signed_in

pytestmark = pytest.mark.anyio
A_MOMENT = SETTLED + timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The service with a hall in it; the facilitator, a resident, and somebody unknown."""

    hall: Hall
    client: httpx2.AsyncClient
    staff: Browser
    resident: Browser
    visitor: Browser


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    async with (
        open_hall(tmp_path, households=2) as hall,
        httpx2.AsyncClient(base_url=hall.url, trust_env=False, timeout=60) as client,
    ):
        yield Place(
            hall=hall,
            client=client,
            staff=await signed_in(client, hall, hall.chair.person),
            resident=await signed_in(client, hall, hall.residents[0].person),
            visitor=Browser(client),
        )


async def opened_venue(place: Place) -> Venue:
    await place.staff.send("/venues", name="演示服务站", address="1号楼", capacity="1")
    return await Venue.get(name="演示服务站")


async def called_talk(place: Place) -> Meeting:
    venue = await opened_venue(place)
    answer = await place.staff.send(
        "/talks", title="夜话", on="2026-11-21", starts="19:00", minutes="60", venue=str(venue.id)
    )
    talk = await Meeting.get(title="夜话")
    assert answer.headers["location"] == f"/meetings/{talk.id}/agenda"
    return talk


async def test_a_member_is_masked_in_public_and_in_clear_for_staff(place: Place) -> None:
    assert "还没有议事团体" in (await place.visitor.get("/bodies")).text
    await place.staff.send("/bodies", name="演示议事团", purpose="院里的事")
    again = await place.staff.send("/bodies", name="演示议事团", purpose="另一件")
    assert again.status_code == 409
    assert "已经有叫“演示议事团”的了" in again.text
    assert 'value="另一件"' in again.text
    body = await Body.get(name="演示议事团")
    page = f"/bodies/{body.id}"
    code = place.hall.residents[0].code
    await Person.filter(id=place.hall.residents[0].person).update(name="欧阳演示人")
    seated = await place.staff.send(f"{page}/seats", card=code, begins_on="2026-11-20")
    assert seated.status_code == 303
    twice = await place.staff.send(f"{page}/seats", card=code, begins_on="2026-11-25")
    assert "两段任期不能重叠" in twice.text
    unclear = await place.staff.send(f"{page}/seats", name="谁也不是", begins_on="2026-11-25")
    assert 'id="seat-name-error"' in unclear.text
    assert "欧阳演示人" in (await place.staff.get(page)).text
    shown = (await place.visitor.get(page)).text
    assert "欧阳**" in shown
    assert "演示人" not in shown
    assert "请一位入座" not in shown
    seat = await BodyMember.get(body_id=body.id)
    await place.staff.send(f"{page}/seats/{seat.id}/end")
    assert "现在没有成员" in (await place.visitor.get(page)).text
    await place.staff.send(f"{page}/dissolution")
    assert "已经撤销" in (await place.visitor.get(page)).text


async def test_a_venue_is_changed_and_closed_on_the_page(place: Place) -> None:
    venue = await opened_venue(place)
    assert "没有无台阶通道" in (await place.visitor.get("/venues")).text
    page = f"/venues/{venue.id}"
    await place.staff.send(page, name="演示服务站", capacity="40", step_free="1")
    shown = (await place.visitor.get("/venues")).text
    assert "坐40人" in shown
    assert "有无台阶通道" in shown
    unnamed = await place.staff.send(page, name="", capacity="7")
    assert unnamed.status_code == 400
    assert 'value="7"' in unnamed.text
    await place.staff.send(f"{page}/closing")
    assert "已停用" in (await place.visitor.get("/venues")).text


async def test_an_agreement_that_ends_soon_says_so(place: Place) -> None:
    partner = await Organisation.create(community_id=place.hall.community, name="演示单位")
    sent = {
        "organisation": str(partner.id),
        "community_gives": "一楼活动室",
        "organisation_gives": "每月一次义诊",
        "begins_on": "2026-11-01",
    }
    backwards = await place.staff.send("/agreements", **sent, ends_on="2026-10-01")
    assert "结束的日期在开始之前" in backwards.text
    await place.staff.send("/agreements", **sent, ends_on="2026-12-20")
    assert "30天内到期" in (await place.visitor.get("/agreements")).text
    one = await Agreement.get()
    assert "请写明理由" in (await place.staff.send(f"/agreements/{one.id}/end", reason="")).text
    await place.staff.send(f"/agreements/{one.id}/end", reason="装修")
    assert "提前结束：装修" in (await place.visitor.get("/agreements")).text


async def test_a_meeting_is_planned_with_kind_convener_and_venue(place: Place) -> None:
    venue = await opened_venue(place)
    await place.staff.send("/bodies", name="演示议事团")
    body = await Body.get(name="演示议事团")
    day = await DeliberationDay.get(held_on="2026-12-20")
    form = (await place.staff.get("/days")).text
    assert "演示服务站" in form
    assert "演示议事团" in form
    await place.staff.send(
        f"/days/{day.id}/meetings",
        title="12月议事日",
        kind="joint",
        level="grid",
        body=str(body.id),
        venue=str(venue.id),
    )
    meeting = await Meeting.get(title="12月议事日")
    assert (meeting.kind, meeting.level, meeting.body_id) == ("joint", "grid", body.id)
    assert meeting.venue == "演示服务站，1号楼"
    board = (await place.staff.get(f"/meetings/{meeting.id}/agenda")).text
    assert "场地坐不下" in board
    assert "轮椅进不去" in board
    await place.staff.send(f"/venues/{venue.id}/closing")
    gone = await place.staff.send(f"/days/{day.id}/meetings", title="再谈", venue=str(venue.id))
    assert "已经停用，请另选场地" in gone.text


async def test_from_a_talk_to_a_problem_solved(place: Place) -> None:
    talk = await called_talk(place)
    assert "恳谈可以没有议程" in (await place.staff.get(f"/meetings/{talk.id}/agenda")).text
    await place.staff.send(f"/meetings/{talk.id}/agenda/notice", confirmed="1")
    notice = (await place.visitor.get(f"/meetings/{talk.id}/notice")).text
    assert "恳谈公告" in notice
    assert "恳谈不表决" in notice
    assert (await place.visitor.get(f"/meetings/{talk.id}/notice.pdf")).status_code == 200
    page = f"/meetings/{talk.id}/suggestions"
    assert "还没有记下建议" in (await place.visitor.get(page)).text
    code = place.hall.residents[1].code
    await place.staff.send(page, words="楼道加灯", card=code)
    await place.staff.send(page, words="灯要感应的")
    assert "演**" in (await place.visitor.get(page)).text
    sources = [str(row.id) for row in await Suggestion.all()]
    none = await place.staff.send(f"/meetings/{talk.id}/measures", title="装感应灯")
    assert "请填写“根据哪些建议”" in none.text
    await place.staff.send(f"/meetings/{talk.id}/measures", title="装感应灯", suggestions=sources)
    measure = await Measure.get()
    own = f"/measures/{measure.id}"
    demand = (await Demand.filter(community_id=place.hall.community).limit(1))[0]
    await place.staff.send(f"{own}/problems", number=demand.number)
    await place.staff.send(f"{own}/problems", words="夜里看不清")
    wrong = await place.staff.send(f"{own}/problems", number="没有的号")
    assert 'id="solve-number-error"' in wrong.text
    await place.staff.send(f"{own}/done")
    assert await Solution.all().count() == 2
    story = (await place.visitor.get(own)).text
    assert all(text in story for text in ("楼道加灯", "夜里看不清", demand.title, "完成"))
    listed = (await place.visitor.get("/talks")).text
    assert "2条建议，1项措施，解决2个问题" in listed
    assert listed.count("<circle") == 5
    assert "措施已完成1项" in listed


async def test_a_suggestion_goes_on_the_list_once(place: Place) -> None:
    talk = await called_talk(place)
    page = f"/meetings/{talk.id}/suggestions"
    await place.staff.send(page, words="楼下缺一个长椅")
    (row,) = await Suggestion.all()
    before = await Demand.all().count()
    for _again in range(2):
        await place.staff.send(f"{page}/{row.id}/demand", command="same")
    assert await Demand.all().count() == before + 1
    made = await Demand.get(title="楼下缺一个长椅")
    assert made.channel == "talk"
    assert f"已列入需求清单 {made.number}" in (await place.visitor.get(page)).text


async def test_a_suggestion_outside_a_meeting_becomes_a_measure(place: Place) -> None:
    assert 'href="/suggestions"' in (await place.visitor.get("/talks")).text
    noted = await place.staff.send("/suggestions", words="演示：门口放一把椅子")
    assert noted.headers["location"] == "/suggestions#note"
    one = await Suggestion.get()
    assert one.meeting_id is None
    await place.staff.send("/measures", title="演示：放椅子", suggestions=str(one.id))
    shown = (await place.visitor.get("/suggestions")).text
    assert "门口放一把椅子" in shown
    assert str((await Measure.get()).id) in shown
    listed = await place.staff.send(f"/suggestions/{one.id}/demand")
    assert listed.headers["location"] == "/suggestions"
    assert (await Suggestion.get()).demand_id is not None


async def test_help_noted_by_mistake_is_taken_back_on_the_page(place: Place) -> None:
    name = (await Person.get(id=place.hall.residents[0].person)).name
    door = "1-101"
    await place.staff.send(
        "/participation/help", door=door, name=name, words="搬演示桌子", on="2026-11-20"
    )
    row = await Participation.get(kind="helped")
    page = (await place.staff.get("/participation")).text
    assert "2026年11月20日" in page
    assert name not in page
    assert "搬演示桌子" not in page
    await place.staff.send(f"/participation/help/{row.id}/withdrawal")
    assert not await Participation.exists(kind="helped")


async def test_a_talk_is_called_off(place: Place) -> None:
    talk = await called_talk(place)
    late = await place.staff.send("/talks", title="夜话二", on="2026-11-01", starts="19:00")
    assert late.status_code == 409
    assert 'id="call-on-error"' in late.text
    await place.staff.send(f"/meetings/{talk.id}/cancellation", reason="下雨")
    assert "原因：下雨" in (await place.visitor.get("/talks")).text


async def test_ones_own_record_and_the_switch(place: Place) -> None:
    assert "还没有参与记录" in (await place.resident.get("/me/participation")).text
    sent = {"card": place.hall.residents[0].code, "words": "搬演示椅子", "on": "2026-11-19"}
    await place.staff.send("/participation/help", **sent)
    own = (await place.resident.get("/me/participation")).text
    assert "搬演示椅子" in own
    assert "我们这一户" in own
    counts = (await place.staff.get("/participation")).text
    assert "搬演示椅子" not in counts
    await place.resident.send("/me/participation/hiding", hidden="1")
    assert "现在不给" in (await place.resident.get("/me/participation")).text
    assert (await place.resident.get("/participation")).status_code == 403


async def test_a_points_scheme_reads_with_its_key_and_sees_no_names(place: Place) -> None:
    issued = await place.staff.send("/keys", name="演示积分", purpose="points")
    assert issued.status_code == 200
    found = re.search(r'id="token">([^<]+)<', issued.text)
    assert found is not None
    token = found[1]
    assert token not in (await place.staff.get("/keys")).text
    sent = {"card": place.hall.residents[0].code, "words": "搬演示椅子", "on": "2026-11-19"}
    await place.staff.send("/participation/help", **sent)
    place.hall.clock.advance(A_MOMENT)

    async def read(since: str = "", key: str = token) -> httpx2.Response:
        return await place.client.get(
            "/api/participation.json",
            params={"since": since},
            headers={"Authorization": f"Bearer {key}"},
        )

    answer = await read()
    told = answer.json()
    (item,) = [one for one in told["items"] if one["kind"] == "helped"]
    assert item["person"] == str(place.hall.residents[0].person)
    assert item["household"] == str(place.hall.residents[0].household)
    assert (item["on"], item["title"]) == ("2026-11-19", "搬演示椅子")
    assert "演示住户" not in answer.text
    rest = (await read(told["next"])).json()
    assert rest == {"items": [], "next": told["next"]}
    assert (await read("nonsense")).status_code == 400
    wrong = await read(key="x" * 40)
    assert wrong.status_code == 401
    assert wrong.json()["code"] == "access.key_wrong"
    await place.resident.send("/me/participation/hiding", hidden="1")
    assert not [one for one in (await read()).json()["items"] if one["kind"] == "helped"]
    (key,) = await AccessKey.all()
    await place.staff.send(f"/keys/{key.id}/revocation")
    assert (await read()).status_code == 401


async def test_a_dispute_between_people_is_not_in_the_feed(place: Place) -> None:
    issued = await place.staff.send("/keys", name="演示积分", purpose="points")
    found = re.search(r'id="token">([^<]+)<', issued.text)
    assert found is not None
    (demand, *_others) = await Demand.filter(community_id=place.hall.community).limit(2)
    await Demand.filter(id=demand.id).update(is_private=True)
    person: UUID = place.hall.residents[0].person
    await Participation.create(
        community_id=place.hall.community,
        person_id=person,
        kind="raised",
        subject=f"demand:{demand.id}",
        words="两家的事",
        happened_on=place.hall.now.date(),
        noted_at=place.hall.now,
    )
    place.hall.clock.advance(A_MOMENT)
    answer = await place.client.get(
        "/api/participation.json", headers={"Authorization": f"Bearer {found[1]}"}
    )
    assert "两家的事" not in answer.text
    assert str(demand.id) not in answer.text
    assert answer.json()["next"]
