"""The statements that cast a group of votes: to write it, to change what may be changed, to count
it, and to explain what wrote nothing.

Groups go in as JSON. They are sorted by ballot and voter, because unsorted groups of two workers
deadlock; on PostgreSQL the ballot's row is share-locked, so that no vote slips in behind a close.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID, uuid4

import msgspec

from deliberation import store

Key = int
"""A ballot and a voter in it: both ids as one number, which sorts by ballot, then voter."""

Row = dict[str, Any]

VoteRow = tuple[int, UUID, UUID, UUID, str, str, str, str]
"""id, ballot, voter, person, choice, channel, receipt, instant"""

_IF_NEW = " ON CONFLICT (ballot_id, voter_id) DO NOTHING"

_OR_CHANGE = (
    " ON CONFLICT (ballot_id, voter_id) DO UPDATE SET choice = excluded.choice,"
    " person_id = excluded.person_id, channel = excluded.channel, cast_at = excluded.cast_at"
    " WHERE vote.choice <> excluded.choice"
    " AND (SELECT b.may_change FROM ballot b WHERE b.id = vote.ballot_id)"
    " RETURNING ballot_id, voter_id, receipt, id"
)

_CAST_ON_SQLITE = (
    "INSERT INTO vote (id, ballot_id, voter_id, person_id, choice, channel, receipt, cast_at)"
    " SELECT json_extract(j.value, '$[0]'), b.id, e.voter_id,"
    " COALESCE(e.person_id, json_extract(j.value, '$[3]')), json_extract(j.value, '$[4]'),"
    " json_extract(j.value, '$[5]'), json_extract(j.value, '$[6]'), json_extract(j.value, '$[7]')"
    " FROM json_each(?) j JOIN ballot b ON b.id = json_extract(j.value, '$[1]')"
    " AND b.state = 'open' JOIN elector e ON e.electorate_id = b.electorate_id"
    " AND e.voter_id = json_extract(j.value, '$[2]')"
    " AND (e.person_id IS NULL OR e.person_id = json_extract(j.value, '$[3]'))"
    " WHERE true"  # or SQLite takes the ON of the conflict for one of the join
)

_CAST_ON_POSTGRES = (
    "WITH cast_now AS (SELECT (j->>0)::bigint AS id, (j->>1)::uuid AS ballot,"
    " (j->>2)::uuid AS voter, (j->>3)::uuid AS person, j->>4 AS choice, j->>5 AS channel,"
    " j->>6 AS receipt, (j->>7)::timestamptz AS at FROM jsonb_array_elements(?::text::jsonb) AS j),"
    " taking AS MATERIALIZED (SELECT id, electorate_id FROM ballot"
    " WHERE id IN (SELECT ballot FROM cast_now) AND state = 'open' ORDER BY id FOR SHARE)"
    " INSERT INTO vote (id, ballot_id, voter_id, person_id, choice, channel, receipt, cast_at)"
    " SELECT j.id, b.id, j.voter, j.person, j.choice, j.channel, j.receipt, j.at FROM cast_now j"
    " JOIN taking b ON b.id = j.ballot"
    " JOIN elector e ON e.electorate_id = b.electorate_id AND e.voter_id = j.voter"
    " AND (e.person_id IS NULL OR e.person_id = j.person) ORDER BY j.ballot, j.voter"
)

_COUNT = (
    "INSERT INTO turnout (id, ballot_id, worker, n) {values}"
    " ON CONFLICT (ballot_id, worker) DO UPDATE SET n = turnout.n + excluded.n RETURNING n"
)
_COUNT_ON_SQLITE = _COUNT.format(
    values="SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'),"
    " json_extract(value, '$[2]'), json_extract(value, '$[3]') FROM json_each(?) WHERE true"
)
_COUNT_ON_POSTGRES = _COUNT.format(
    values="SELECT (j->>0)::uuid, (j->>1)::uuid, j->>2, (j->>3)::int"
    " FROM jsonb_array_elements(?::text::jsonb) AS j ORDER BY j->>1"
)

_EXPLAIN = (
    "SELECT b.id AS ballot_id, j.voter AS voter_id, b.state, b.may_change, i.position,"
    " e.id AS elector, e.person_id, v.choice, v.receipt, v.cast_at FROM ({asked}) j"
    " JOIN ballot b ON b.id = j.ballot LEFT JOIN agenda_item i ON i.id = b.item_id"
    " LEFT JOIN elector e ON e.electorate_id = b.electorate_id AND e.voter_id = j.voter"
    " LEFT JOIN vote v ON v.ballot_id = b.id AND v.voter_id = j.voter"
)
_EXPLAIN_ON_SQLITE = _EXPLAIN.format(
    asked="SELECT json_extract(value, '$[0]') AS ballot, json_extract(value, '$[1]') AS voter"
    " FROM json_each(?)"
)
_EXPLAIN_ON_POSTGRES = _EXPLAIN.format(
    asked="SELECT (j->>0)::uuid AS ballot, (j->>1)::uuid AS voter"
    " FROM jsonb_array_elements(?::text::jsonb) AS j"
)


def _json(rows: Sequence[object]) -> str:
    return msgspec.json.encode(rows).decode()


async def insert(rows: Sequence[VoteRow]) -> set[int]:
    """Cast votes, sorted, for voters who have none yet; the ids of those that were written.

    Nearly all are, so on SQLite it only counts them, and looks which ones when some are missing.
    """
    if store.engine() == "postgres":
        told = await store.read(_CAST_ON_POSTGRES + _IF_NEW + " RETURNING id", _json(rows))
        return {row["id"] for row in told}
    ids = {row[0] for row in rows}
    if await store.write(_CAST_ON_SQLITE + _IF_NEW, [_json(rows)]) == len(rows):
        return ids
    told = await store.read("SELECT id FROM vote WHERE id AMONG ?", store.listed(ids))
    return {row["id"] for row in told}


async def change(rows: Sequence[VoteRow]) -> list[Row]:
    """The same for voters who have one: changed where the rule allows it and the choice is another.
    A row that comes back with its own id was written anew."""
    if not rows:
        return []
    statement = store.sql(sqlite=_CAST_ON_SQLITE, postgres=_CAST_ON_POSTGRES) + _OR_CHANGE
    return await store.read(statement, _json(rows))


async def add_turnout(new: Iterable[Key]) -> None:
    """This worker's share of the turnout grows by the votes that are new."""
    counts = Counter(key >> 128 for key in new)
    rows = [(uuid4(), UUID(int=n), store.WORKER, more) for n, more in sorted(counts.items())]
    if rows:
        await store.read(
            store.sql(sqlite=_COUNT_ON_SQLITE, postgres=_COUNT_ON_POSTGRES), _json(rows)
        )


async def explain(cast: Sequence[tuple[UUID, UUID]]) -> dict[Key, Row]:
    """What stands in the way of votes that were not written, by ballot and voter; nothing for an
    unknown ballot."""
    if not cast:
        return {}
    statement = store.sql(sqlite=_EXPLAIN_ON_SQLITE, postgres=_EXPLAIN_ON_POSTGRES)
    return {key_of(row): row for row in await store.read(statement, _json(cast))}


def key(ballot: UUID, voter: UUID) -> Key:
    return ballot.int << 128 | voter.int


def key_of(row: Row) -> Key:
    ballot, voter = store.identity(row["ballot_id"]), store.identity(row["voter_id"])
    assert ballot is not None  # noqa: S101  columns that are never null
    assert voter is not None  # noqa: S101
    return key(ballot, voter)
