"""The way of a matter on its pages: read by all, redrawn by who may, its names seen everywhere."""

import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path

import httpx2
import pytest

from deliberation import journal
from deliberation.agendas import conduct
from deliberation.faces.context import context_for, scene_of
from deliberation.journal.canonical import canonical
from deliberation.matters import redrawing, workflows
from deliberation.matters.models import Matter
from deliberation.matters.stages import SHIPPED, Workflow
from deliberation.matters.steps import Act, Step
from deliberation.meetings import attending
from deliberation.meetings import service as meetings
from deliberation.meetings.viewing import Counted
from deliberation.minutes import service as minutes
from deliberation.people.models import Community
from deliberation.rendering import rendered
from tests.flows.hall import Hall, open_hall
from tests.web.desk import Browser, signed_in

pytestmark = pytest.mark.anyio

RENAMED = redrawing.rename(SHIPPED, "decide", "众决")


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[Hall]:
    async with open_hall(tmp_path, households=2) as opened:
        yield opened


@pytest.fixture
async def client(hall: Hall) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=hall.url, trust_env=False, timeout=60) as opened:
        yield opened


@pytest.fixture
async def staff(client: httpx2.AsyncClient, hall: Hall) -> Browser:
    return await signed_in(client, hall, hall.chair.person)


async def adopt(hall: Hall, workflow: Workflow, based_on: int = 0) -> None:
    await workflows.adopt(hall.chair, workflow, based_on=based_on, at=hall.now)


