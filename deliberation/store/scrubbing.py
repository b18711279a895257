"""Leaving no trace of deleted rows in the files of the database."""

import contextlib
import sqlite3
from collections.abc import Sequence
from typing import Any

import asyncpg
from tortoise.connection import get_connection

from deliberation.store.engine import PATIENCE, SQLITE_PRAGMAS, address, engine, is_failure

_SHORT_PATIENCE = 500
"""Milliseconds to wait for another process that reads or writes; everybody waits meanwhile."""

_COPY_BACK = "PRAGMA wal_checkpoint(TRUNCATE)"

_REWRITE = (
    "CREATE TEMP TABLE kept_{table} ON COMMIT DROP AS SELECT * FROM {table}",
    "TRUNCATE {table}",
    "INSERT INTO {table} SELECT * FROM kept_{table} ORDER BY id",
)


async def scrub_deleted(tables: Sequence[str]) -> bool:
    """Overwrite what was deleted: on SQLite all of the file and its log are written anew, on
    PostgreSQL these tables, in the order of their keys.

    False while another process is in the way: to be tried again.
    """
    try:
        if engine() == "postgres":
            await _scrub_postgres(tables)
            return True
        return await _scrub_sqlite()
    except (Exception, asyncpg.PostgresError) as error:
        if isinstance(error, sqlite3.OperationalError) or is_failure(error):
            return False
        raise


async def _scrub_sqlite() -> bool:
    """With one connection from the first statement to the last, so that none comes between. A
    reader in another process is seen before all is rewritten: it would keep the log from ending."""
    async with get_connection("default").acquire_connection() as connection:
        await _said(connection, f"PRAGMA busy_timeout={_SHORT_PATIENCE}")
        try:
            if not await _copied_back(connection):
                return False
            await _said(connection, "VACUUM")
            return await _copied_back(connection)
        finally:
            await _said(connection, f"PRAGMA busy_timeout={SQLITE_PRAGMAS['busy_timeout']}")


async def _copied_back(connection: Any) -> bool:
    """Whether the log has been written into the file, and is empty."""
    is_busy, _pages, _copied = await _said(connection, _COPY_BACK)
    return not is_busy


async def _said(connection: Any, statement: str) -> Any:
    """The first row that the database answers."""
    cursor = await connection.execute(statement)
    row = await cursor.fetchone()
    await cursor.close()
    return row


async def _scrub_postgres(tables: Sequence[str]) -> None:
    """VACUUM would keep the dead rows that any running transaction might still see; a truncated
    table begins a new file. On a connection beside the pool, which gives up soon: whoever casts
    waits behind it."""
    settings = {"lock_timeout": str(_SHORT_PATIENCE)}
    connection = await asyncpg.connect(**address(), **PATIENCE, server_settings=settings)
    try:
        async with connection.transaction():
            await connection.execute(f"LOCK TABLE {', '.join(tables)} IN ACCESS EXCLUSIVE MODE")
            for table in tables:
                for statement in _REWRITE:
                    await connection.execute(statement.format(table=table))
    finally:
        with contextlib.suppress(Exception):
            await connection.close()
