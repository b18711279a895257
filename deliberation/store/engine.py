"""One connection setting for two engines: SQLite (a file, one process) and PostgreSQL."""

import json
import os
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qsl, unquote, urlsplit
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import asyncpg
from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.connection import get_connection
from tortoise.context import TortoiseContext
from tortoise.exceptions import DBConnectionError, TransactionManagementError

PATIENCE = {"timeout": 10.0, "command_timeout": 30.0}
"""Seconds for a connection and for a statement while serving: a database that hangs is down."""
WORKER = uuid4().hex
"""This process's name among those that share a database."""

Engine = Literal["sqlite", "postgres"]

FEATURES_WITH_TABLES = (
    "store",
    "journal",
    "people",
    "rulesets",
    "notices",
    "attachments",
    "gatherings",
    "meetings",
    "demands",
    "matters",
    "claims",
    "suggestions",
    "agendas",
    "ballots",
    "minutes",
    "reports",
    "reminders",
)
MIGRATIONS = "migrations"
SQLITE_PRAGMAS = {
    "journal_mode": "WAL",
    "synchronous": "FULL",
    "busy_timeout": 10_000,
    "foreign_keys": "ON",
    "cache_size": -65_536,  # 64 MB: a burst of votes touches pages all over the table
    "wal_autocheckpoint": 4_000,  # pages; copying back waits until a burst is over
    "journal_size_limit": 32 * 1024 * 1024,
    "secure_delete": "ON",  # what is deleted is overwritten: secret votes, erased private text
}

_context: TortoiseContext | None = None
_engine: Engine = "sqlite"
_url = ""


def configuration(url: str, **patience: float) -> dict[str, Any]:
    """Tortoise's configuration for a database address; `patience` is for PostgreSQL's driver."""
    return {
        "connections": {"default": _connection(url, patience)},
        "apps": {
            "models": {
                "models": [f"deliberation.{name}.models" for name in FEATURES_WITH_TABLES],
                "default_connection": "default",
                "migrations": MIGRATIONS,
            }
        },
    }


def _connection(url: str, patience: Mapping[str, float]) -> dict[str, Any]:
    if url.startswith("sqlite://"):
        path = url.removeprefix("sqlite://")
        return {
            "engine": "tortoise.backends.sqlite",
            "credentials": {"file_path": path, **SQLITE_PRAGMAS},
        }
    return {
        "engine": "tortoise.backends.asyncpg",
        "credentials": {**address(url), "min_size": 1, "max_size": 10, **patience},
    }


def address(url: str = "") -> dict[str, Any]:
    """Where a PostgreSQL database is, as its driver takes it; the open store's by default. For a
    connection beside the pool."""
    parts = urlsplit(url or _url)
    options = dict(parse_qsl(parts.query))
    return {
        "host": options.get("host", parts.hostname),
        "port": parts.port or int(options.get("port", "5432")),
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or "") or None,
        "database": parts.path.removeprefix("/"),
    }


CONFIG = configuration(
    os.environ.get("DELIBERATION_DATABASE_URL") or "sqlite://var/deliberation.sqlite3"
)
"""For Tortoise's own command line, when a migration is made."""


async def open_store(url: str) -> None:
    """Open the database; every task of this process then finds it.

    The migrated schema is expected: see `migrate`.
    """
    global _context, _engine, _url
    if _context is not None:
        raise RuntimeError("the store is open already")
    _engine = "sqlite" if url.startswith("sqlite://") else "postgres"
    if _engine == "sqlite":
        make_private_folder(Path(url.removeprefix("sqlite://")).parent)
    context = TortoiseContext()
    with context:
        await context.init(configuration(url, **PATIENCE), _enable_global_fallback=True)
    _context, _url = context, url


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
    """Statements are written with `?`, and `AMONG ?` for a list; PostgreSQL numbers them."""
    if _engine == "sqlite":
        return statement.replace(" AMONG ?", " IN (SELECT value FROM json_each(?))")
    statement = statement.replace(" AMONG ?", " = ANY(?)")
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
    rows: list[dict[str, Any]] = await connection.execute_query_dict(
        _numbered(statement), [_parameter(v) for v in values]
    )
    return rows


async def write(statement: str, values: Sequence[object] = ()) -> int:
    """Run a statement; how many rows it changed."""
    connection = get_connection("default")
    changed, _rows = await connection.execute_query(
        _numbered(statement), [_parameter(v) for v in values]
    )
    return int(changed)


def listed(values: Iterable[str | int | UUID]) -> object:
    """A list as one parameter, however long; for `AMONG ?`."""
    if _engine != "sqlite":
        return list(values)
    return json.dumps([str(v) if isinstance(v, UUID) else v for v in values])


def identity(value: object) -> UUID | None:
    """An id as a raw row has it: text on SQLite, a UUID on PostgreSQL."""
    if value is None or isinstance(value, UUID):
        return value
    return UUID(str(value))


def identities(rows: Iterable[dict[str, Any]]) -> set[UUID]:
    """Of the column `id` of raw rows."""
    return {found for row in rows if (found := identity(row["id"])) is not None}


def instant(value: object) -> datetime:
    """An instant as a raw row has it: text on SQLite, aware on PostgreSQL."""
    if isinstance(value, datetime):
        return value
    return datetime.fromisoformat(str(value))


def plain_day(value: object) -> date:
    """A date as a raw row has it: text on SQLite, a date on PostgreSQL."""
    return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])


def local_day(value: object, zone: ZoneInfo) -> date | None:
    """The day there of an instant as a raw row has it; None for none."""
    return None if value is None else instant(value).astimezone(zone).date()


_UNREACHABLE = (
    DBConnectionError,
    TransactionManagementError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.LockNotAvailableError,
    asyncpg.TransactionRollbackError,
    asyncpg.InterfaceError,
    OSError,
)
_SQLITE_TROUBLE = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
    }
)


def is_failure(error: BaseException) -> bool:
    """Whether the database is down, full or too busy: nothing is wrong with what was asked, and it
    may be asked again. Tortoise wraps the driver's error, among them those of what was asked."""
    wrapped = (error, error.__cause__, error.__context__)
    return any(isinstance(e, _UNREACHABLE) or _is_sqlite_trouble(e) for e in wrapped)


def _is_sqlite_trouble(error: BaseException | None) -> bool:
    """By its primary result code; a statement that is wrong is an OperationalError too."""
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in _SQLITE_TROUBLE
