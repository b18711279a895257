"""Migrations lead to the schema that the models describe, keep what is there, and copy it first."""

import contextlib
import sqlite3
import stat
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from tortoise.context import get_current_context

from deliberation import store as the_store
from deliberation.clock import FixedClock
from tests.flows.contents import contents
from tests.flows.hall import furnished
from tests.support.databases import Cluster

pytestmark = pytest.mark.anyio

Facts = dict[str, set[str]]

POSTGRES = {
    "columns": "SELECT table_name AS t, column_name || ' ' || data_type || ' ' || is_nullable AS f"
    " FROM information_schema.columns WHERE table_schema = 'public'",
    "constraints": "SELECT conrelid::regclass::text AS t, pg_get_constraintdef(oid) AS f"
    " FROM pg_constraint WHERE connamespace = 'public'::regnamespace",
    "indexes": "SELECT tablename AS t, regexp_replace(indexdef, 'INDEX .* ON', 'INDEX ON') AS f"
    " FROM pg_indexes WHERE schemaname = 'public'",
}
KEPT_BY_TORTOISE = "tortoise_migrations"


async def _postgres_facts() -> Facts:
    found: Facts = {}
    for query in POSTGRES.values():
        for row in await the_store.read(query):
            found.setdefault(str(row["t"]).strip('"'), set()).add(str(row["f"]))
    return found


async def _sqlite_facts() -> Facts:
    query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    names = [str(row["name"]) for row in await the_store.read(query)]
    found: Facts = {}
    for name in names:
        found[name] = {fact async for fact in _facts_of(name)}
    return found


async def _facts_of(table: str) -> AsyncIterator[str]:
    for row in await the_store.read(f"PRAGMA table_info('{table}')"):
        yield f"column {row['name']} {row['type']} {row['notnull']} {row['pk']}"
    for row in await the_store.read(f"PRAGMA foreign_key_list('{table}')"):
        yield f"refers {row['from']} {row['table']} {row['to']} {row['on_delete']}"
    for index in await the_store.read(f"PRAGMA index_list('{table}')"):
        columns = await the_store.read(f"PRAGMA index_info('{index['name']}')")
        yield f"index {index['unique']} {[column['name'] for column in columns]}"


async def schema() -> Facts:
    """Columns, constraints and indexes by table; names of indexes do not matter."""
    read = _postgres_facts if the_store.engine() == "postgres" else _sqlite_facts
    found = await read()
    found.pop(KEPT_BY_TORTOISE, None)
    return found


@pytest.fixture(params=["sqlite", "postgres"])
def empty_urls(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Two databases with nothing in them, on either engine."""
    if request.param == "sqlite":
        yield f"sqlite://{tmp_path / 'one.sqlite3'}", f"sqlite://{tmp_path / 'two.sqlite3'}"
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    one, two = f"one_{uuid4().hex}", f"two_{uuid4().hex}"
    yield cluster.create(one), cluster.create(two)
    cluster.drop(one)
    cluster.drop(two)


async def _schema_after(url: str, *, described_by_models: bool) -> Facts:
    if not described_by_models:
        assert await the_store.migrate(url)
    await the_store.open_store(url)
    try:
        if described_by_models:
            context = get_current_context()
            assert context is not None
            await context.generate_schemas(safe=False)
        return await schema()
    finally:
        await the_store.close_store()


async def test_all_migrations_together_make_the_schema_of_the_models(
    empty_urls: tuple[str, str],
) -> None:
    migrated = await _schema_after(empty_urls[0], described_by_models=False)
    described = await _schema_after(empty_urls[1], described_by_models=True)
    assert "vote" in described
    assert migrated.keys() == described.keys()
    for table, facts in described.items():
        assert migrated[table] == facts, table


async def test_a_populated_database_keeps_every_row(store: str, clock: FixedClock) -> None:
    await furnished(clock, households=3)
    before, shape = await contents(), await schema()
    assert await the_store.pending(store) == []
    assert await the_store.migrate(store) == []
    assert await contents() == before
    assert await schema() == shape


async def test_a_file_with_data_is_copied_before_it_is_changed(tmp_path: Path) -> None:
    path = tmp_path / "deliberation.sqlite3"
    with contextlib.closing(sqlite3.connect(path)) as older:
        older.execute("CREATE TABLE of_an_older_version (words TEXT)")
        older.execute("INSERT INTO of_an_older_version VALUES ('演示')")
        older.commit()
    (first, *_others) = await the_store.migrate(f"sqlite://{path}")
    (copy,) = (tmp_path / "backups").iterdir()
    assert copy.name.endswith(f"-before-{first}.sqlite3")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    for file, tables in ((copy, 1), (path, None)):
        with contextlib.closing(sqlite3.connect(file)) as found:
            assert found.execute("SELECT * FROM of_an_older_version").fetchall() == [("演示",)]
            names = found.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            assert tables is None or len(names) == tables


async def test_nothing_is_copied_when_nothing_changes(sqlite_url: str, tmp_path: Path) -> None:
    assert await the_store.migrate(sqlite_url) == []
    assert not (tmp_path / "backups").exists()


async def test_a_backup_has_what_is_still_in_the_log(
    sqlite_store: str, clock: FixedClock, tmp_path: Path
) -> None:
    await furnished(clock, households=2)
    before = await contents()
    copy = the_store.backup(Path(sqlite_store.removeprefix("sqlite://")), before="a_test")
    await the_store.close_store()
    await the_store.open_store(f"sqlite://{copy}")
    assert await contents() == before
