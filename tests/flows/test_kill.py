"""The service is killed while votes pour in: what was answered is kept, and nothing is doubled."""

import asyncio
import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import websockets

from deliberation import journal, store
from deliberation.ballots import service as ballots
from deliberation.ballots.models import Vote
from deliberation.clock import FixedClock
from tests.flows.hall import KEY, convene_with_everybody, furnished, open_the_vote, token_of
from tests.flows.live_client import Phone
from tests.support.service import Service, running_service

pytestmark = pytest.mark.anyio

PHONES = 40
ENOUGH = 12
"""Answers after which the service is killed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Voting:
    """An open ballot with the phones' tokens."""

    meeting: UUID
    community: UUID
    ballot: UUID
    tokens: Sequence[str]


async def voting_in(url: str) -> Voting:
    """A day in the database whose first item is being voted on."""
    await store.open_store(url)
    try:
        hall = await furnished(FixedClock(datetime(2026, 11, 2, 1, tzinfo=UTC)), households=PHONES)
        await convene_with_everybody(hall)
        ballot = await open_the_vote(hall)
        late = datetime.now(UTC) + timedelta(days=1)
        tokens = [await token_of(resident.person, late) for resident in hall.residents]
        return Voting(meeting=hall.meeting, community=hall.community, ballot=ballot, tokens=tokens)
    finally:
        await journal.drain()
        await store.close_store()


def command_of(n: int) -> str:
    """What the n-th phone calls its command, before the crash and after it."""
    return f"vote-of-phone-{n}"


async def vote(service: Service, voting: Voting, n: int) -> dict[str, Any]:
    async with Phone(service.url, voting.meeting, voting.tokens[n]) as phone:
        return await phone.command(
            "vote", id_=command_of(n), ballot=str(voting.ballot), choice="for"
        )


async def vote_until_the_crash(service: Service, voting: Voting) -> dict[int, str]:
    """All vote at once; after some answers the service is killed. Receipts by phone."""
    receipts: dict[int, str] = {}

    async def vote_and_remember(n: int) -> None:
        try:
            answer = await vote(service, voting, n)
        except (websockets.ConnectionClosed, websockets.InvalidHandshake, OSError, EOFError):
            return
        receipts[n] = answer["vote"]["receipt"]
        if len(receipts) == ENOUGH:
            os.kill(service.process.pid, signal.SIGKILL)

    await asyncio.gather(*(vote_and_remember(n) for n in range(PHONES)))
    return receipts


async def kept(url: str, voting: Voting) -> dict[str, str]:
    """Receipts by voter as they stand in the database, whose journal and turnout hold."""
    await store.open_store(url)
    try:
        assert await journal.broken_at(voting.meeting) is None
        assert await journal.broken_at(voting.community) is None
        votes = await Vote.filter(ballot_id=voting.ballot)
        assert len({vote.voter_id for vote in votes}) == len(votes)
        assert await ballots.turnout(voting.ballot) == len(votes)
        return {str(vote.voter_id): vote.receipt for vote in votes}
    finally:
        await store.close_store()


async def test_a_vote_that_was_answered_outlives_the_service(
    database_url: str, tmp_path: Path
) -> None:
    voting = await voting_in(database_url)
    settings = {"database_url": database_url, "secret_key": KEY}
    with running_service(tmp_path, **settings) as service:
        answered = await vote_until_the_crash(service, voting)
    assert len(answered) >= ENOUGH
    after_crash = await kept(database_url, voting)
    assert set(answered.values()) <= set(after_crash.values())

    with running_service(tmp_path, **settings) as service:
        again = await asyncio.gather(*(vote(service, voting, n) for n in range(PHONES)))
    for n, receipt in answered.items():
        assert again[n]["vote"]["receipt"] == receipt
        assert again[n]["vote"]["effect"] == "repeated"
    in_the_end = await kept(database_url, voting)
    assert len(in_the_end) == PHONES
    assert after_crash.items() <= in_the_end.items()
