"""The chair closes while votes come in: each is counted or refused, and the count knows."""

import asyncio
import random
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from deliberation import journal
from deliberation.ballots import service as ballots
from deliberation.ballots.models import Vote
from deliberation.ballots.opening import open_ballot
from deliberation.errors import Code
from tests.flows.hall import Hall, convene_with_everybody, open_hall, open_the_vote, token_of
from tests.live.voter import LostPhone, in_the_end

pytestmark = pytest.mark.anyio

SEED = 20261120
ROUNDS = 20
PHONES = 12
TOGETHER_SECONDS = 0.01
"""Votes and close come this near to each other, in any order."""


async def somewhen(luck: random.Random) -> None:
    await asyncio.sleep(luck.uniform(0, TOGETHER_SECONDS))


async def vote(phone: LostPhone, ballot: UUID, luck: random.Random) -> dict[str, Any]:
    await somewhen(luck)
    return await phone.command("vote", ballot=str(ballot), choice="for")


async def vote_and_close(
    hall: Hall, phones: Sequence[LostPhone], ballot: UUID, luck: random.Random
) -> list[dict[str, Any]]:
    """All phones vote and the chair closes, at once; what the phones were told."""
    async with asyncio.TaskGroup() as group:
        voting = [group.create_task(vote(phone, ballot, luck)) for phone in phones]
        await somewhen(luck)
        await ballots.close(hall.chair, hall.meeting, at=hall.now)
    return [task.result() for task in voting]


async def told_turnout(hall: Hall, ballot: UUID) -> int:
    """What the journal says that the ballot was closed with."""
    told = [happened.event for happened in await journal.entries(hall.meeting)]
    closed = [e for e in told if e.NAME == "ballot.closed" and e.ballot == ballot]  # type: ignore[attr-defined] # of this event
    assert len(closed) == 1
    turnout: int = closed[0].turnout  # type: ignore[attr-defined]
    return turnout


async def test_a_vote_in_the_moment_of_the_close_is_counted_or_refused(
    database_url: str, tmp_path: Path
) -> None:
    luck = random.Random(SEED)  # noqa: S311  a test's luck comes again
    async with open_hall(tmp_path, database_url, households=PHONES) as hall, AsyncExitStack() as on:
        await convene_with_everybody(hall)
        tokens = [await token_of(resident.person, hall.now) for resident in hall.residents]
        phones = [LostPhone(hall.url, hall.meeting, token) for token in tokens]
        for phone in phones:
            await on.enter_async_context(phone)
        ballot = await open_the_vote(hall)
        for _ in range(ROUNDS):
            answers = await in_the_end(vote_and_close(hall, phones, ballot, luck))
            receipts = {a["vote"]["receipt"] for a in answers if a["type"] == "answer"}
            codes = [a["code"] for a in answers if a["type"] == "refused"]
            assert set(codes) <= {Code.BALLOT_NOT_OPEN}
            assert len(receipts) + len(codes) == PHONES
            votes = await Vote.filter(ballot_id=ballot)
            assert {vote.receipt for vote in votes} == receipts
            assert await told_turnout(hall, ballot) == len(receipts)
            await ballots.void(hall.chair, hall.meeting, "演示重投", at=hall.now)
            ballot = await open_ballot(hall.chair, hall.meeting, seconds=60, at=hall.now)
