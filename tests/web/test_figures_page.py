"""The figures of a year as anybody opens them, and the feedback that an organisation is sent."""

import re
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import httpx2
import pypdfium2
import pytest

from deliberation.app import create_app
from deliberation.auth.tokens import form_token
from deliberation.claims import service
from deliberation.clock import FixedClock
from deliberation.config import Settings
from deliberation.matters import redrawing, workflows
from deliberation.matters.models import Task
from deliberation.matters.stages import SHIPPED
from deliberation.matters.tasks import postpone
from deliberation.people.models import Organisation
from deliberation.reports.facts import BallotFact, DemandFact, Facts, MatterFact, Period
from deliberation.reports.figures import figures_of
from deliberation.reports.models import EarlierFigures
from deliberation.web.belonging import COMMUNITY_COOKIE
from deliberation.web.figurecharts import MOST_ROWS, MOST_SQUARES, charts_of
from deliberation.web.figureviews import Chart
from deliberation.web.visit import DEVICE_COOKIE
from tests.claims.stage import (
    NOW,
    TODAY,
    Stage,
    claimed,
    finished,
    later,
    offered,
    on,
    rated,
    set_stage,
    subdistrict,
)
from tests.flows.hall import KEY, token_of
from tests.reports.test_earlier import ROW, file_of
from tests.support.service import served
from tests.web.desk import Browser

pytestmark = pytest.mark.anyio

RENAMED = redrawing.rename(SHIPPED, "deliver", "众办")
LONG = "一二三四五六七八九十" * 4


class House:
    """The service running, with what the school has done in it."""

    def __init__(self, client: httpx2.AsyncClient, stage: Stage) -> None:
        self.client = client
        self.stage = stage
        self.visitor = Browser(client)

    async def browser(self, person: object) -> Browser:
        return Browser(self.client, await token_of(person, NOW))  # type: ignore[arg-type]  # an id

    async def chair(self) -> Browser:
        return await self.browser(self.stage.chair.person)

    async def take(self, person: object, year: str, data: bytes) -> httpx2.Response:
        """The form for earlier years, sent by somebody."""
        token = await token_of(person, NOW)  # type: ignore[arg-type]  # an id
        fields = {"csrf": form_token(KEY.encode(), token), "command": uuid4().hex}
        return await self.client.post(
            "/figures/earlier",
            headers={"Cookie": f"{DEVICE_COOKIE}={token}"},
            data=fields | {"year": year, "source": "演示工作总结"},
            files={"file": ("2025.csv", data)},
        )


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    app = create_app(Settings(var=str(tmp_path), secret_key=KEY), FixedClock(NOW))
    async with (
        served(app) as url,
        httpx2.AsyncClient(base_url=url, trust_env=False, timeout=60) as client,
    ):
        yield House(client, await set_stage())


async def worked(stage: Stage) -> None:
    """The school does one of two things, late; it does not take on a third."""
    _demand, claim = await claimed(stage, 1, days=10)
    assert claim.matter_id is not None
    task = await Task.get(matter_id=claim.matter_id)
    await postpone(stage.of_school, task.id, on(20), "演示：等材料", at=later(8))
    await finished(stage, claim.matter_id, at=later(15))
    await rated(stage, claim.matter_id, 4, at=later(16))
    await claimed(stage, 2, days=5)
    third = await offered(stage, 3)
    await service.refuse(stage.of_school, third.id, "演示：没有人手", at=NOW)


async def test_anybody_sees_what_became_of_what_was_brought(house: House) -> None:
    await worked(house.stage)
    shown = await house.visitor.get("/figures")
    assert shown.status_code == 200
    text = shown.text
    assert "今年办得怎样" in text
    assert "1 ÷ 3 = 33.33%" in text, "settled of received, cut off"
    assert "0 ÷ 1 = 0.00%" in text, "in time by the day that was promised first"
    assert "12 ÷ 3 = 4.00" in text
    assert text.count("看数据表") == text.count('<table class="table"><caption')
    assert "补上往年的数字" not in text
    assert "比上年" not in text, "there is nothing to compare with"
    assert "演示住户" not in text
    month = (await house.visitor.get("/figures?year=2026&month=11")).text
    assert "2026年11月办得怎样" in month
    assert "1 ÷ 3 = 33.33%" in month


