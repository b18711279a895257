"""The calendar, the first page, matters and minutes, as people open them after a meeting."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest

from deliberation.agendas import conduct
from deliberation.ballots import service as ballots
from deliberation.ballots.casting import cast
from deliberation.ballots.votes import Casting
from deliberation.matters.models import Matter, Progress, Rating, Task
from deliberation.meetings.models import DeliberationDay
from tests.flows.hall import Hall, convene_with_everybody, open_hall, open_the_vote
from tests.web.desk import Browser, signed_in

pytestmark = pytest.mark.anyio


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[Hall]:
    async with open_hall(tmp_path, households=3) as opened:
        yield opened


@pytest.fixture
async def client(hall: Hall) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=hall.url, trust_env=False, timeout=60) as client:
        yield client


@pytest.fixture
def visitor(client: httpx2.AsyncClient) -> Browser:
    return Browser(client)


@pytest.fixture
async def chair(client: httpx2.AsyncClient, hall: Hall) -> Browser:
    return await signed_in(client, hall, hall.chair.person)


@pytest.fixture
async def resident(client: httpx2.AsyncClient, hall: Hall) -> Browser:
    return await signed_in(client, hall, hall.residents[0].person)


async def decide(hall: Hall) -> Matter:
    """Two households of three adopt the first item's motion; the meeting is over. Its matter."""
    await convene_with_everybody(hall)
    ballot = await open_the_vote(hall)
    for resident in hall.residents[:2]:
        vote = Casting(
            ballot=ballot,
            voter=resident.household,
            person=resident.person,
            choice="for",
            channel="form",
            at=hall.now,
        )
        await cast([vote])
    hall.clock.advance(timedelta(minutes=3))
    await ballots.close(hall.chair, hall.meeting, at=hall.now)
    await ballots.announce(hall.chair, hall.meeting, at=hall.now)
    await conduct.close_item(hall.chair, hall.meeting, at=hall.now)
    await conduct.adjourn(hall.chair, hall.meeting, at=hall.now)
    return await Matter.get(step="deliver")


async def test_a_program_that_has_the_calendar_is_not_sent_it_again(
    hall: Hall, visitor: Browser
) -> None:
    first = await visitor.get("/calendar.ics")
    assert first.headers["content-type"] == "text/calendar; charset=utf-8"
    tag, date = first.headers["etag"], first.headers["last-modified"]
    for known in ({"If_None_Match": tag}, {"If_None_Match": f'"x", W/{tag}'}):
        again = await visitor.get("/calendar.ics", **known)
        assert (again.status_code, again.content) == (304, b"")
    assert (await visitor.get("/calendar.ics", If_Modified_Since=date)).status_code == 304
    for unknown in ({"If_None_Match": '"x"'}, {"If_Modified_Since": "yesterday"}):
        assert (await visitor.get("/calendar.ics", **unknown)).content == first.content


async def test_a_tag_goes_before_a_date(hall: Hall, visitor: Browser) -> None:
    date = (await visitor.get("/calendar.ics")).headers["last-modified"]
    both = await visitor.get("/calendar.ics", If_Modified_Since=date, If_None_Match='"x"')
    assert both.status_code == 200


async def test_one_day_and_one_meeting_can_be_added_by_hand(hall: Hall, visitor: Browser) -> None:
    day = await DeliberationDay.first()
    assert day is not None
    for path in (f"/days/{day.id}.ics", f"/meetings/{hall.meeting}.ics"):
        assert (await visitor.get(path)).text.count("BEGIN:VEVENT") == 1


async def test_the_page_for_subscribers_gives_address_and_code(
    hall: Hall, visitor: Browser
) -> None:
    shown = (await visitor.get("/calendar")).text
    assert f"{hall.url}/calendar.ics" in shown
    assert f'href="webcal://{hall.url.removeprefix("http://")}/calendar.ics"' in shown
    assert "<svg" in shown


async def test_the_first_page_leads_into_a_meeting_that_is_held(
    hall: Hall, visitor: Browser
) -> None:
    assert f'href="/meetings/{hall.meeting}"' not in (await visitor.get("/")).text
    await convene_with_everybody(hall)
    assert f'href="/meetings/{hall.meeting}"' in (await visitor.get("/")).text


async def test_a_draft_is_seen_by_staff_only_and_a_publication_by_everybody(
    hall: Hall, visitor: Browser, chair: Browser, resident: Browser
) -> None:
    await decide(hall)
    page = f"/meetings/{hall.meeting}/minutes"
    assert (await chair.get(page)).status_code == 200
    for browser in (visitor, resident):
        for path in (page, f"{page}.md", f"{page}.pdf"):
            assert (await browser.get(path)).status_code in (401, 403, 409)
        assert page not in (await browser.get("/minutes")).text
    for act in ("approval", "publication"):
        assert (await chair.send(f"{page}/{act}")).status_code == 303
    assert (await visitor.get(page)).status_code == 200
    assert page in (await visitor.get("/minutes")).text
    for kind, start in (("md", b"# "), ("json", b"{"), ("pdf", b"%PDF-")):
        assert (await visitor.get(f"{page}.{kind}")).content.startswith(start)


