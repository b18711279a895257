"""The service is killed again and again while votes pour in: what was answered stands, once."""

import asyncio
import contextlib
import os
import random
import signal
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from deliberation.errors import Code
from tests.flows.hall import KEY
from tests.live.pressing import Answers, Crowd, Moment
from tests.live.voter import Voter, in_the_end
from tests.live.voting import Stored, Voting, announced_totals, chair_sends, votes_of
from tests.support.processes import free_port
from tests.support.service import Service, running_service

pytestmark = pytest.mark.anyio

SEED = 20261120
ROUNDS = 5
WAVE = 25
"""Phones that press afresh in every round, beside those who still have no answer."""
LATE = 10
"""Phones that press when the ballot has been closed."""


@contextlib.asynccontextmanager
async def started(folder: Path, voting: Voting, port: int) -> AsyncIterator[Service]:
    """The service on its port; while it starts, the phones go on trying to come back."""
    settings = {"database_url": voting.url, "secret_key": KEY, "port": str(port)}
    service = running_service(folder, **settings)
    running = await asyncio.to_thread(service.__enter__)
    try:
        yield running
    finally:
        await asyncio.to_thread(service.__exit__, None, None, None)


async def kill_in_every_round(crowd: Crowd, voting: Voting, folder: Path, port: int) -> None:
    luck = random.Random(SEED)  # noqa: S311  the same moments every time
    for _ in range(ROUNDS):
        async with started(folder, voting, port) as service:
            moment = Moment(luck, among=2 * WAVE - 5)
            crowd.press(WAVE, moment)
            await moment.came.wait()
            await asyncio.sleep(luck.choice((0, luck.uniform(0, 0.02))))  # also inside a commit
            os.kill(service.process.pid, signal.SIGKILL)


async def close_among_votes(crowd: Crowd, voting: Voting, url: str) -> None:
    """The chair closes the ballot in the middle of a wave, and some come too late."""
    moment = Moment(random.Random(SEED), among=WAVE)  # noqa: S311
    crowd.press(WAVE, moment)
    await moment.came.wait()
    await chair_sends(url, voting, "close")
    crowd.press(LATE)


async def pressed_through_crashes(
    voting: Voting, voters: Sequence[Voter], folder: Path, port: int
) -> Answers:
    async with asyncio.TaskGroup() as group:
        crowd = Crowd(group, voters)
        await kill_in_every_round(crowd, voting, folder, port)
        async with started(folder, voting, port) as service:
            await crowd.answers()
            await close_among_votes(crowd, voting, service.url)
            return await crowd.answers()


async def test_what_was_answered_stands_once_however_often_the_service_was_killed(
    voting: Voting, tmp_path: Path
) -> None:
    port = free_port()
    in_time, everybody = ROUNDS * WAVE, (ROUNDS + 1) * WAVE + LATE
    voters = [Voter(f"http://127.0.0.1:{port}", voting, n, seed=SEED) for n in range(everybody)]
    answers = await in_the_end(pressed_through_crashes(voting, voters, tmp_path, port))
    assert sum(voter.losses > 0 for voter in voters) >= ROUNDS
    receipts = {n: a["vote"]["receipt"] for n, a in answers.items() if a["type"] == "answer"}
    refused = {n: a["code"] for n, a in answers.items() if a["type"] == "refused"}
    assert receipts.keys() >= set(range(in_time))
    assert refused.keys() >= set(range(everybody - LATE, everybody))
    assert set(refused.values()) == {Code.BALLOT_NOT_OPEN}

    assert await votes_of(voting) == {
        n: Stored(choice=voters[n].choice, receipt=receipt) for n, receipt in receipts.items()
    }
    counted = Counter(voters[n].choice for n in receipts)
    assert await announced_totals(voting) == counted
