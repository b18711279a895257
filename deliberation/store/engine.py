"""One connection setting for two engines: SQLite (a file, one process) and PostgreSQL."""

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qsl, unquote, urlsplit
from uuid import UUID

from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.connection import get_connection
from tortoise.context import TortoiseContext

Engine = Literal["sqlite", "postgres"]

FEATURES_WITH_TABLES = (
    "store",
    "journal",
    "people",
    "rulesets",
    "notices",
    "meetings",
    "demands",
    "matters",
    "agendas",
    "ballots",
    "minutes",
)
MIGRATIONS = "migrations"
SQLITE_PRAGMAS = {
    "journal_mode": "WAL",
    "synchronous": "FULL",
    "busy_timeout": 10_000,
    "foreign_keys": "ON",
}

_context: TortoiseContext | None = None
_engine: Engine = "sqlite"


def configuration(url: str) -> dict[str, Any]:
    """Tortoise's configuration for a database address."""
    return {
        "connections": {"default": _connection(url)},
        "apps": {
            "models": {
                "models": [f"deliberation.{name}.models" for name in FEATURES_WITH_TABLES],
                "default_connection": "default",
                "migrations": MIGRATIONS,
            }
        },
    }


def _connection(url: str) -> dict[str, Any]:
    if url.startswith("sqlite://"):
        path = url.removeprefix("sqlite://")
        return {
            "engine": "tortoise.backends.sqlite",
            "credentials": {"file_path": path, **SQLITE_PRAGMAS},
        }
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    return {
        "engine": "tortoise.backends.asyncpg",
        "credentials": {
            "host": options.get("host", parts.hostname),
            "port": parts.port or int(options.get("port", "5432")),
            "user": unquote(parts.username or ""),
            "password": unquote(parts.password or "") or None,
            "database": parts.path.removeprefix("/"),
            "min_size": 1,
            "max_size": 10,
        },
    }


CONFIG = configuration(
    os.environ.get("DELIBERATION_DATABASE_URL") or "sqlite://var/deliberation.sqlite3"
)
"""For Tortoise's own command line, when a migration is made."""


async def open_store(url: str) -> None:
    """Open the database; every task of this process then finds it.

    The migrated schema is expected: see `migrate`.
    """
    global _context, _engine
    if _context is not None:
        raise RuntimeError("the store is open already")
    _engine = "sqlite" if url.startswith("sqlite://") else "postgres"
    if _engine == "sqlite":
        make_private_folder(Path(url.removeprefix("sqlite://")).parent)
    context = TortoiseContext()
    with context:
        await context.init(configuration(url), _enable_global_fallback=True)
    _context = context


async def close_store() -> None:
    """Close every connection of this process."""
    global _context
    if _context is None:
        return
    await _context.close_connections()
    EXECUTOR_CACHE.clear()  # statements are kept by connection name, in one engine's dialect
    _context = None


def is_open() -> bool:
    return _context is not None


def engine() -> Engine:
    """Which engine the open store runs on."""
    return _engine


def make_private_folder(folder: Path) -> None:
    """The data folder: names and phones lie in it, so nobody else may look."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def sql(*, sqlite: str, postgres: str) -> str:
    """The statement in the dialect of the open store."""
    return sqlite if _engine == "sqlite" else postgres


def _numbered(statement: str) -> str:
    """Statements are written with `?`; PostgreSQL counts its parameters."""
    if _engine == "sqlite":
        return statement
    parts = statement.split("?")
    return parts[0] + "".join(f"${n}{part}" for n, part in enumerate(parts[1:], start=1))


def _parameter(value: object) -> object:
    if _engine != "sqlite":
        return value
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(" ")  # as Tortoise writes them
    return value


async def read(statement: str, *values: object) -> list[dict[str, Any]]:
    """Rows of a statement (also of one that writes and says RETURNING)."""
    connection = get_connection("default")
    rows = await connection.execute_query_dict(
        _numbered(statement), [_parameter(v) for v in values]
    )
    return [dict(row) for row in rows]


async def write(statement: str, values: Sequence[object] = ()) -> int:
    """Run a statement; how many rows it changed."""
    connection = get_connection("default")
    changed, _rows = await connection.execute_query(
        _numbered(statement), [_parameter(v) for v in values]
    )
    return int(changed)


def identity(value: object) -> UUID | None:
    """An id as a raw row has it: text on SQLite, a UUID on PostgreSQL."""
    if value is None or isinstance(value, UUID):
        return value
    return UUID(str(value))


def instant(value: object) -> datetime:
    """An instant as a raw row has it: text on SQLite, aware on PostgreSQL."""
    if isinstance(value, datetime):
        return value
    return datetime.fromisoformat(str(value))
