"""Everything a database holds, to tell that a refusal changed nothing."""

from deliberation import store

_TABLES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    "postgres": "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'",
}


async def contents() -> dict[str, list[str]]:
    """The rows of every table, in an order of their own; streams show their seq by it."""
    names = [str(row["name"]) for row in await store.read(_TABLES[store.engine()])]
    return {name: await _rows(name) for name in sorted(names)}


async def _rows(table: str) -> list[str]:
    rows = await store.read(f'SELECT * FROM "{table}"')  # noqa: S608  a name of the database's own
    return sorted(map(repr, rows))


def differing(before: dict[str, list[str]], after: dict[str, list[str]]) -> list[str]:
    """Names of the tables that are not as they were."""
    return [name for name, rows in before.items() if after[name] != rows]
