"""Voting by plain forms, whatever is asked; at home while a ballot stands open; for others."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from msgspec.structs import replace

from deliberation.app import create_app
from deliberation.ballots import service as ballots
from deliberation.ballots.models import Ballot, Mark, SecretVote, Vote
from deliberation.clock import FixedClock
from deliberation.config import Settings
from deliberation.meetings.models import Proxy
from deliberation.rulesets.questions import Question
from deliberation.rulesets.shipped import CONSULTATION
from tests.ballots.voting import Voting, resolutions_on, voting_hall
from tests.flows.hall import KEY, ON_THE_DAY
from tests.support.service import served
from tests.web.desk import Browser

pytestmark = pytest.mark.anyio

SECRET = replace(CONSULTATION, secrecy="secret", may_change=False, proxies=0)
OPTIONS = ("演示小广场", "演示车棚", "演示路灯")
CLOCK = FixedClock(ON_THE_DAY)


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    CLOCK.advance(ON_THE_DAY - CLOCK.now())
    app = create_app(Settings(var=str(tmp_path), secret_key=KEY), CLOCK)
    async with (
        served(app) as url,
        httpx2.AsyncClient(base_url=url, trust_env=False, timeout=60) as opened,
    ):
        yield opened


def voter(client: httpx2.AsyncClient, voting: Voting, n: int = 0) -> Browser:
    return Browser(client, voting.tokens[n])


@pytest.mark.parametrize(
    ("method", "fields", "stored"),
    [
        ("plurality", {"choice": "2"}, "2"),
        ("plurality", {"choice": "none"}, "none"),
        ("approval", {"option": ["3", "1"]}, "1,3"),
        ("schulze", {"rank-1": "2", "rank-3": "1"}, "3>1"),
        ("rating", {"grade-2": "5"}, ",5,"),
        ("rating", {"choice": "abstain"}, "abstain"),
    ],
)
async def test_a_form_without_a_script_says_any_vote(
    client: httpx2.AsyncClient, method: str, fields: dict[str, str | list[str]], stored: str
) -> None:
    question = Question(method=method, options=OPTIONS)  # type: ignore[arg-type] # one of them
    voting = await voting_hall(households=3, question=question)
    ballot = await voting.open()
    path = f"/meetings/{voting.meeting}/ballots/{ballot}"
    browser = voter(client, voting)
    page = (await browser.get(f"/meetings/{voting.meeting}")).text
    assert all(option in page for option in OPTIONS)
    answer = await browser.send(f"{path}/votes", **fields)
    assert answer.status_code == 303
    assert (await Vote.get(ballot_id=ballot)).choice == stored


@pytest.mark.parametrize(
    ("method", "fields", "words"),
    [
        ("approval", {}, "还没有选"),
        ("schulze", {"rank-1": "1", "rank-2": "1"}, "同一个名次"),
        ("top", {"option": ["1", "2"]}, "选项"),
    ],
)
async def test_a_paper_that_says_nothing_clear_is_refused_in_words(
    client: httpx2.AsyncClient, method: str, fields: dict[str, str | list[str]], words: str
) -> None:
    question = Question(method=method, options=OPTIONS)  # type: ignore[arg-type] # one of them
    voting = await voting_hall(households=3, question=question)
    ballot = await voting.open()
    path = f"/meetings/{voting.meeting}/ballots/{ballot}/votes"
    answer = await voter(client, voting).send(path, **fields)
    assert answer.status_code == 400
    assert words in answer.text
    assert not await Vote.exists()


async def test_a_secret_vote_by_form_shows_its_code_before_and_never_again(
    client: httpx2.AsyncClient,
) -> None:
    voting = await voting_hall(households=3, rule=SECRET)
    ballot = await voting.open()
    path = f"/meetings/{voting.meeting}/ballots/{ballot}"
    browser = voter(client, voting)
    page = (await browser.get(f"{path}/vote")).text
    found = re.search(r'name="receipt" value="([0-9A-Z-]{9})"', page)
    assert found is not None
    assert page.count(found[1]) == 2
    await browser.send(f"{path}/votes", choice="for", receipt=found[1], back="vote")
    assert await Mark.filter(ballot_id=ballot).count() == 1
    assert (await SecretVote.get(ballot_id=ballot)).receipt == found[1]
    page = (await browser.get(f"{path}/vote")).text
    assert "您已投过票" in page
    assert found[1] not in page
    again = await browser.send(f"{path}/votes", choice="against", receipt="2222-2222")
    assert again.status_code == 409


async def test_a_ballot_stands_open_for_days_and_ends_in_a_result_that_is_confirmed(
    client: httpx2.AsyncClient,
) -> None:
    rule = replace(CONSULTATION, objection_days=3)
    voting = await voting_hall(households=3, rule=rule, window_days=5)
    ballot = await voting.open()
    path = f"/meetings/{voting.meeting}/ballots/{ballot}"
    chair, browser = Browser(client, voting.chair_token), voter(client, voting)
    assert f"{path}/vote" in (await browser.get("/")).text
    await browser.send(f"{path}/votes", choice="for", back="vote")
    waiting = (await chair.get(f"{path}/reminders")).text
    assert "共2" in waiting
    assert (await chair.send(f"{path}/close", confirmed="1")).status_code == 409
    extended = await chair.send(f"{path}/extend", days="1", reason="演示：下雨", back="desk")
    assert extended.headers["location"] == f"{path}/desk"
    CLOCK.advance(timedelta(days=6, seconds=1))
    late = await voter(client, voting, 1).send(f"{path}/votes", choice="for")
    assert late.status_code in (401, 409)  # the device's day is over too
    await ballots.close_due(at=CLOCK.now())
    voting.clock.advance(CLOCK.now() - voting.clock.now())
    await ballots.announce(voting.chair, voting.meeting, ballot, at=CLOCK.now())
    assert await resolutions_on(ballot) == []
    CLOCK.advance(timedelta(days=3))
    await ballots.certify(voting.chair, voting.meeting, ballot, at=CLOCK.now())
    assert (await Ballot.get(id=ballot)).certified_at is not None
    assert await resolutions_on(ballot) == ["adopted"]


async def test_objections_are_raised_in_the_window_and_answered_without_a_name(
    client: httpx2.AsyncClient,
) -> None:
    voting = await voting_hall(households=3, rule=replace(CONSULTATION, objection_days=3))
    ballot = await voting.open()
    path = f"/meetings/{voting.meeting}/ballots/{ballot}"
    browser, chair = voter(client, voting), Browser(client, voting.chair_token)
    assert (await browser.send(f"{path}/objections", words="早")).status_code == 409
    await voting.close()
    await voting.announce()
    await browser.send(f"{path}/objections", words="演示：名册漏了一户")
    shown = (await voter(client, voting, 1).get(f"{path}/objections")).text
    assert "演示：名册漏了一户" not in shown
    desk = (await chair.get(f"{path}/desk")).text
    assert "演示：名册漏了一户" in desk
    action = re.search(rf'action="({path}/objections/[0-9a-f-]+)"', desk)
    assert action is not None
    assert (await chair.send(f"{path}/certify")).status_code == 409
    await chair.send(action[1], answer="演示：查过，没有漏")
    assert "演示：查过，没有漏" in (await voter(client, voting, 1).get(f"{path}/objections")).text
    assert (await chair.send(action[1], answer="再答")).status_code == 409
    assert (await browser.send(f"{path}/objections", words="再提")).status_code == 409


async def test_who_holds_a_mandate_votes_for_the_giver_as_the_giver_said(
    client: httpx2.AsyncClient,
) -> None:
    voting = await voting_hall(households=3)
    ballot = await voting.open()
    await Proxy.create(
        meeting_id=voting.meeting,
        voter_id=voting.household(1),
        giver_id=voting.voters[1].present_person(),
        holder_id=voting.voters[0].present_person(),
        instruction="against",
        given_at=ON_THE_DAY,
    )
    path = f"/meetings/{voting.meeting}/ballots/{ballot}"
    browser = voter(client, voting)
    assert str(voting.household(1)) in (await browser.get(f"{path}/vote")).text
    other = {"voter": str(voting.household(1))}
    refused = await browser.send(f"{path}/votes", choice="for", **other)
    assert refused.status_code == 409
    await browser.send(f"{path}/votes", choice="against", **other)
    cast = await Vote.get(ballot_id=ballot)
    assert (cast.choice, cast.channel) == ("against", "proxy")
    giver = await voter(client, voting, 1).send(f"{path}/votes", choice="for")
    assert giver.status_code == 409
    strange = await voter(client, voting, 2).send(f"{path}/votes", choice="against", **other)
    assert strange.status_code == 403
