"""Votes over a network that stalls, dribbles and cuts: everybody gets one receipt at last."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.flows.hall import KEY
from tests.live.proxy import Fault, bad_network
from tests.live.voter import Voter, in_the_end, until
from tests.live.voting import Stored, Voting, votes_of
from tests.live.watching import connections
from tests.support.service import running_service

pytestmark = pytest.mark.anyio

SEED = 20261120
PHONES = 60


async def all_press(voters: Sequence[Voter]) -> list[dict[str, Any]]:
    """What each is told in the end, in the order of the voters."""
    async with asyncio.TaskGroup() as group:
        pressing = [group.create_task(voter.press()) for voter in voters]
    return [task.result() for task in pressing]


async def test_on_a_bad_network_everybody_who_pressed_gets_one_receipt(
    voting: Voting, tmp_path: Path
) -> None:
    with running_service(tmp_path, database_url=voting.url, secret_key=KEY) as service:
        async with bad_network(service.port, seed=SEED) as network:
            voters = [Voter(network.url, voting, n, seed=SEED) for n in range(PHONES)]
            for voter in voters:
                voter.patience = 1.0
            answers = await in_the_end(all_press(voters))
            network.is_calm = True
            again = await in_the_end(all_press(voters))
        await until(lambda: connections(service) == 0, "a lost phone is kept")
    assert set(network.met) == set(Fault)
    assert sum(voter.losses for voter in voters) >= PHONES // 2
    assert {answer["vote"]["effect"] for answer in answers} == {"counted", "repeated"}
    assert {answer["vote"]["effect"] for answer in again} == {"repeated"}
    receipts = [answer["vote"]["receipt"] for answer in answers]
    assert [answer["vote"]["receipt"] for answer in again] == receipts
    assert await votes_of(voting) == {
        n: Stored(choice=voters[n].choice, receipt=receipts[n]) for n in range(PHONES)
    }