async def test_the_summary_is_written_on_the_page_until_the_approval(
    hall: Hall, chair: Browser
) -> None:
    await decide(hall)
    page = f"/meetings/{hall.meeting}/minutes"
    shown = (await chair.get(page)).text
    field = shown.split('name="prose-')[1].split('"')[0]
    await chair.send(f"{page}/prose", **{f"prose-{field}": "会上主要谈了<工期>。"})
    assert "会上主要谈了&lt;工期&gt;。" in (await chair.get(page)).text
    await chair.send(f"{page}/approval")
    late = await chair.send(f"{page}/prose", **{f"prose-{field}": "改"})
    assert late.status_code == 409
    assert "会上主要谈了&lt;工期&gt;。" in (await chair.get(page)).text


async def test_a_decided_matter_is_assigned_reported_done_and_rated(
    hall: Hall, visitor: Browser, chair: Browser, resident: Browser
) -> None:
    matter = await decide(hall)
    page = f"/matters/{matter.id}"
    given = {"organisation": "演示物业", "due_on": "2026-12-20"}
    assert (await chair.send(f"{page}/acts/assign", **given)).status_code == 303
    assert "演示物业" in (await visitor.get(page)).text
    task = f"/tasks/{(await Task.get(matter_id=matter.id)).id}"
    assert (await chair.send(f"{page}/progress", note="演示：材料进场")).status_code == 303
    assert "还有任务没有办完" in (await chair.send(f"{page}/acts/report_done")).text
    assert (await chair.send(f"{task}/finish", note="演示：完工")).status_code == 303
    assert await Progress.filter(matter_id=matter.id).count() == 2
    for mark, words in (("3", ""), ("1", "演示：还差一角")):
        sent = await resident.send(f"{page}/ratings", mark=mark, words=words)
        assert sent.status_code == 303
    assert [(r.mark, r.words) for r in await Rating.filter(mark__not_isnull=True)] == [
        (1, "演示：还差一角")
    ]
    shown = (await visitor.get(page)).text
    assert "应评2户，1户已评，平均1.00分" in shown
    assert "演示：还差一角" not in shown
    assert "演示：还差一角" in (await chair.get(page)).text
    back = await chair.send(f"{page}/acts/send_back", reason="演示：东边没修")
    assert back.status_code == 303
    assert (await Matter.get(id=matter.id)).step == "deliver"
    shown = (await visitor.get(page)).text
    assert "演示：东边没修" in shown
    assert "退回重办" in shown


async def test_an_act_whose_condition_is_not_met_is_refused_in_words(
    hall: Hall, chair: Browser
) -> None:
    matter = await decide(hall)
    early = await chair.send(f"/matters/{matter.id}/acts/report_done", note="演示")
    assert early.status_code == 409
    assert "matter.act_not_available" in early.text
    assert (await Matter.get(id=matter.id)).step == "deliver"
    assert (await chair.send(f"/matters/{matter.id}/acts/vanish")).status_code == 404


async def test_an_unknown_rating_counts_nothing(hall: Hall, resident: Browser) -> None:
    matter = await decide(hall)
    answer = await resident.send(f"/matters/{matter.id}/ratings", mark="wonderful")
    assert answer.status_code == 400
    assert await Rating.all().count() == 0


async def test_matters_are_listed_with_their_steps(hall: Hall, visitor: Browser) -> None:
    matter = await decide(hall)
    shown = (await visitor.get("/matters")).text
    assert f'href="/matters/{matter.id}"' in shown
    assert 'class="steps' in shown


async def test_after_the_meeting_the_first_page_shows_the_day_after_it(
    hall: Hall, visitor: Browser
) -> None:
    assert "就在今天" in (await visitor.get("/")).text
    await decide(hall)
    after = (await visitor.get("/")).text
    assert "就在今天" not in after
    assert "还有30天" in after


async def test_the_story_of_a_matter_names_who_carries_it_out(
    hall: Hall, visitor: Browser, chair: Browser
) -> None:
    matter = await decide(hall)
    given = {"organisation": "演示物业", "due_on": "2026-12-20"}
    await chair.send(f"/matters/{matter.id}/acts/assign", **given)
    shown = (await visitor.get(f"/matters/{matter.id}")).text
    assert "演示物业" in (await chair.get("/tasks")).text
    assert "交演示物业办理，2026年12月20日前办结" in re.sub(r"<[^>]+>", "", shown)
    assert "/acts/" not in shown
