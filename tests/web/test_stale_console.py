"""A console that is out of date acts on the ballot it shows, or on none."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from deliberation import journal
from deliberation.ballots import service as ballots
from deliberation.ballots.opening import open_ballot
from tests.flows.hall import Hall, convene_with_everybody, open_hall, open_the_vote
from tests.web.desk import signed_in

pytestmark = pytest.mark.anyio


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[Hall]:
    async with open_hall(tmp_path, households=3) as opened:
        await convene_with_everybody(opened)
        yield opened


@pytest.mark.parametrize("act", ["close", "extend", "void", "announce"])
async def test_an_act_on_a_ballot_that_was_voided_leaves_the_next_one_alone(
    hall: Hall, act: str
) -> None:
    earlier = await open_the_vote(hall)
    await ballots.void(hall.chair, hall.meeting, "演示重来", at=hall.now)
    await open_ballot(hall.chair, hall.meeting, seconds=60, at=hall.now)
    before = await journal.state_of(hall.meeting)
    async with httpx2.AsyncClient(base_url=hall.url, trust_env=False) as client:
        chair = await signed_in(client, hall, hall.chair.person)
        path = f"/meetings/{hall.meeting}/ballots/{earlier}/{act}"
        answer = await chair.send(path, confirmed="1", reason="演示")
    assert answer.status_code == 409
    assert "ballot.not_open" in answer.text
    assert await journal.state_of(hall.meeting) == before
