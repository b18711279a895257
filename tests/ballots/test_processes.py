"""Two workers of their own on one database: each vote counts once, and none behind the close."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence

import pytest

from deliberation.ballots import reading
from deliberation.ballots.casting import cast
from deliberation.ballots.votes import Cast, Casting, Effect
from deliberation.errors import Code
from tests.ballots.neighbours import Facts, heard, neighbours
from tests.ballots.voting import votes_in, voting_hall

pytestmark = pytest.mark.anyio

HOUSEHOLDS = 60
TIMES = 3
ENOUGH = 6
"""Votes after which the chair closes."""


async def casts(groups: Sequence[Sequence[Casting]]) -> AsyncIterator[Facts]:
    """A worker's evening: voter, effect or code, and receipt of each answer, as it comes."""
    for group in groups:
        for casting, answer in zip(group, await cast(group), strict=True):
            if isinstance(answer, Cast):
                yield str(casting.voter), answer.effect.value, answer.receipt
            else:
                yield str(casting.voter), answer.code.value, ""


async def test_two_workers_that_cast_for_the_same_voters_in_opposite_orders_agree(
    store: str,
) -> None:
    voting = await voting_hall(households=HOUSEHOLDS)
    ballot = await voting.open()
    everybody = [voting.paper(ballot, n) for n in range(HOUSEHOLDS)]
    orders = (everybody, everybody[::-1])
    with neighbours(store, casts, [([order] * TIMES,) for order in orders]) as workers:
        said = [[facts async for facts in heard(worker)] for worker in workers]
    effects = Counter((voter, effect) for answers in said for voter, effect, _receipt in answers)
    kept = {str(voter): receipt for voter, (_c, receipt) in (await votes_in(ballot)).items()}
    assert effects == {
        (voter, effect): times
        for voter in kept
        for effect, times in ((Effect.COUNTED, 1), (Effect.REPEATED, 2 * TIMES - 1))
    }
    assert {(v, r) for answers in said for v, _e, r in answers} == set(kept.items())
    assert len(kept) == await reading.turnout(ballot) == HOUSEHOLDS


async def test_what_two_workers_acknowledged_is_what_the_chair_has_counted(store: str) -> None:
    voting = await voting_hall(households=HOUSEHOLDS)
    ballot = await voting.open()
    papers = [[voting.paper(ballot, n)] for n in range(HOUSEHOLDS)]
    said: list[Facts] = []
    enough = asyncio.Event()

    async def listen_to(worker: AsyncIterator[Facts]) -> None:
        async for facts in worker:
            said.append(facts)
            if len(said) == ENOUGH:
                enough.set()

    tasks = [(papers[::2],), (papers[1::2],)]
    with neighbours(store, casts, tasks) as workers:
        async with asyncio.TaskGroup() as listening:
            for worker in workers:
                listening.create_task(listen_to(heard(worker)))
            await enough.wait()
            await voting.close()
    counted = {receipt for _voter, effect, receipt in said if effect == Effect.COUNTED}
    refused = [effect for _voter, effect, _receipt in said if effect == Code.BALLOT_NOT_OPEN]
    assert ENOUGH <= len(counted) == HOUSEHOLDS - len(refused)
    assert {receipt for _choice, receipt in (await votes_in(ballot)).values()} == counted
    assert await voting.turnout_told() == await reading.turnout(ballot) == len(counted)
    assert (await voting.announce()).cast == len(counted)
