"""The database goes away while votes come in: votes are put off in words, and none is lost."""

import asyncio
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from deliberation import store
from deliberation.errors import Code
from tests.flows.hall import KEY
from tests.live.outages import ConnectionsRefused, DiskFull, Outage, stoppable_cluster
from tests.live.pressing import Answers, Crowd, Moment
from tests.live.voter import LostPhone, Voter, in_the_end, until
from tests.live.voting import Stored, Voting, chair_sends, open_voting, votes_of
from tests.support.databases import Cluster
from tests.support.service import Service, running_service

pytestmark = pytest.mark.anyio

SEED = 20261120
BEFORE, JOINED, AMONG, DURING = 10, 10, 30, 10
"""Phones that press before the outage; in it, having joined before; as it begins; and that come
when it has begun."""

Case = tuple[Voting, Outage]


@pytest.fixture
def disk_full(sqlite_voting: Voting) -> Case:
    return sqlite_voting, DiskFull(sqlite_voting)


@pytest.fixture
def connections_refused(postgres_voting: Voting, cluster: Cluster) -> Case:
    return postgres_voting, ConnectionsRefused(postgres_voting, cluster)


@pytest.fixture
def server_stopped() -> Iterator[Case]:
    async def prepared(url: str) -> Voting:
        await store.migrate(url)
        return await open_voting(url)

    with stoppable_cluster() as outage:
        yield asyncio.run(prepared(outage.cluster.url("postgres"))), outage


@pytest.fixture(params=["disk_full", "connections_refused", "server_stopped"])
def case(request: pytest.FixtureRequest) -> Case:
    made: Case = request.getfixturevalue(request.param)
    return made


async def pressed_through(outage: Outage, service: Service, voters: Sequence[Voter]) -> Answers:
    """What everybody was told in the end; all who press in the outage are told that it is one."""
    moment = Moment(random.Random(SEED), among=AMONG)  # noqa: S311  the same every time
    async with asyncio.TaskGroup() as group:
        crowd = Crowd(group, voters)
        crowd.press(BEFORE)
        await crowd.answers()
        joined = crowd.press(JOINED, with_us=True)
        await until(lambda: joined.n_waiting == JOINED, "somebody could not join")
        crowd.press(AMONG, moment)
        await moment.came.wait()
        await asyncio.to_thread(outage.begin, service)
        await joined.wait()
        await until(crowd.is_told, "somebody who pressed was told nothing")
        crowd.press(DURING)
        await asyncio.to_thread(outage.end, service)
        return await crowd.answers()


async def test_while_the_database_is_away_votes_are_put_off_and_none_is_lost(
    case: Case, tmp_path: Path
) -> None:
    voting, outage = case
    with running_service(tmp_path, database_url=voting.url, secret_key=KEY) as service:
        voters = [
            Voter(service.url, voting, n, seed=SEED)
            for n in range(BEFORE + JOINED + AMONG + DURING)
        ]
        async with LostPhone(service.url, voting.meeting) as witness:
            answers = await in_the_end(pressed_through(outage, service, voters))
            await chair_sends(service.url, voting, "close")
            await in_the_end(witness.hear("ballot.closed"))
    assert all(voter.put_off for voter in voters[BEFORE : BEFORE + JOINED])
    assert {code for voter in voters for code in voter.put_off} == {Code.DATABASE_BUSY}
    assert {answer["type"] for answer in answers.values()} == {"answer"}
    assert await votes_of(voting) == {
        n: Stored(choice=voters[n].choice, receipt=answer["vote"]["receipt"])
        for n, answer in answers.items()
    }
