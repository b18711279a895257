"""Preparing a day on its pages: planning, drawing the agenda up, publishing, moving, cancelling."""

import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path
from uuid import UUID

import httpx2
import pytest

from deliberation.agendas.models import AgendaItem
from deliberation.agendas.ranking import DemandStanding, Weights, rank
from deliberation.agendas.service import items_of
from deliberation.app import create_app
from deliberation.auth.service import actor_of
from deliberation.auth.tokens import form_token
from deliberation.clock import FixedClock
from deliberation.config import Settings
from deliberation.demands import intaking
from deliberation.meetings.models import DeliberationDay, Meeting
from deliberation.web.visit import DEVICE_COOKIE
from tests.flows.community import demand_list, found_community, settle_households
from tests.flows.hall import token_of
from tests.papers.samples import text_of
from tests.support.community import the_community
from tests.support.service import served

pytestmark = pytest.mark.anyio

KEY = "k" * 40
NOW = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
"""18 days before the day."""
WORDING = "同意硬化演示路面约420平方米；2026年12月20日前完工。"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Staff at the desk, and anybody who looks on."""

    staff: httpx2.AsyncClient
    anyone: httpx2.AsyncClient
    token: str

    async def press(self, path: str, **fields: object) -> httpx2.Response:
        form = {"csrf": form_token(KEY.encode(), self.token)}
        return await self.staff.post(path, data=form | {k: str(v) for k, v in fields.items()})


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    settings = Settings(var=str(tmp_path), database_url="", secret_key=KEY)
    async with served(create_app(settings, FixedClock(NOW))) as url:
        person = await found_community(NOW)
        community = (await the_community()).id
        await settle_households(community, 3, key=KEY.encode(), at=NOW)
        token = await token_of(person, NOW)
        chair = await actor_of(token, at=NOW)
        intake = await intaking.stage(chair, demand_list(12, NOW.date()), "需求.csv", at=NOW)
        await intaking.confirm(chair, intake, at=NOW)
        cookie = {"Cookie": f"{DEVICE_COOKIE}={token}"}
        async with (
            httpx2.AsyncClient(base_url=url, trust_env=False, timeout=60, headers=cookie) as staff,
            httpx2.AsyncClient(base_url=url, trust_env=False, timeout=60) as anyone,
        ):
            yield Desk(staff=staff, anyone=anyone, token=token)


async def the_day() -> DeliberationDay:
    return await DeliberationDay.get(planned_on=date(2026, 11, 20))


async def planned(desk: Desk) -> UUID:
    day = await the_day()
    await desk.press(f"/days/{day.id}/meetings", title="11月议事日")
    return (await Meeting.get(day_id=day.id)).id


async def proposed(desk: Desk) -> tuple[UUID, list[AgendaItem]]:
    meeting = await planned(desk)
    await desk.press(f"/meetings/{meeting}/agenda/proposal")
    return meeting, await items_of(meeting)


async def ranking(desk: Desk) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = (await desk.anyone.get("/ranking.json")).json()
    return found


async def test_planning_a_meeting_leads_to_its_empty_board(desk: Desk) -> None:
    day = await the_day()
    answer = await desk.press(f"/days/{day.id}/meetings", title="11月议事日")
    meeting = await Meeting.get(day_id=day.id)
    assert answer.headers["location"] == f"/meetings/{meeting.id}/agenda"
    board = await desk.staff.get(f"/meetings/{meeting.id}/agenda")
    assert "议程还是空的" in board.text
    assert "支持" in board.text


async def test_the_proposal_takes_the_highest_ranked_that_fit(desk: Desk) -> None:
    before = await ranking(desk)
    _meeting, items = await proposed(desk)
    taken = [str(item.demand_id) for item in items]
    assert taken == [place["demand"] for place in before["result"][: len(items)]]
    assert sum(item.minutes for item in items) <= 150


async def test_out_of_turn_the_board_asks_for_a_reason_and_publishes_it(desk: Desk) -> None:
    meeting = await planned(desk)
    last = (await ranking(desk))["result"][-1]["demand"]
    path = f"/meetings/{meeting}/agenda/demands/{last}"
    asked = await desk.press(path)
    assert "请写理由" in asked.text
    assert f'action="{path}"' in asked.text
    assert await items_of(meeting) == []
    await desk.press(path, reason="消防整改期限将到")
    (item,) = await items_of(meeting)
    assert str(item.demand_id) == last
    board = await desk.staff.get(f"/meetings/{meeting}/agenda")
    assert "未按名次，理由：消防整改期限将到" in board.text


async def test_the_notice_says_why_each_item_is_where_it_is_and_what_was_left_out(
    desk: Desk,
) -> None:
    meeting, items = await proposed(desk)
    base = f"/meetings/{meeting}/agenda"
    await desk.press(f"{base}/items/{items[1].id}/place", position=1, reason="消防整改期限将到")
    await desk.press(f"{base}/items/{items[0].id}/removal", reason="提出人请求下次再议")
    await desk.press(f"{base}/notice", confirmed=1)
    notice = (await desk.anyone.get(f"/meetings/{meeting}/notice")).text
    assert "名次第2：" in notice
    assert "未按名次，理由：消防整改期限将到" in notice
    assert f"{items[0].title}，理由：提出人请求下次再议" in notice


async def test_items_are_edited_moved_and_removed_by_plain_forms(desk: Desk) -> None:
    meeting, items = await proposed(desk)
    base = f"/meetings/{meeting}/agenda/items"
    await desk.press(f"{base}/{items[0].id}", minutes=25)
    await desk.press(f"{base}/{items[0].id}", step="decide", reporter="演示人", wording=WORDING)
    first = await AgendaItem.get(id=items[0].id)
    assert (first.minutes, first.step, first.reporter) == (25, "decide", "演示人")
    assert first.wording == WORDING
    moved = await desk.press(f"{base}/{items[1].id}/place", position=1, reason="演示理由")
    assert moved.status_code == 303
    assert [i.id for i in await items_of(meeting)][:2] == [items[1].id, items[0].id]
    await desk.press(f"{base}/{items[-1].id}/removal")
    assert len(await items_of(meeting)) == len(items) - 1


async def test_an_item_that_was_written_for_is_removed_only_after_a_yes(desk: Desk) -> None:
    meeting, items = await proposed(desk)
    item = f"/meetings/{meeting}/agenda/items/{items[-1].id}"
    await desk.press(item, reporter="演示人")
    asked = await desk.press(f"{item}/removal")
    assert "移出议程吗？" in asked.text
    assert len(await items_of(meeting)) == len(items)
    await desk.press(f"{item}/removal", confirmed=1)
    assert len(await items_of(meeting)) == len(items) - 1


async def test_the_board_names_the_meeting_that_a_demand_stands_on(desk: Desk) -> None:
    meeting, items = await proposed(desk)
    day = await DeliberationDay.get(planned_on=date(2026, 12, 20))
    await desk.press(f"/days/{day.id}/meetings", title="12月议事日")
    december = (await Meeting.get(day_id=day.id)).id
    board = (await desk.staff.get(f"/meetings/{december}/agenda")).text
    assert f"已在别的会议上{len(items)}件" in board
    assert f'href="/meetings/{meeting}/agenda"' in board
    refused = await desk.press(f"/meetings/{december}/agenda/demands/{items[0].demand_id}")
    assert refused.status_code == 409
    assert "这件已经在“11月议事日”的议程上" in refused.text
    assert "发布前检查" in refused.text


async def test_minutes_out_of_range_are_said_on_the_board_and_nothing_changes(desk: Desk) -> None:
    meeting, items = await proposed(desk)
    answer = await desk.press(f"/meetings/{meeting}/agenda/items/{items[0].id}", minutes=900)
    assert answer.status_code == 400
    assert f'href="#item-{items[0].id}"' in answer.text
    assert (await AgendaItem.get(id=items[0].id)).minutes == items[0].minutes


async def test_a_missing_wording_stands_in_the_way_of_the_notice(desk: Desk) -> None:
    meeting, items = await proposed(desk)
    await desk.press(f"/meetings/{meeting}/agenda/items/{items[0].id}", step="decide")
    board = await desk.staff.get(f"/meetings/{meeting}/agenda")
    assert "第1项缺决议文字" in board.text
    assert "还差1项" in board.text
    refused = await desk.press(f"/meetings/{meeting}/agenda/notice", confirmed=1)
    assert refused.status_code == 409
    assert (await Meeting.get(id=meeting)).state == "planned"


async def test_publishing_asks_once_then_freezes_the_board_and_shows_the_notice(
    desk: Desk,
) -> None:
    meeting, items = await proposed(desk)
    edited = f"/meetings/{meeting}/agenda/items/{items[0].id}"
    await desk.press(edited, step="decide", wording=WORDING)
    asked = await desk.press(f"/meetings/{meeting}/agenda/notice")
    assert "现在发布公告吗？" in asked.text
    assert (await Meeting.get(id=meeting)).state == "planned"
    await desk.press(f"/meetings/{meeting}/agenda/notice", confirmed=1)
    board = await desk.staff.get(f"/meetings/{meeting}/agenda")
    assert f"/meetings/{meeting}/console" in board.text
    assert "放入议程" not in board.text
    notice = (await desk.anyone.get(f"/meetings/{meeting}/notice")).text
    assert "420平方米" in notice
    assert "意向征询" in notice
    assert notice.count("<svg") > 1
    frozen = await desk.press(edited, minutes=5)
    assert "agenda.frozen" in frozen.text


async def test_the_poster_is_a_pdf_only_after_the_notice(desk: Desk) -> None:
    meeting, _items = await proposed(desk)
    assert (await desk.anyone.get(f"/meetings/{meeting}/notice.pdf")).status_code == 404
    assert "公告还没有发布" in (await desk.anyone.get(f"/meetings/{meeting}/notice")).text
    await desk.press(f"/meetings/{meeting}/agenda/notice", confirmed=1)
    poster = await desk.anyone.get(f"/meetings/{meeting}/notice.pdf")
    assert poster.headers["content-type"] == "application/pdf"
    assert poster.content.startswith(b"%PDF-")


async def test_a_poster_does_not_call_to_a_day_that_was_moved_or_cancelled(desk: Desk) -> None:
    meeting, _items = await proposed(desk)
    await desk.press(f"/meetings/{meeting}/agenda/notice", confirmed=1)
    day, poster = await the_day(), f"/meetings/{meeting}/notice.pdf"
    await desk.press(f"/days/{day.id}/move", to="2026-11-22", reason="演示厅检修")
    moved = text_of((await desk.anyone.get(poster)).content)
    assert "会议已改期" in moved
    assert "原定2026年11月20日，改期原因：演示厅检修" in moved
    await desk.press(f"/days/{day.id}/cancellation", reason="演示停水")
    cancelled = text_of((await desk.anyone.get(poster)).content)
    assert "会议已取消" in cancelled
    assert "议事日公告" not in cancelled


async def test_whoever_has_the_published_numbers_gets_the_same_ranking(desk: Desk) -> None:
    text = (await desk.anyone.get("/ranking.json")).text
    told = json.loads(text)
    standings = [
        DemandStanding(
            id=UUID(one["id"]),
            number=one["number"],
            domain=one["domain"],
            households=one["households"],
            raised_on=date.fromisoformat(one["raised_on"]),
            carried_over=one["carried_over"],
        )
        for one in told["inputs"]
    ]
    again = rank(standings, Weights.from_json(told["weights"]), date.fromisoformat(told["on"]))
    result = told["result"]
    assert [str(r.demand.id) for r in again] == [one["demand"] for one in result]
    assert [r.score for r in again] == [Fraction(one["score"]) for one in result]
    assert "1380000" not in text


async def test_the_rule_of_the_ranking_is_said_in_words(desk: Desk) -> None:
    text = (await desk.anyone.get("/ranking")).text
    assert "每有一户支持，加1分" in text
    assert "/ranking.json" in text


async def test_a_day_is_moved_and_called_off_with_a_public_reason(desk: Desk) -> None:
    day = await the_day()
    await planned(desk)
    silent = await desk.press(f"/days/{day.id}/move", to="2026-11-22", reason="")
    assert silent.status_code == 400
    assert 'value="2026-11-22"' in silent.text
    await desk.press(f"/days/{day.id}/move", to="2026-11-22", reason="演示厅检修")
    public = (await desk.anyone.get("/days")).text
    assert "演示厅检修" in public
    assert "原定" in public
    await desk.press(f"/days/{day.id}/cancellation", reason="演示停水")
    public = (await desk.anyone.get("/days")).text
    assert "演示停水" in public
    assert "已取消" in public


async def test_days_without_a_meeting_follow_a_new_rule(desk: Desk) -> None:
    await desk.press(
        "/days/rule",
        rule="weekday",
        nth=3,
        weekday=7,
        starts="14:00",
        minutes=120,
        venue="新演示厅",
    )
    public = (await desk.anyone.get("/days")).text
    assert "每月第3个星期日14:00，新演示厅" in public
    assert (await the_day()).held_on == date(2026, 11, 15)


async def test_a_rule_with_nothing_in_it_is_refused_and_changes_nothing(desk: Desk) -> None:
    before = (await desk.anyone.get("/days")).text
    answer = await desk.press("/days/rule")
    assert answer.status_code == 400
    assert 'href="#rule-kind"' in answer.text
    assert (await desk.anyone.get("/days")).text == before


@pytest.mark.parametrize(
    ("field", "typed"),
    [("day", ""), ("day", "40"), ("starts", "25:00"), ("minutes", "很久"), ("venue", " ")],
)
async def test_a_faulty_rule_is_refused_at_its_field_and_what_was_typed_stays(
    desk: Desk, field: str, typed: str
) -> None:
    sound = {"rule": "date", "day": "18", "starts": "14:00", "minutes": "90", "venue": "新演示厅"}
    answer = await desk.press("/days/rule", **(sound | {field: typed}))
    assert answer.status_code == 400
    assert f'href="#{field}"' in answer.text
    assert f'id="{field}-error"' in answer.text
    kept = {name: value for name, value in sound.items() if name not in ("rule", field)}
    assert all(f'value="{value}"' in answer.text for value in kept.values())


async def test_residents_see_the_days_but_no_forms(desk: Desk) -> None:
    public = (await desk.anyone.get("/days")).text
    assert len(re.findall(r"/days/[0-9a-f-]{36}\.ics", public)) == 12
    assert "排一次会议" not in public


async def test_nobody_draws_up_an_agenda_without_signing_in(desk: Desk) -> None:
    meeting = await planned(desk)
    answer = await desk.anyone.get(f"/meetings/{meeting}/agenda")
    assert answer.status_code == 401