async def test_a_year_of_nothing_says_what_to_do(house: House) -> None:
    await worked(house.stage)
    empty = (await house.visitor.get("/figures?year=2024")).text
    assert "这段时间还没有需求。" in empty
    assert 'href="/demands"' in empty
    assert "看数据表" not in empty, "what is under way now is not of that year"


@pytest.mark.parametrize("asked", ["year=1999", "year=2027", "year=x", "month=0", "month=13"])
async def test_a_period_that_is_none_is_refused_in_words(house: House, asked: str) -> None:
    for path in ("/figures", "/figures.csv"):
        refused = await house.visitor.get(f"{path}?{asked}")
        assert refused.status_code == 400
        assert ("年份" if "year" in asked else "月份") in refused.text


async def test_a_file_goes_out_and_is_taken_in_as_an_earlier_year(house: House) -> None:
    await worked(house.stage)
    file = await house.visitor.get("/figures.csv?year=2026")
    assert file.headers["content-type"] == "text/csv; charset=utf-8"
    assert 'filename="figures-2026.csv"' in file.headers["content-disposition"]
    assert "补上往年的数字" in (await (await house.chair()).get("/figures")).text
    taken = await house.take(house.stage.chair.person, "2025", file.content)
    assert (taken.status_code, taken.headers["location"]) == (303, "/figures?year=2026")
    shown = (await house.visitor.get("/figures?year=2026")).text
    assert "上年的数字引自：演示工作总结" in shown
    assert "+0.00%" in shown
    assert "+0.00个百分点" in shown
    assert "照引，未核" not in shown
    quote = file_of(("settled", "", "", "85.7%", "", "占比"))
    assert (await house.take(house.stage.chair.person, "2025", quote)).status_code == 303
    quoted = (await house.visitor.get("/figures")).text
    assert quoted.count("照引，未核") == 1
    assert "照引，未核" in (await (await house.chair()).get("/figures")).text
    assert "-61.10%" in quoted
    assert "-52.36个百分点" in quoted


async def test_what_cannot_be_taken_in_is_refused(house: House) -> None:
    chair, data = house.stage.chair.person, file_of(ROW)
    for year in ("2026", "2030", "1999", "x"):
        refused = await house.take(chair, year, data)
        assert refused.status_code == 400, year
    assert (await house.take(chair, "2025", b"PK\x03\x04")).status_code == 400
    resident = await house.take(house.stage.residents[0].person, "2025", data)
    assert resident.status_code == 403
    assert (await house.visitor.send("/figures/earlier", year="2025")).status_code == 401
    assert not await EarlierFigures.exists()


async def test_an_organisation_has_its_year_on_a_page_and_on_paper(house: House) -> None:
    await worked(house.stage)
    path = f"/figures/organisations/{house.stage.school.id}"
    shown = (await house.visitor.get(f"{path}?year=2026")).text
    assert "演示学校" in shown
    for said in ("演示：等材料", "演示：没有人手", "1 ÷ 2", "请了3户，评了3户，平均4.00分"):
        assert said in shown
    paper = await house.visitor.get(f"{path}/feedback.pdf?year=2026")
    assert paper.headers["content-type"] == "application/pdf"
    with pypdfium2.PdfDocument(paper.content) as document:
        pages = "".join(page.get_textpage().get_text_range() for page in document)
    text = "".join(pages.split())
    for said in ("演示学校", "2026年办理情况反馈", "演示数据", "示例社区", "50.00%"):
        assert said in text
    plain = await house.visitor.get(f"{path}/feedback.md?year=2026")
    assert plain.headers["content-type"] == "text/markdown; charset=utf-8"
    assert "演示：等材料" in plain.text
    assert (await house.visitor.get(f"{path}/feedback.docx?year=2026")).status_code == 404
    assert (await house.visitor.get(f"{path}?year=1999")).status_code == 400


async def test_an_organisation_with_nothing_to_do_is_told_so(house: House) -> None:
    shown = await house.visitor.get(f"/figures/organisations/{house.stage.clinic.id}")
    assert "这一年没有承担任务。" in shown.text


async def test_an_organisation_that_is_not_there_has_no_feedback(house: House) -> None:
    for path in (f"/figures/organisations/{uuid4()}", "/figures/organisations/x"):
        assert (await house.visitor.get(path)).status_code == 404
        assert (await house.visitor.get(f"{path}/feedback.pdf")).status_code == 404