def fields_of(page: str) -> dict[str, str | list[str]]:
    """What a browser would send of the form, were nothing touched."""
    found: dict[str, str | list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", page):
        name = re.search(r'name="([^"]*)"', tag)
        is_box = 'type="checkbox"' in tag
        if not name or name[1] in ("csrf", "command") or (is_box and " checked" not in tag):
            continue
        value = unescape(re.search(r'value="([^"]*)"', tag)[1])  # type: ignore[index] # ours
        former = found.get(name[1])
        found[name[1]] = [*former, value] if isinstance(former, list) else value
        if is_box:
            found[name[1]] = [*(former if isinstance(former, list) else []), value]
    for name_, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', page, re.S):
        chosen = re.search(r'value="([^"]*)" selected', options)
        if chosen:
            found[name_] = chosen[1]
    for name_, text in re.findall(
        r'<textarea[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', page, re.S
    ):
        found[name_] = unescape(text)
    return found


def draft_of(page: str) -> str:
    found = re.search(r'name="draft" value="([^"]*)"', page)
    assert found
    return unescape(found[1])


async def test_everybody_reads_how_a_matter_goes(client: httpx2.AsyncClient, hall: Hall) -> None:
    page = (await Browser(client).get("/workflow")).text
    assert "通用的一套" in page
    assert "各地叫法不同" in page
    assert '<svg class="flow"' in page
    assert "认领，直接办理" in page
    assert "评价不满意，自动退回重办" in page
    assert "7件议题照这一版走，其中7件正在走" in page
    assert "改流程" not in page
    assert 'href="/workflow"' in (await Browser(client).get("/")).text
    assert (await Browser(client).get("/workflow/edit")).status_code == 401
    resident = await signed_in(client, hall, hall.residents[0].person)
    assert (await resident.get("/workflow/edit")).status_code == 403


async def test_a_form_that_is_sent_as_it_came_changes_nothing(staff: Browser) -> None:
    form = (await staff.get("/workflow/edit")).text
    preview = await staff.send("/workflow/edit", **(fields_of(form) | {"do": "preview"}))
    assert preview.status_code == 200
    assert "和现在的一版一样" in preview.text
    assert "采用这一版" not in preview.text


async def test_a_notice_is_added_looked_at_and_adopted(staff: Browser, hall: Hall) -> None:
    form = fields_of((await staff.get("/workflow/edit")).text)
    added = await staff.send(
        "/workflow/edit",
        **(form | {"name-deliver": "众办", "add_name": "公示", "add_days": "7", "do": "add"}),
    )
    assert added.status_code == 200
    assert "去掉“公示”" in added.text
    assert (await workflows.latest(hall.community)).version == 0
    again = fields_of(added.text) | {"days-decide_b": "5", "rating_days": "14", "do": "preview"}
    preview = await staff.send("/workflow/edit", **again)
    for said in ("“民决”里增加“公示”。", "从0天改成5天", "“民办”改叫“众办”。", "从30改成14"):
        assert said in preview.text
    adopted = await staff.send("/workflow", based_on="0", draft=draft_of(preview.text))
    assert (adopted.status_code, adopted.headers["location"]) == (303, "/workflow")
    latest = await workflows.latest(hall.community)
    assert (latest.version, latest.stage("decide_b").wait_days) == (1, 5)
    page = (await staff.get("/workflow")).text
    assert "通用的一套" not in page
    assert "到了这里先等5天" in page
    assert "0件议题照这一版走" in page
    earlier = (await staff.get("/workflow?version=0")).text
    assert "这是以前的一版" in earlier
    assert "公示" not in earlier.split("历次版本")[0]


async def test_parts_are_moved_and_removed_and_ways_switched(staff: Browser) -> None:
    draft = redrawing.add_part(SHIPPED, Step.DELIVER, name="验收")
    draft = redrawing.add_part(draft, Step.DELIVER, name="移交")
    sent = {"based_on": "0", "draft": canonical(draft.to_json())}
    moved = await staff.send("/workflow/edit", **sent, do="earlier:deliver_c")
    assert moved.text.index("去掉“移交”") < moved.text.index("去掉“验收”")
    removed = await staff.send(
        "/workflow/edit", based_on="0", draft=draft_of(moved.text), do="remove:deliver_b"
    )
    assert "去掉“验收”" not in removed.text
    form = fields_of(removed.text)
    claim = next(i for i, way in enumerate(SHIPPED.ways) if way.act is Act.CLAIM)
    report = next(i for i, way in enumerate(SHIPPED.ways) if way.act is Act.REPORT_DONE)
    del form[f"on-{claim}"]
    preview = await staff.send(
        "/workflow/edit", **(form | {f"by-{report}": "staff", "do": "preview"})
    )
    assert "“民提”里的“认领，直接办理”停用。" in preview.text
    assert "改由居委会来做" in preview.text
    assert "采用这一版" in preview.text


async def test_a_dead_end_is_named_and_cannot_be_adopted(staff: Browser, hall: Hall) -> None:
    form = fields_of((await staff.get("/workflow/edit")).text)
    confirm = next(i for i, way in enumerate(SHIPPED.ways) if way.act is Act.CONFIRM)
    del form[f"on-{confirm}"]
    preview = await staff.send("/workflow/edit", **(form | {"do": "preview"}))
    assert "从“民评”走不到办结" in preview.text
    assert "采用这一版" not in preview.text
    refused = await staff.send("/workflow", based_on="0", draft=draft_of(preview.text))
    assert refused.status_code == 400
    assert "从“民评”走不到办结" in refused.text
    assert (await workflows.latest(hall.community)).version == 0


async def test_what_cannot_be_used_stays_in_its_field(staff: Browser) -> None:
    form = fields_of((await staff.get("/workflow/edit")).text)
    wrong = {"days-raise": "很久", "least_mean": "600", "name-raise": "众提", "do": "preview"}
    answer = await staff.send("/workflow/edit", **(form | wrong))
    assert answer.status_code == 400
    for name in ("days-raise", "least_mean"):
        assert f'<a href="#{name}">' in answer.text
        assert f'id="{name}"' in answer.text
    for typed in ("很久", "600", "众提"):
        assert f'value="{typed}"' in answer.text
    nameless = await staff.send("/workflow/edit", **(form | {"add_days": "3", "do": "add"}))
    assert nameless.status_code == 400
    assert '<a href="#add_name">' in nameless.text
    empty = await staff.send("/workflow/edit", **(form | {"name-raise": "", "do": "preview"}))
    assert "名称要写" in empty.text


async def test_the_second_of_two_editors_is_told(staff: Browser, hall: Hall) -> None:
    await adopt(hall, RENAMED)
    draft = canonical(redrawing.rename(SHIPPED, "raise", "众提").to_json())
    refused = await staff.send("/workflow", based_on="0", draft=draft)
    assert refused.status_code == 409
    assert "照新的一版改" in refused.text
    assert (await workflows.latest(hall.community)).version == 1


@pytest.mark.parametrize(
    "draft", ["", "{", "[]", "{}", '{"name":"a","source":"b","stages":[],"ways":[]}']
)
async def test_what_is_no_draft_is_refused(staff: Browser, draft: str) -> None:
    for path in ("/workflow", "/workflow/edit"):
        assert (await staff.send(path, based_on="0", draft=draft)).status_code == 400
    odd = await staff.send(
        "/workflow/edit", based_on="0", draft=canonical(SHIPPED.to_json()), do="remove:decide"
    )
    assert odd.status_code == 404


async def test_a_name_of_ones_own_is_seen_on_every_page(
    client: httpx2.AsyncClient, staff: Browser, hall: Hall
) -> None:
    await adopt(hall, RENAMED)
    matter = await Matter.filter(community_id=hall.community).first()
    assert matter is not None
    await Matter.filter(id=matter.id).update(step="decide")
    for path in ("/", "/matters", f"/matters/{matter.id}"):
        page = (await Browser(client).get(path)).text
        assert "众决" in page, path
        assert "民决" not in page, path
        english = (await Browser(client).get(path, accept_language="en")).text
        assert "众决" in english, path
    agenda = (await staff.get(f"/meetings/{hall.meeting}/agenda")).text
    assert 'title="众决"' in agenda


async def test_the_big_screen_and_the_minutes_call_it_so_too(
    client: httpx2.AsyncClient, staff: Browser, hall: Hall
) -> None:
    await adopt(hall, RENAMED)
    actor = await hall.actor(hall.residents[0])
    await attending.sign_in(actor, hall.meeting, channel="hall", at=hall.now)
    await meetings.convene(hall.chair, hall.meeting, at=hall.now)
    await conduct.open_item(hall.chair, hall.meeting, at=hall.now)
    state = await journal.state_of(hall.meeting)
    community = await Community.get(id=hall.community)
    scene = await scene_of(state, community, now=hall.now, connections=Counted())
    for language in ("zh", "en"):
        for face in ("screen/main", "console/item", "resident/now"):
            assert "众决" in rendered(f"live/{face}.html", context_for(scene, language)), face
    assert "众决" in (await Browser(client).get(f"/meetings/{hall.meeting}")).text
    await conduct.close_item(hall.chair, hall.meeting, at=hall.now)
    await conduct.adjourn(hall.chair, hall.meeting, at=hall.now)
    address = f"/meetings/{hall.meeting}/minutes"
    assert "众决" in (await staff.get(address)).text
    await minutes.approve(hall.chair, hall.meeting, at=hall.now)
    await adopt(hall, redrawing.rename(SHIPPED, "decide", "共决"), based_on=1)
    frozen = (await staff.get(address)).text
    assert "众决" in frozen
    assert "共决" not in frozen
