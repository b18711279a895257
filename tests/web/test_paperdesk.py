"""The paper desk in the browser: nothing typed is lost, nothing is shown too early."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import httpx2
import pytest

from deliberation.app import create_app
from deliberation.ballots.models import Batch, Paper, Signature, Vote
from deliberation.config import Settings
from deliberation.people.roles import Role
from deliberation.rulesets.questions import Question
from tests.ballots.papering import OPEN, SECRET, door, ruled, staff
from tests.ballots.voting import Voting, voting_hall
from tests.flows.hall import KEY, token_of
from tests.papers import samples
from tests.support.service import served
from tests.web.desk import Browser

pytestmark = pytest.mark.anyio


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A ballot's paper desk with the chair and a recorder at it."""

    voting: Voting
    client: httpx2.AsyncClient
    chair: Browser
    recorder: Browser

    async def browser(self, role: Role) -> Browser:
        person = (await staff(self.voting, role)).present_person()
        return Browser(self.client, await token_of(person, self.voting.clock.now()))

    def base(self, ballot: UUID) -> str:
        return f"/meetings/{self.voting.meeting}/ballots/{ballot}"


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    from deliberation.clock import FixedClock
    from tests.flows.hall import ON_THE_DAY

    app = create_app(Settings(var=str(tmp_path), secret_key=KEY), FixedClock(ON_THE_DAY))
    async with (
        served(app) as url,
        httpx2.AsyncClient(base_url=url, trust_env=False, timeout=60) as opened,
    ):
        yield opened


async def desk_of(client: httpx2.AsyncClient, **hall: object) -> Desk:
    voting = await voting_hall(households=4, **hall)  # type: ignore[arg-type]
    recorder = (await staff(voting)).present_person()
    return Desk(
        voting=voting,
        client=client,
        chair=Browser(client, voting.chair_token),
        recorder=Browser(client, await token_of(recorder, voting.clock.now())),
    )


async def test_papers_are_issued_entered_twice_and_counted(client: httpx2.AsyncClient) -> None:
    desk = await desk_of(client, rule=ruled(OPEN, needs_supervisor=True))
    ballot = await desk.voting.open()
    base = desk.base(ballot)
    assert "还没有发过纸票" in (await desk.chair.get(f"{base}/papers")).text
    issued = await desk.chair.send(f"{base}/papers/issue", whose=await door(desk.voting, 0))
    assert issued.headers["location"] == f"{base}/papers?issued=1#issue"
    assert "已发：1号" in (await desk.chair.get(f"{base}/papers?issued=1")).text
    assert (await desk.chair.send(f"{base}/papers/issue-all")).status_code == 303
    assert await Paper.all().count() == 4
    await desk.chair.send(f"{base}/papers/batches", channel="paper", stack="1 1\n2 2")
    batch = (await Batch.get()).id
    shown = (await desk.recorder.get(f"{base}/papers/{batch}")).text
    assert "录第二遍" in shown
    assert "1 赞成" not in shown
    await desk.recorder.send(f"{base}/papers/{batch}/check", stack="1 1\n2 1")
    for browser in (desk.chair, desk.recorder):
        assert "两遍有1行不一致" in (await browser.get(f"{base}/papers/{batch}")).text
    third = await desk.browser(Role.RECORDER)
    assert "1行不一致" not in (await third.get(f"{base}/papers/{batch}")).text
    await desk.recorder.send(f"{base}/papers/{batch}/check", stack="1 1\n2 2")
    assert await Vote.all().count() == 2
    assert "已计入" in (await desk.chair.get(f"{base}/papers/{batch}")).text
    await desk.voting.close()
    sheet = (await desk.chair.get(f"{base}/reconciliation")).text
    assert "对得上" in sheet
    assert "数字属实" not in sheet
    supervisor = await desk.browser(Role.SUPERVISOR)
    assert "数字属实" in (await supervisor.get(f"{base}/reconciliation")).text
    assert (await supervisor.send(f"{base}/reconciliation/signature")).status_code == 303
    assert await Signature.exists(ballot_id=ballot)
    assert (await desk.chair.send(f"{base}/reconciliation/signature")).status_code == 403


async def test_a_wrong_line_is_named_and_what_was_typed_stays(client: httpx2.AsyncClient) -> None:
    desk = await desk_of(client, rule=OPEN)
    base = desk.base(await desk.voting.open())
    await desk.chair.send(f"{base}/papers/issue-all")
    rows = {"name-1": "3", "choice-1": "2"}
    answer = await desk.chair.send(
        f"{base}/papers/batches", channel="paper", stack="1 1\n99 1\n2 8", **rows
    )
    assert answer.status_code == 400
    assert "第2行：没有99号纸票" in answer.text
    assert "第3行：没有“8”这个选择" in answer.text
    assert "1 1\n99 1\n2 8\n3 2" in answer.text
    assert not await Batch.exists()
    unknown = await desk.chair.send(f"{base}/papers/issue", whose="没有这一户")
    assert unknown.status_code == 400
    assert "表决名册里没有“没有这一户”" in unknown.text
    empty = await desk.chair.send(f"{base}/papers/batches", channel="paper", stack="")
    assert "还没有录入" in empty.text


