"""Mandates in the browser: for the giver, the holder and the desk; and who goes away."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import httpx2
import pytest
from msgspec.structs import replace

from deliberation import journal
from deliberation.app import create_app
from deliberation.ballots.models import Vote
from deliberation.clock import FixedClock
from deliberation.config import Settings
from deliberation.meetings.models import Proxy
from deliberation.people.cards import code_of
from deliberation.people.models import Card
from deliberation.rulesets.questions import Question
from deliberation.rulesets.shipped import CONSULTATION
from tests.ballots.papering import door, staff
from tests.ballots.voting import SECRET, Voting, voting_hall
from tests.flows.hall import KEY, ON_THE_DAY, token_of
from tests.support.service import served
from tests.web.desk import Browser

pytestmark = pytest.mark.anyio

TWO = replace(CONSULTATION, version=2, proxies=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A hall with a browser for everybody in it."""

    voting: Voting
    client: httpx2.AsyncClient

    @property
    def page(self) -> str:
        return f"/meetings/{self.voting.meeting}/proxies"

    def at(self, n: int) -> Browser:
        return Browser(self.client, self.voting.tokens[n])

    @property
    def chair(self) -> Browser:
        return Browser(self.client, self.voting.chair_token)

    async def item(self, n: int = 0) -> UUID:
        return (await journal.state_of(self.voting.meeting)).items[n].id


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    app = create_app(Settings(var=str(tmp_path), secret_key=KEY), FixedClock(ON_THE_DAY))
    async with (
        served(app) as url,
        httpx2.AsyncClient(base_url=url, trust_env=False, timeout=60) as opened,
    ):
        yield opened


async def place(client: httpx2.AsyncClient, **hall: object) -> Place:
    voting = await voting_hall(households=4, **{"rule": TWO} | hall)  # type: ignore[arg-type]
    return Place(voting=voting, client=client)


async def test_a_mandate_is_given_shown_to_both_used_and_then_stays(
    client: httpx2.AsyncClient,
) -> None:
    here = await place(client)
    item, neighbour = str(await here.item()), await door(here.voting, 1)
    empty = (await here.at(0).get(here.page)).text
    assert "您没有委托别人" in empty
    assert "一人最多接受2份委托" in empty
    assert 'name="told"' not in empty  # the whole meeting cannot be told how to vote
    assert 'name="told"' in (await here.at(0).get(f"{here.page}?item={item}")).text
    sent = await here.at(0).send(here.page, holder=neighbour, item=item, told="against")
    assert sent.headers["location"] == f"{here.page}#given"
    giver = (await here.at(0).get(here.page)).text
    assert "委托给演**" in giver
    assert "写明投：反对" in giver
    assert "有效，还没有用" in giver
    holder = (await here.at(1).get(here.page)).text
    assert f"代第一网格 / 1号楼 {await door(here.voting, 0)}投" in holder
    assert "去代投这一票" not in holder
    assert "您受托代投1票" in (await here.at(1).get(f"/meetings/{here.voting.meeting}")).text
    ballot = await here.voting.open()
    vote = f"/meetings/{here.voting.meeting}/ballots/{ballot}/vote"
    assert vote in (await here.at(1).get(here.page)).text
    assert vote in (await here.at(1).get(f"/meetings/{here.voting.meeting}")).text
    await here.at(1).send(
        f"/meetings/{here.voting.meeting}/ballots/{ballot}/votes",
        voter=str(here.voting.household(0)),
        choice="against",
        receipt="",
    )
    assert (await Vote.get(ballot_id=ballot)).channel == "proxy"
    after = (await here.at(0).get(here.page)).text
    assert "受托人已经投票" in after
    assert "收回这份委托" not in after
    proxy = (await Proxy.get()).id
    late = await here.at(0).send(f"{here.page}/{proxy}/revocation")
    assert late.status_code == 409
    assert "委托不能再收回" in late.text


async def test_what_is_refused_is_said_beside_its_field_and_stays_typed(
    client: httpx2.AsyncClient,
) -> None:
    here = await place(client)
    unknown = await here.at(0).send(here.page, holder="99-999", item="")
    assert unknown.status_code == 409
    assert 'id="holder-error"' in unknown.text
    assert 'value="99-999"' in unknown.text
    oneself = await here.at(0).send(here.page, holder=await door(here.voting, 0), item="")
    assert "不能委托给自己" in oneself.text
    neighbour = await door(here.voting, 1)
    wrong = await here.at(0).send(here.page, holder=neighbour, item="", told="for")
    assert "要选定一项" in wrong.text
    assert await Proxy.all().count() == 0
    await here.at(0).send(here.page, holder=f"第一网格 / 1号楼 {neighbour}", item="")
    twice = await here.at(0).send(here.page, holder=neighbour, item="")
    assert "已经委托出去了" in twice.text
    proxy = (await Proxy.get()).id
    assert (await here.at(2).send(f"{here.page}/{proxy}/revocation")).status_code == 404
    await here.at(0).send(f"{here.page}/{proxy}/revocation")
    assert (await Proxy.get()).state == "revoked"
    assert "已收回" in (await here.at(0).get(here.page)).text
    assert "还没有人委托您" in (await here.at(1).get(here.page)).text


