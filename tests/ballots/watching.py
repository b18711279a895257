"""Holding a transaction of the service open, and seeing from outside who waits for whom.

On PostgreSQL a deferred trigger stops a transaction that has written a table's rows just before it
commits, until the test lets it go. Nothing of the service is replaced.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import UUID

import asyncpg

from deliberation import store

PATIENCE_SECONDS = 60
"""Only bounds how long a broken service may hang; nothing is measured by it."""

_GATE = 20_261_120
_FUNCTION = (
    "CREATE FUNCTION wait_at_the_gate() RETURNS trigger LANGUAGE plpgsql AS"
    f" 'BEGIN PERFORM pg_advisory_xact_lock({_GATE}); RETURN NULL; END'"
)
_WAITING = (
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


class Onlooker:
    """A connection beside the service's, with a transaction of its own if it likes."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection

    async def until_waiting(self, n: int, *, unless: Callable[[], bool] = lambda: False) -> None:
        """Until so many connections wait for a lock, or it is clear that they will not."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not unless() and await self.connection.fetchval(_WAITING) != n:
                continue

    async def gate(self, table: str, event: str) -> None:
        """From now on whoever does that to the table commits only when the gate is open."""
        await self.connection.execute(_FUNCTION)
        await self.connection.execute(
            f"CREATE CONSTRAINT TRIGGER at_the_gate AFTER {event} ON {table}"
            " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait_at_the_gate()"
        )
        await self.connection.execute("SELECT pg_advisory_lock($1)", _GATE)

    async def open_gate(self) -> None:
        await self.connection.execute("SELECT pg_advisory_unlock($1)", _GATE)


@contextlib.asynccontextmanager
async def looking_on(url: str) -> AsyncIterator[Onlooker]:
    """Gone at the end with every lock it held, so that nobody waits for a failed test."""
    connection = await asyncpg.connect(url)
    try:
        yield Onlooker(connection)
    finally:
        await connection.close()


@contextlib.asynccontextmanager
async def refusing(table: str) -> AsyncIterator[None]:
    """Meanwhile the database takes no new row of that table, on either engine."""
    sqlite = f"CREATE TRIGGER none BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'none'); END"
    postgres = f"ALTER TABLE {table} ADD CONSTRAINT none CHECK (false) NOT VALID"
    await store.write(store.sql(sqlite=sqlite, postgres=postgres))
    yield
    postgres = f"ALTER TABLE {table} DROP CONSTRAINT none"
    await store.write(store.sql(sqlite="DROP TRIGGER none", postgres=postgres))


async def slip_in(onlooker: Onlooker, ballot: UUID, voter: UUID, person: UUID) -> None:
    """Write a vote's row, as another worker in the middle of its group would have."""
    await onlooker.connection.execute(
        "INSERT INTO vote (id, ballot_id, voter_id, person_id, choice, channel, receipt, cast_at)"
        " VALUES ((random() * 1e15)::bigint, $1, $2, $3, 'for', 'phone',"
        " left(gen_random_uuid()::text, 18), now())",
        ballot,
        voter,
        person,
    )
