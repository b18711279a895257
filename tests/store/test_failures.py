"""A database that is down, full or busy is told from a statement that was wrong, on each engine."""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Iterator
from typing import Any

import asyncpg
import pytest

from deliberation import store as the_store
from tests.support.processes import free_port

pytestmark = pytest.mark.anyio

WRONG = {
    "a row that is there already": "INSERT INTO hall_row (n) VALUES (1)",
    "a row without its number": "INSERT INTO hall_row (n) VALUES (NULL)",
    "a table that is not there": "SELECT n FROM no_such_table",
    "a column that is not there": "SELECT no_such_column FROM hall_row",
    "no statement at all": "SELEC n FRO hall_row",
}
NOT_A_VALUE = {"sqlite": "SELECT json_extract('{', '$.n')", "postgres": "SELECT CAST('x' AS int)"}


@pytest.fixture
async def hall(store: str) -> str:
    """A table with one row; gives the store's address."""
    await the_store.write("CREATE TABLE hall_row (n INT NOT NULL UNIQUE)")
    await the_store.write("INSERT INTO hall_row (n) VALUES (1)")
    return store


@pytest.fixture
async def postgres(postgres_url: str) -> AsyncIterator[Any]:
    """The store, open on PostgreSQL; gives a connection beside it."""
    await the_store.open_store(postgres_url)
    beside = await asyncpg.connect(postgres_url)
    yield beside
    await beside.close()
    await the_store.close_store()


@contextlib.contextmanager
def taken_as(*, failure: bool) -> Iterator[None]:
    """Something goes wrong, and it is known what kind of trouble it is."""
    try:
        yield
    except Exception as wrong:
        assert the_store.is_failure(wrong) is failure, repr(wrong)  # noqa: PT017  any of many
    else:
        pytest.fail("nothing went wrong")


async def test_what_is_wrong_with_a_statement_is_no_failure_of_the_database(hall: str) -> None:
    for statement in (*WRONG.values(), NOT_A_VALUE[the_store.engine()]):
        with taken_as(failure=False):
            await the_store.read(statement)


async def test_a_sqlite_file_that_somebody_else_writes_is_a_failure(sqlite_store: str) -> None:
    await the_store.write("PRAGMA busy_timeout = 0")
    with contextlib.closing(sqlite3.connect(sqlite_store.removeprefix("sqlite://"))) as other:
        other.execute("BEGIN IMMEDIATE")
        with taken_as(failure=True):
            await the_store.write("CREATE TABLE hall_row (n INTEGER)")
        with taken_as(failure=True):
            async with the_store.transaction():
                await the_store.write("CREATE TABLE hall_row (n INTEGER)")
    await the_store.write("CREATE TABLE hall_row (n INTEGER)")


async def test_a_sqlite_file_that_may_not_grow_is_a_failure(sqlite_store: str) -> None:
    await the_store.write("CREATE TABLE hall_row (bytes BLOB)")
    await the_store.write("PRAGMA max_page_count = 1")  # as many as there are already
    with taken_as(failure=True):
        await the_store.write("INSERT INTO hall_row (bytes) VALUES (zeroblob(1000000))")


async def test_a_postgres_server_that_does_not_run_is_a_failure() -> None:
    await the_store.open_store(f"postgres://somebody:secret@127.0.0.1:{free_port()}/nothing")
    try:
        with taken_as(failure=True):
            await the_store.read("SELECT 1 AS one")
    finally:
        await the_store.close_store()


async def test_a_postgres_connection_that_is_cut_off_is_a_failure(postgres: Any) -> None:
    (row,) = await the_store.read("SELECT pg_backend_pid() AS pid")  # the pool's one connection
    asking = asyncio.ensure_future(the_store.read("SELECT pg_sleep(600)"))
    running = "SELECT count(*) FROM pg_stat_activity WHERE pid = $1 AND wait_event = 'PgSleep'"
    while not await postgres.fetchval(running, row["pid"]):
        continue
    await postgres.execute("SELECT pg_terminate_backend($1)", row["pid"])
    with taken_as(failure=True):
        await asking
    assert await the_store.read("SELECT 1 AS one") == [{"one": 1}]


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("53100", id="disk_full"),
        pytest.param("53200", id="out_of_memory"),
        pytest.param("53300", id="too_many_connections"),
        pytest.param("57014", id="query_canceled"),
        pytest.param("57P03", id="cannot_connect_now"),
    ],
)
async def test_what_a_postgres_server_lacks_is_a_failure(postgres: Any, code: str) -> None:
    with taken_as(failure=True):
        await the_store.write(f"DO 'BEGIN RAISE USING ERRCODE = ''{code}''; END'")


@pytest.mark.parametrize("settings", ["lock_timeout = 1", "statement_timeout = 100"])
async def test_a_postgres_row_that_somebody_else_keeps_too_long_is_a_failure(
    postgres: Any, settings: str
) -> None:
    await postgres.execute("CREATE TABLE hall_row (n INTEGER)")
    async with postgres.transaction():
        await postgres.execute("LOCK TABLE hall_row")
        with taken_as(failure=True):
            async with the_store.transaction():
                await the_store.write(f"SET LOCAL {settings}")
                await the_store.write("INSERT INTO hall_row (n) VALUES (1)")
