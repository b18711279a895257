"""Two processes on one PostgreSQL: whoever is connected to either sees the same meeting."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.flows.hall import KEY
from tests.flows.live_client import Phone
from tests.live.voter import Voter, in_the_end
from tests.live.voting import Voting, announced_totals, chair_sends, votes_of
from tests.support.service import Service, running_service

pytestmark = pytest.mark.anyio
VOTERS = 40


@pytest.fixture
async def two(postgres_voting: Voting, tmp_path: Path) -> AsyncIterator[Sequence[Service]]:
    settings = {"database_url": postgres_voting.url, "secret_key": KEY}
    with contextlib.ExitStack() as stack:
        yield [
            stack.enter_context(running_service(tmp_path / name, **settings))
            for name in ("one", "other")
        ]


async def turnouts_until(phone: Phone, last: int) -> list[int]:
    """The figures that a phone is shown, up to one."""
    shown = [0]

    def is_last(frame: dict[str, Any]) -> bool:
        if frame["type"] == "turnout":
            shown.append(frame["n"])
        return shown[-1] == last

    await phone.until(is_last)
    return shown


async def test_votes_on_both_are_counted_together_and_never_backwards(
    two: Sequence[Service], postgres_voting: Voting
) -> None:
    voting = postgres_voting
    here, there = two
    async with Phone(here.url, voting.meeting) as one, Phone(there.url, voting.meeting) as other:
        watching = [asyncio.create_task(turnouts_until(p, VOTERS)) for p in (one, other)]
        voters = [Voter(two[n % 2].url, voting, n, seed=1) for n in range(VOTERS)]
        answers = await in_the_end(asyncio.gather(*(voter.press() for voter in voters)))
        for shown in await in_the_end(asyncio.gather(*watching)):
            assert shown == sorted(shown)
    stored = await votes_of(voting)
    assert {n: vote.receipt for n, vote in stored.items()} == {
        n: answer["vote"]["receipt"] for n, answer in enumerate(answers)
    }


async def test_the_same_household_votes_once_whichever_process_it_presses_on(
    two: Sequence[Service], postgres_voting: Voting
) -> None:
    voters = [Voter(service.url, postgres_voting, 0, seed=1) for service in [*two, *two, *two]]
    answers = await in_the_end(asyncio.gather(*(voter.press() for voter in voters)))
    assert len({answer["vote"]["receipt"] for answer in answers}) == 1
    assert len(await votes_of(postgres_voting)) == 1


async def test_a_close_on_one_is_told_on_the_other_and_final_on_both(
    two: Sequence[Service], postgres_voting: Voting
) -> None:
    voting = postgres_voting
    here, there = two
    async with Phone(there.url, voting.meeting, voting.tokens[0]) as phone:
        await phone.command("vote", ballot=str(voting.ballot), choice="for")
        voters = [Voter(two[n % 2].url, voting, n, seed=1) for n in range(1, VOTERS)]
        pressing = [asyncio.create_task(voter.press()) for voter in voters]
        await pressing[0]
        await chair_sends(here.url, voting, "close")
        await in_the_end(phone.hear("ballot.closed"))
        answers = await in_the_end(asyncio.gather(*pressing))
    counted = [answer for answer in answers if answer["type"] == "answer"]
    late = {answer["code"] for answer in answers if answer["type"] == "refused"}
    assert late <= {"ballot.not_open"}
    assert len(await votes_of(voting)) == 1 + len(counted)
    assert sum((await announced_totals(voting)).values()) == 1 + len(counted)


async def test_presence_is_that_of_both(two: Sequence[Service], postgres_voting: Voting) -> None:
    voting = postgres_voting
    here, there = two
    async with contextlib.AsyncExitStack() as stack:
        console = await stack.enter_async_context(
            Phone(here.url, voting.meeting, voting.chair, face="console")
        )
        for n in range(5):
            await stack.enter_async_context(Phone(two[n % 2].url, voting.meeting))
        await in_the_end(
            console.until(lambda frame: frame["type"] == "presence" and frame["resident"] == 5)
        )
        there.process.stop()
        await in_the_end(
            console.until(lambda frame: frame["type"] == "presence" and frame["resident"] == 3)
        )


async def test_one_that_is_killed_leaves_the_other_with_all_its_votes(
    two: Sequence[Service], postgres_voting: Voting
) -> None:
    voting = postgres_voting
    here, there = two
    voters = [Voter(there.url, voting, n, seed=1) for n in range(VOTERS)]
    answers = await in_the_end(asyncio.gather(*(voter.press() for voter in voters)))
    there.process.stop()
    again = [Voter(here.url, voting, n, seed=1) for n in range(VOTERS)]
    repeated = await in_the_end(asyncio.gather(*(voter.press() for voter in again)))
    assert [a["vote"]["receipt"] for a in repeated] == [a["vote"]["receipt"] for a in answers]
    assert {a["vote"]["effect"] for a in repeated} == {"repeated"}
    assert datetime.now(UTC).timestamp() * 1000 > repeated[0]["vote"]["at"]