async def test_who_guesses_at_cards_is_stopped(client: httpx2.AsyncClient) -> None:
    here = await place(client)
    answers = [await here.at(0).send(here.page, holder=f"x{n}", item="") for n in range(61)]
    assert [answer.status_code for answer in answers[-2:]] == [409, 429]


async def test_a_person_is_found_by_their_card(client: httpx2.AsyncClient) -> None:
    here = await place(client)
    card = await Card.get(person_id=here.voting.voters[2].present_person())
    code = code_of(KEY.encode(), card.id, card.serial)
    await here.at(0).send(here.page, holder=code, item="")
    assert (await Proxy.get()).holder_id == card.person_id


@pytest.mark.parametrize(
    ("question", "fields", "instruction"),
    [
        (Question(method="plurality", options=("甲", "乙")), {"told": "2"}, "2"),
        (Question(method="plurality", options=("甲", "乙")), {"told": "none"}, "none"),
        (
            Question(method="approval", options=("甲", "乙", "丙")),
            {"told": "filled", "option": ["3", "1"]},
            "1,3",
        ),
        (
            Question(method="schulze", options=("甲", "乙", "丙")),
            {"told": "filled", "rank-2": "1", "rank-1": "2"},
            "2>1",
        ),
        (
            Question(method="rating", options=("甲", "乙")),
            {"told": "filled", "grade-1": "5", "grade-2": ""},
            "5,",
        ),
    ],
)
async def test_how_to_vote_is_told_for_any_question(
    client: httpx2.AsyncClient,
    question: Question,
    fields: dict[str, str | list[str]],
    instruction: str,
) -> None:
    here = await place(client, question=question)
    item, neighbour = str(await here.item()), await door(here.voting, 1)
    page = (await here.at(0).get(f"{here.page}?item={item}")).text
    for name in fields:
        assert f'name="{name}"' in page
    sent = await here.at(0).send(here.page, holder=neighbour, item=item, **fields)
    assert sent.status_code == 303
    assert (await Proxy.get()).instruction == instruction
    assert "写明投" in (await here.at(1).get(here.page)).text


async def test_where_the_rule_allows_none_the_page_says_what_to_do(
    client: httpx2.AsyncClient,
) -> None:
    here = await place(client, rule=SECRET)
    assert "现在没有可以委托的事项" in (await here.at(0).get(here.page)).text
    assert "现在没有可以委托的事项" in (await here.chair.get(f"{here.page}/desk")).text


async def test_the_desk_enters_a_paper_and_takes_it_back(client: httpx2.AsyncClient) -> None:
    here = await place(client)
    desk = f"{here.page}/desk"
    recorder = Browser(
        client, await token_of((await staff(here.voting)).present_person(), ON_THE_DAY)
    )
    assert "还没有人委托" in (await recorder.get(desk)).text
    who = {"giver": await door(here.voting, 0), "holder": await door(here.voting, 1), "item": ""}
    unseen = await recorder.send(desk, **who, witness="")
    assert unseen.status_code == 400
    assert 'id="witness-error"' in unseen.text
    sent = await recorder.send(desk, **who, witness="演示见证人")
    assert sent.headers["location"] == f"{desk}#given"
    shown = (await recorder.get(desk)).text
    assert "演示住户2" in shown
    proxy = (await Proxy.get()).id
    back = {"back": "desk", "witness": "演示见证人"}
    gone = await recorder.send(f"{here.page}/{proxy}/revocation", **back)
    assert gone.headers["location"] == f"{desk}#given"
    assert (await here.at(0).get(desk)).status_code == 403


async def test_who_leaves_is_counted_out_on_the_console(client: httpx2.AsyncClient) -> None:
    here = await place(client)
    meeting = f"/meetings/{here.voting.meeting}"
    before = (await here.chair.get(f"{meeting}/console")).text
    assert f'href="{here.page}/desk"' in before
    assert "须3户" in before
    assert "到会要求出自" in before
    gone = await here.at(0).send(f"{meeting}/departure")
    assert gone.headers["location"] == meeting
    assert "您还没有签到" in (await here.at(0).get(meeting)).text
    label = await door(here.voting, 1)
    await here.chair.send(f"{meeting}/departures", unit=label)
    after = (await here.chair.get(f"{meeting}/console")).text
    assert "到会还差1户，不能表决" in after
    desk = (await here.chair.get(f"{here.page}/desk")).text
    assert "到会人数不够了" in desk
    assert f"到会要求出自：{TWO.name}。{TWO.source}" in desk
    assert re.search(r"还差1户（须3户）", after)
    await here.at(0).send(f"{meeting}/attendance", channel="hall")
    await here.at(0).send(here.page, holder=await door(here.voting, 2), item="")
    assert "到会还差" not in (await here.chair.get(f"{meeting}/console")).text


async def test_nobody_signed_in_is_asked_to_sign_in(client: httpx2.AsyncClient) -> None:
    here = await place(client)
    assert (await Browser(client).get(here.page)).status_code == 401
