"""Bringing a database to the schema of this version, with a copy made before."""

import contextlib
import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
from tortoise.connection import get_connection
from tortoise.context import TortoiseContext
from tortoise.migrations.executor import MigrationExecutor

from deliberation.store.engine import address, configuration, make_private_folder

MIGRATION_LOCK = 0x64656C69
"""Any number, as long as nobody else takes it."""


@contextlib.asynccontextmanager
async def _executor(url: str) -> AsyncIterator[MigrationExecutor]:
    config = configuration(url)
    async with TortoiseContext() as context:
        await context.init(config, init_connections=False)
        yield MigrationExecutor(get_connection("default"), config["apps"])


async def pending(url: str) -> list[str]:
    """Names of the migrations that are not applied yet, in order."""
    if url.startswith("sqlite://"):
        make_private_folder(Path(url.removeprefix("sqlite://")).parent)  # or the driver waits
    async with _executor(url) as executor:
        return [step.migration.name for step in await executor.plan()]


async def migrate(url: str) -> list[str]:
    """Apply what is pending and name it. An SQLite file with data is copied beside itself first."""
    path = Path(url.removeprefix("sqlite://")) if url.startswith("sqlite://") else None
    if path is not None:
        make_private_folder(path.parent)
    is_used = path is not None and path.exists() and path.stat().st_size > 0
    async with _alone(url):
        names = await pending(url)
        if not names:
            return []
        if path is not None and is_used:
            backup(path, before=names[0])
        async with _executor(url) as executor:
            await executor.migrate()
    return names


@contextlib.asynccontextmanager
async def _alone(url: str) -> AsyncIterator[None]:
    """Of several processes that start at once on a PostgreSQL, the others wait."""
    if url.startswith("sqlite://"):
        yield
        return
    connection = await asyncpg.connect(**address(url))
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", MIGRATION_LOCK)
        yield
    finally:
        await connection.close()  # and with it the lock


def backup(path: Path, *, before: str) -> Path:
    """A consistent copy of an SQLite file, also while it is in use; returns where it lies."""
    folder = path.parent / "backups"
    make_private_folder(folder)
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    target = folder / f"{path.stem}-{stamp}-before-{before}.sqlite3"
    with (
        contextlib.closing(sqlite3.connect(path)) as source,
        contextlib.closing(sqlite3.connect(target)) as copy,
    ):
        source.backup(copy)
    target.chmod(0o600)
    return target