async def test_each_organisation_is_reported_by_the_community_it_belongs_to(house: House) -> None:
    upper = await subdistrict(house.stage)
    assert upper.community is not None
    office = await Organisation.create(community_id=upper.community, name="演示城管科")
    chair = await house.chair()
    shown = await chair.get(f"/figures/organisations/{office.id}")
    assert shown.status_code == 200
    assert "示例街道" in shown.text
    assert "补上往年的数字" not in shown.text


async def test_the_level_above_sees_its_communities_in_numbers_only(house: House) -> None:
    await worked(house.stage)
    upper = await subdistrict(house.stage)
    chosen = {"Cookie": f"{COMMUNITY_COOKIE}={upper.community}"}
    shown = (await house.client.get("/figures", headers=chosen)).text
    first = r'<tr><th scope="row">([^<]+)</th><td class="number" data-label="收到需求"><span>(\d+)'
    rows = re.findall(first, shown)
    numbers = [row for row in rows if row[0] in ("示例街道", "示例社区", "合计")]
    assert numbers == [("示例街道", "0"), ("示例社区", "3"), ("合计", "3")]
    assert "演示需求" not in shown
    assert "这段时间还没有需求。" not in shown, "there are some below"
    assert "本级和下属各社区" not in (await house.visitor.get("/figures")).text


async def test_pictures_call_the_steps_as_the_community_does(house: House) -> None:
    await claimed(house.stage)
    assert "民办" in (await house.visitor.get("/figures")).text
    stage = house.stage
    await workflows.adopt(stage.chair, RENAMED, based_on=0, at=NOW + timedelta(minutes=1))
    shown = (await house.visitor.get("/figures")).text
    assert "众办" in shown
    assert "民办" not in shown


def drawn(**known: object) -> dict[str, Chart]:
    made = Facts(period=Period(year=2026), today=TODAY, **known)  # type: ignore[arg-type]  # as named
    return {chart.kind: chart for chart in charts_of(made, figures_of(made))}


def test_three_hundred_matters_are_counted_and_not_all_drawn() -> None:
    late = [MatterFact(step="deliver", is_overdue=True)] * 3
    matters = (*late, *[MatterFact(step="deliver", is_overdue=False)] * 297)
    row = next(row for row in drawn(matters=matters)["squares"].rows if row.label == "deliver")
    assert (row.shown, row.parts) == ("300", (297, 3))
    assert row.drawn == (MOST_SQUARES - 3, 3), "what is late is drawn"


def raised(domain: str, days: int | None = None) -> DemandFact:
    return DemandFact(
        id=uuid4(),
        domain=domain,
        place="",
        channel="resident",
        route="",
        state="resolved" if days is not None else "listed",
        raised_on=date(2026, 3, 1),
        triaged_on=date(2026, 3, 4),
        settled_on=date(2026, 3, 1) + timedelta(days=days) if days is not None else None,
    )


def test_what_is_not_drawn_is_said() -> None:
    chart = drawn(demands=tuple(raised(f"领域{n}") for n in range(MOST_ROWS + 5)))["bars"]
    assert (len(chart.rows), chart.more) == (MOST_ROWS, 5)
    ballots = [
        BallotFact(title=f"{n}", on=TODAY, part=1, whole=2, required=2, cast=1, is_adopted=False)
        for n in range(MOST_ROWS)
    ]
    assert drawn(ballots=tuple(ballots))["measured"].more == 0


def test_two_domains_of_which_there_are_as_many_are_both_the_most() -> None:
    one = drawn(demands=(raised("甲"), raised("甲"), raised("乙")))["bars"].finding
    both = drawn(demands=(raised("甲"), raised("乙")))["bars"].finding
    assert one.facts == {"domain": "甲", "n": 2}
    assert both.facts == {"k": 2, "n": 1}


def test_half_a_day_is_drawn_to_scale() -> None:
    rows = drawn(demands=(raised(LONG, 3), raised(LONG, 4)))["days"].rows
    assert {row.label: row.parts[0] * 100 // row.whole for row in rows} == {
        "提出到分流": 85,
        "提出到办结": 100,
    }


async def test_a_long_name_is_printed_in_full(house: House) -> None:
    demand = await offered(house.stage)
    demand.domain = LONG
    await demand.save(update_fields=["domain"])
    assert LONG in (await house.visitor.get("/figures")).text
