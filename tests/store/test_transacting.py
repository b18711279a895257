"""A transaction leaves nothing behind and the store usable, however it ends, on either engine."""

import asyncio
import contextlib
import sqlite3
from collections.abc import Coroutine, Iterator

import aiosqlite
import asyncpg
import pytest
from asyncpg.transaction import Transaction

from deliberation import store as the_store
from deliberation.errors import Code, Refusal

pytestmark = pytest.mark.anyio

PATIENCE_SECONDS = 5
"""Only bounds how long a broken store may hang; nothing is measured by it."""
POOL = 10
"""Connections that a process holds at most on PostgreSQL."""


@pytest.fixture
async def hall(store: str) -> None:
    """Rows and seats; a seat of no row is refused only at the commit."""
    await the_store.write("CREATE TABLE hall_row (n INTEGER PRIMARY KEY)")
    await the_store.write(
        "CREATE TABLE seat (hall_row INTEGER REFERENCES hall_row (n) DEFERRABLE INITIALLY DEFERRED)"
    )


async def add_row(n: int) -> None:
    async with the_store.transaction():
        await the_store.write("INSERT INTO hall_row (n) VALUES (?)", [n])


async def add_seat(n: int) -> None:
    async with the_store.transaction():
        await the_store.write("INSERT INTO seat (hall_row) VALUES (?)", [n])


async def rows() -> list[int]:
    return [row["n"] for row in await the_store.read("SELECT n FROM hall_row ORDER BY n")]


async def seats() -> list[int]:
    return [row["hall_row"] for row in await the_store.read("SELECT hall_row FROM seat")]


async def in_own_task(act: Coroutine[None, None, None]) -> None:
    """As every act of the service is. Who waits for a connection or a lock that was never given
    back would wait for ever."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        await asyncio.create_task(act)


@contextlib.contextmanager
def no_beginning(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Meanwhile the database takes no BEGIN."""

    async def fails(*_: object) -> None:
        raise ConnectionError("the connection broke")

    with monkeypatch.context() as outage:
        outage.setattr(Transaction, "start", fails)
        outage.setattr(aiosqlite.Connection, "execute", fails)
        yield


async def test_what_is_refused_at_the_commit_is_not_written_by_the_next_one(
    hall: None,
) -> None:
    with contextlib.suppress(sqlite3.Error, asyncpg.PostgresError, asyncpg.InterfaceError):
        await add_seat(7)
    await in_own_task(add_row(7))
    assert (await rows(), await seats()) == ([7], [])
    await in_own_task(add_seat(7))
    assert await seats() == [7]


async def test_who_asked_is_told_why_the_commit_was_refused(hall: None) -> None:
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        await add_seat(7)


async def test_what_a_failed_commit_did_not_write_is_not_written_by_the_next_one(
    hall: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(_: object) -> None:
        raise OSError("no space left on the device")

    async def add_row_to_a_full_disk() -> None:
        with monkeypatch.context() as full_disk:
            async with the_store.transaction():
                await the_store.write("INSERT INTO hall_row (n) VALUES (1)")
                full_disk.setattr(aiosqlite.Connection, "commit", fails)
                full_disk.setattr(Transaction, "commit", fails)

    with pytest.raises(OSError, match="no space"):
        await add_row_to_a_full_disk()
    await in_own_task(add_row(2))
    assert await rows() == [2]


@pytest.mark.parametrize("end", [Refusal(Code.ITEM_CLOSED), asyncio.CancelledError()])
async def test_a_refusal_or_a_cancellation_inside_leaves_nothing_behind(
    hall: None, end: BaseException
) -> None:
    async def add_row_in_vain() -> None:
        async with the_store.transaction():
            await the_store.write("INSERT INTO hall_row (n) VALUES (1)")
            raise end

    with pytest.raises(type(end)):
        await add_row_in_vain()
    await in_own_task(add_row(2))
    assert await rows() == [2]


async def test_more_beginnings_fail_than_there_are_connections_and_the_next_one_works(
    hall: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with no_beginning(monkeypatch):
        for n in range(POOL + 2):
            with pytest.raises(ConnectionError):
                await in_own_task(add_row(n))
    await in_own_task(add_row(1))
    assert await rows() == [1]