async def test_the_same_person_is_told_that_another_enters_it_again(
    client: httpx2.AsyncClient,
) -> None:
    desk = await desk_of(client, rule=OPEN)
    base = desk.base(await desk.voting.open())
    await desk.chair.send(f"{base}/papers/issue-all")
    await desk.chair.send(f"{base}/papers/batches", channel="paper", stack="1 1")
    batch = (await Batch.get()).id
    refused = await desk.chair.send(f"{base}/papers/{batch}/check", stack="1 1")
    assert refused.status_code == 403
    assert "第二遍要由另一个人录" in refused.text
    own = (await desk.chair.get(f"{base}/papers/{batch}")).text
    assert "改第一遍" in own
    assert "1 赞成" in own
    withdrawn = await desk.recorder.send(f"{base}/papers/{batch}/withdrawal", reason="演示理由")
    assert withdrawn.status_code == 303
    assert "已撤回" in (await desk.chair.get(f"{base}/papers")).text


async def test_secret_papers_are_entered_by_the_pile(client: httpx2.AsyncClient) -> None:
    desk = await desk_of(client, rule=SECRET)
    base = desk.base(await desk.voting.open())
    for n in (0, 1, 2):
        await desk.chair.send(f"{base}/papers/issue", whose=await door(desk.voting, n))
    shown = (await desk.chair.get(f"{base}/papers")).text
    assert "发出还没收回：3张" in shown
    assert 'name="pile-for"' in shown
    await desk.chair.send(f"{base}/papers/batches", channel="paper", **{"pile-for": "2"})
    batch = (await Batch.get()).id
    await desk.recorder.send(f"{base}/papers/{batch}/check", stack="赞成\n赞成")
    counted = await Batch.get()
    assert (counted.state, counted.counted, counted.entered) == ("counted", 2, "")
    sheet = (await desk.chair.get(f"{base}/reconciliation")).text
    assert "没有收回1" in sheet
    assert "赞成" not in sheet


async def test_the_sheet_has_the_wording_and_each_paper_its_number(
    client: httpx2.AsyncClient,
) -> None:
    desk = await desk_of(client, rule=OPEN)
    base = desk.base(await desk.voting.open())
    await desk.chair.send(f"{base}/papers/issue-all")
    pages = samples.pages((await desk.chair.get(f"{base}/papers/sheet.pdf")).content)
    assert len(pages) == 4
    assert all("同意硬化演示路面约420平方米" in page and "□" not in page for page in pages)
    assert ["第3号" in page for page in pages] == [False, False, True, False]
    one = await desk.chair.get(f"{base}/papers/sheet.pdf?serial=2")
    assert "第2号" in samples.text_of(one.content)
    assert (await desk.chair.get(f"{base}/papers/sheet.pdf?serial=77")).status_code == 404
    assert (await desk.chair.get(f"{base}/papers/{ballot_like()}")).status_code == 404


def ballot_like() -> UUID:
    return UUID(int=5)


async def test_secret_sheets_are_all_alike(client: httpx2.AsyncClient) -> None:
    desk = await desk_of(client, rule=SECRET)
    base = desk.base(await desk.voting.open())
    pages = samples.pages((await desk.chair.get(f"{base}/papers/sheet.pdf?n=2")).content)
    assert len(pages) == 2
    assert pages[0] == pages[1]
    assert "票上没有号码" in pages[0]


async def test_the_lot_is_entered_by_two_and_a_difference_is_shown(
    client: httpx2.AsyncClient,
) -> None:
    question = Question(method="plurality", options=("甲", "乙"))
    rule = ruled(OPEN, tie_break="lot", participation=None)
    desk = await desk_of(client, rule=rule, question=question)
    ballot = await desk.voting.open()
    base = desk.base(ballot)
    assert "这次表决不用抽签" in (await desk.chair.get(f"{base}/lot")).text
    await desk.chair.send(f"{base}/papers/issue-all")
    await desk.chair.send(f"{base}/papers/batches", channel="paper", stack="1 1\n2 2")
    await desk.recorder.send(f"{base}/papers/{(await Batch.get()).id}/check", stack="1 1\n2 2")
    await desk.voting.close()
    assert (await desk.chair.send(f"{base}/lot", digits="123")).status_code == 400
    assert (await desk.chair.send(f"{base}/lot", digits="4711")).status_code == 303
    differs = await desk.recorder.send(f"{base}/lot", digits="4712")
    assert "4711和4712" in differs.text
    await desk.recorder.send(f"{base}/lot", digits="4711")
    assert "抽出的数字：4711" in (await desk.chair.get(f"{base}/lot")).text
