"""What stands in a database, read from outside of the service."""

import asyncio
import contextlib
import sqlite3
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

import asyncpg

from bench.support.client import Answered
from bench.support.seeding import Seat


class Stored(NamedTuple):
    """A vote as it stands in the table."""

    ballot: UUID
    voter: UUID
    choice: str
    receipt: str


def rows(url: str, statement: str) -> Sequence[Sequence[object]]:
    """The rows of a SELECT without parameters, the same on both engines."""
    if url.startswith("sqlite://"):
        with contextlib.closing(sqlite3.connect(url.removeprefix("sqlite://"))) as connection:
            return connection.execute(statement).fetchall()
    return asyncio.run(_postgres_rows(url, statement))


async def _postgres_rows(url: str, statement: str) -> Sequence[Sequence[object]]:
    connection = await asyncpg.connect(url)
    try:
        return [tuple(row) for row in await connection.fetch(statement)]
    finally:
        await connection.close()


def votes(url: str) -> list[Stored]:
    found = rows(url, "SELECT ballot_id, voter_id, choice, receipt FROM vote")
    return [
        Stored(UUID(str(ballot)), UUID(str(voter)), str(choice), str(receipt))
        for ballot, voter, choice, receipt in found
    ]


def lost(url: str, seats: Sequence[Seat], answered: Sequence[Answered]) -> int:
    """Answered votes that do not stand in the table for their household by their receipt."""
    standing = {(vote.ballot, vote.voter): vote.receipt for vote in votes(url)}
    return sum(
        bool(answer.receipt) and standing.get((seat.ballot, seat.household)) != answer.receipt
        for seat, answer in zip(seats, answered, strict=True)
    )


def vote_counts(url: str) -> dict[UUID, int]:
    found = rows(url, "SELECT ballot_id, COUNT(*) FROM vote GROUP BY ballot_id")
    return {UUID(str(ballot)): int(str(count)) for ballot, count in found}
