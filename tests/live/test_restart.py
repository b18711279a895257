"""The service is stopped in the middle of a vote: everybody is told, and nothing is lost."""

import asyncio
import os
import signal
from pathlib import Path

import httpx2
import pytest
import websockets

from deliberation import journal
from deliberation.live.protocol import CLOSE_RESTART
from deliberation.wire import patience
from tests.flows.hall import KEY, open_hall
from tests.flows.live_client import Phone
from tests.live.voter import Voter, in_the_end, until
from tests.live.voting import Voting, votes_of
from tests.support.service import running_service

pytestmark = pytest.mark.anyio
VOTERS = 60


async def test_who_is_connected_is_told_to_come_back(sqlite_voting: Voting, tmp_path: Path) -> None:
    settings = {"database_url": sqlite_voting.url, "secret_key": KEY}
    with running_service(tmp_path, **settings) as service:
        async with Phone(service.url, sqlite_voting.meeting) as phone:
            os.kill(service.process.pid, signal.SIGTERM)
            with pytest.raises(websockets.ConnectionClosed) as closed:
                await in_the_end(phone.until(lambda frame: False))
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == CLOSE_RESTART


async def test_votes_on_their_way_are_answered_or_sent_again(
    voting: Voting, tmp_path: Path
) -> None:
    settings = {"database_url": voting.url, "secret_key": KEY}
    with running_service(tmp_path, **settings) as service:
        port = str(service.port)
        voters = [Voter(service.url, voting, n, seed=2) for n in range(VOTERS)]
        pressing = [asyncio.create_task(voter.press()) for voter in voters]
        await in_the_end(asyncio.wait(pressing, return_when=asyncio.FIRST_COMPLETED))
        os.kill(service.process.pid, signal.SIGTERM)
        await asyncio.to_thread(service.process.keeper.wait)
        log = service.process.log.read_text()
    assert "Traceback" not in log
    with running_service(tmp_path, port=port, **settings):
        answers = await in_the_end(asyncio.gather(*pressing))
    stored = await votes_of(voting)
    assert [answer["vote"]["receipt"] for answer in answers] == [
        stored[n].receipt for n in range(VOTERS)
    ]


async def test_a_request_that_waits_for_news_does_not_hold_up_the_end(tmp_path: Path) -> None:
    async with (
        httpx2.AsyncClient(trust_env=False, timeout=60) as client,
        open_hall(tmp_path, households=2) as hall,
    ):
        path = f"{hall.url}/meetings/{hall.meeting}/news?since=1000000"
        waiting = asyncio.create_task(client.get(path))
        await until(lambda: bool(patience._waiting), "the request does not wait")
        hall_seq = (await journal.state_of(hall.meeting)).seq
    assert (await in_the_end(waiting)).json()["seq"] == hall_seq
