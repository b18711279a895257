"""Rows prepared outside any transaction and taken over by one short statement a table.

A row is the JSON of its columns. SQLite has one connection: a transaction that inserted row by row
would keep every other query waiting.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any
from uuid import UUID, uuid4

from deliberation.store.engine import engine, read, sql, write
from deliberation.store.models import StagedRow

CHUNK = 250
_ENDLESS = 2**31 - 1

Columns = Mapping[str, str]
"""Names of columns with their types on PostgreSQL."""


async def stage(batch: UUID, target: str, act: str, rows: Iterable[Mapping[str, object]]) -> int:
    """Put rows aside for a table, in chunks; how many there were. `act` is insert or update."""
    waiting, position = iter(rows), 0
    while chunk := list(islice(waiting, CHUNK)):
        await stage_text(batch, target, act, text_of(enumerate(chunk, start=position)))
        position += len(chunk)
    return position


def text_of(rows: Iterable[tuple[int, Mapping[str, object]]]) -> str:
    """Rows with their positions as one JSON text for `stage_text`."""
    listed = [{"key": str(uuid4()), "position": at, "data": row} for at, row in rows]
    return json.dumps(listed, ensure_ascii=False)


async def stage_text(batch: UUID, target: str, act: str, rows: str) -> None:
    """Put rows aside by one statement: the database takes the text apart, not this process."""
    await write(
        sql(
            sqlite="INSERT INTO staged_row (id, batch_id, target, act, position, data)"
            " SELECT json_extract(value, '$.key'), ?, ?, ?, json_extract(value, '$.position'),"
            " json_extract(value, '$.data') FROM json_each(?)",
            postgres="INSERT INTO staged_row (id, batch_id, target, act, position, data)"
            " SELECT CAST(value ->> 'key' AS uuid), CAST(? AS uuid), CAST(? AS text),"
            " CAST(? AS text), CAST(value ->> 'position' AS int), value ->> 'data'"
            " FROM jsonb_array_elements(CAST(CAST(? AS text) AS jsonb))",
        ),
        [batch, target, act, rows],
    )


async def take_over(
    batch: UUID,
    table: str,
    columns: Columns,
    *,
    target: str = "",
    act: str = "insert",
    fixed: Mapping[str, object] | None = None,
    made: Mapping[str, str] | None = None,
    between: tuple[int, int] | None = None,
) -> int:
    """Insert the staged rows into their table by one statement, inside the caller's transaction.

    `target` is what the rows were staged for, where it is not the table they go to; `fixed` are
    columns that are alike in all rows, `made` those that an SQL expression makes;
    `between` takes only positions from the first up to, not with, the second.
    """
    alike, worked = fixed or {}, made or {}
    values = [
        _parameter(columns[name]) if name in alike else worked.get(name) or value(name, type_)
        for name, type_ in columns.items()
    ]
    given = [alike[name] for name in columns if name in alike]
    statement = (
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)}"  # noqa: S608
        " FROM staged_row s WHERE s.batch_id = ? AND s.target = ? AND s.act = ?"
        " AND s.position >= ? AND s.position < ?"
    )  # only our own names are put in
    return await _inserted(
        statement, [*given, batch, target or table, act, *(between or (0, _ENDLESS))]
    )


async def _inserted(statement: str, values: Sequence[object]) -> int:
    """How many rows an INSERT wrote; of asyncpg's answer "INSERT 0 3" Tortoise takes the 0."""
    if engine() == "sqlite":
        return await write(statement, values)
    counted = f"WITH done AS ({statement} RETURNING 1) SELECT COUNT(*) AS n FROM done"  # noqa: S608
    return int((await read(counted, *values))[0]["n"])


def _parameter(type_: str) -> str:
    return sql(sqlite="?", postgres=f"CAST(? AS {type_})")


async def take_changes(batch: UUID, table: str, columns: Columns) -> int:
    """Update rows by the `id` in the staged ones; every staged row has all of the columns."""
    kept = {name: type_ for name, type_ in columns.items() if name != "id"}
    settings = ", ".join(f"{name} = {value(name, type_)}" for name, type_ in kept.items())
    return await write(
        f"UPDATE {table} SET {settings} FROM staged_row s"  # noqa: S608  our own names
        " WHERE s.batch_id = ? AND s.target = ? AND s.act = 'update'"
        f" AND {table}.id = {value('id', 'uuid')}",
        [batch, table],
    )


def value(name: str, type_: str) -> str:
    """The SQL expression of a column of a staged row."""
    return sql(
        sqlite=f"json_extract(s.data, '$.{name}')",
        postgres=f"CAST(CAST(s.data AS jsonb) ->> '{name}' AS {type_})",
    )


async def discard(batch: UUID) -> None:
    """Forget a batch, in chunks."""
    while await read(
        "DELETE FROM staged_row WHERE id IN"
        " (SELECT id FROM staged_row WHERE batch_id = ? LIMIT 2000) RETURNING id",
        batch,
    ):
        continue


async def staged(batch: UUID, target: str) -> list[dict[str, Any]]:
    """The rows put aside for a target, in order."""
    rows = await StagedRow.filter(batch_id=batch, target=target).order_by("position")
    return [json.loads(row.data) for row in rows]


async def leave_out(batch: UUID, rows: Sequence[int]) -> None:
    """Drop the staged rows of these rows of the file: at that position, or as `row` says."""
    marks = ", ".join("?" for _ in rows)
    row = value("row", "int")
    await write(
        "DELETE FROM staged_row WHERE id IN (SELECT s.id FROM staged_row s"  # noqa: S608
        f" WHERE s.batch_id = ? AND COALESCE({row}, s.position) IN ({marks}))",
        [batch, *rows],
    )  # only question marks are put in
