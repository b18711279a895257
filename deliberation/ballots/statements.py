"""The statements that cast a group of votes: to write it, to change what may be changed, to count
it, and to explain what wrote nothing.

Groups go in as JSON. They are sorted by ballot and voter, because unsorted groups of two workers
deadlock; on PostgreSQL the ballot's row is share-locked, so that no vote slips in behind a close.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
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

_CLASS = (
    "CASE WHEN {channel} IN ('paper', 'tel') THEN 'paper' WHEN {channel} = 'proxy' THEN 'proxy'"
    " ELSE 'online' END"
)
"""Channels of one kind: a vote is changed on its own, and gives way to one that has precedence."""

_OR_CHANGE_BY_CLASS = (
    " ON CONFLICT (ballot_id, voter_id) DO UPDATE SET choice = excluded.choice,"
    " person_id = excluded.person_id, channel = excluded.channel, cast_at = excluded.cast_at"
    " WHERE (SELECT CASE WHEN {before} = {now}"
    " THEN b.may_change AND vote.choice <> excluded.choice"
    " ELSE {before} <> 'proxy' AND b.precedence = {now} END"
    " FROM ballot b WHERE b.id = vote.ballot_id)"
    " RETURNING ballot_id, voter_id, receipt, id"
)
_OR_CHANGE = _OR_CHANGE_BY_CLASS.format(
    before=_CLASS.format(channel="vote.channel"), now=_CLASS.format(channel="excluded.channel")
)

HOLDS = (
    "CASE WHEN {channel} IN ('paper', 'tel') THEN true WHEN {channel} = 'proxy' THEN EXISTS"
    " (SELECT 1 FROM proxy p WHERE p.meeting_id = b.meeting_id AND p.voter_id = e.voter_id"
    " AND p.holder_id = {person} AND p.state = 'given'"
    " AND (p.item_id IS NULL OR p.item_id = b.item_id)"
    " AND (p.instruction = '' OR p.instruction = {choice}){lock})"
    " ELSE e.person_id IS NULL OR e.person_id = {person} END"
)
"""Whether a person casts for a voter: papers were entered by two, a mandate was given, or the vote
is theirs. On PostgreSQL the mandate is locked (`LOCKED`), so that none is used that is taken back
in the same moment."""

LOCKED = " FOR SHARE"

TAKES = (
    "b.state = 'open' AND NOT b.is_by_hands AND (b.closes_at IS NULL OR b.closes_at > {at})"
    " AND (b.silent_id IS NULL OR b.silent_id <> {person})"
)
"""Whether a ballot takes a vote of a person at an instant."""

_CAST_GATED_ON_SQLITE = (
    "INSERT INTO vote (id, ballot_id, voter_id, person_id, choice, channel, receipt, cast_at)"
    " SELECT json_extract(j.value, '$[0]'), b.id, e.voter_id,"
    " COALESCE(e.person_id, json_extract(j.value, '$[3]')), json_extract(j.value, '$[4]'),"
    " json_extract(j.value, '$[5]'), json_extract(j.value, '$[6]'), json_extract(j.value, '$[7]')"
    " FROM json_each(?) j JOIN ballot b ON b.id = json_extract(j.value, '$[1]')"
    " AND NOT b.is_secret AND {takes} JOIN elector e ON e.electorate_id = b.electorate_id"
    " AND e.voter_id = json_extract(j.value, '$[2]') WHERE {holds}"
)
_CAST_ON_SQLITE = _CAST_GATED_ON_SQLITE.format(
    takes=TAKES.format(at="json_extract(j.value, '$[7]')", person="json_extract(j.value, '$[3]')"),
    holds=HOLDS.format(
        channel="json_extract(j.value, '$[5]')",
        person="json_extract(j.value, '$[3]')",
        choice="json_extract(j.value, '$[4]')",
        lock="",
    ),
)

_CAST_GATED_ON_POSTGRES = (
    "WITH cast_now AS (SELECT (j->>0)::bigint AS id, (j->>1)::uuid AS ballot,"
    " (j->>2)::uuid AS voter, (j->>3)::uuid AS person, j->>4 AS choice, j->>5 AS channel,"
    " j->>6 AS receipt, (j->>7)::timestamptz AS at FROM jsonb_array_elements(?::text::jsonb) AS j),"
    " taking AS MATERIALIZED (SELECT id, meeting_id, item_id, electorate_id, state, closes_at,"
    " silent_id, is_by_hands FROM ballot WHERE id IN (SELECT ballot FROM cast_now)"
    " AND state = 'open'"
    " AND NOT is_secret ORDER BY id FOR SHARE)"
    " INSERT INTO vote (id, ballot_id, voter_id, person_id, choice, channel, receipt, cast_at)"
    " SELECT j.id, b.id, j.voter, j.person, j.choice, j.channel, j.receipt, j.at FROM cast_now j"
    " JOIN taking b ON b.id = j.ballot AND {takes} JOIN elector e"
    " ON e.electorate_id = b.electorate_id AND e.voter_id = j.voter WHERE {holds}"
    " ORDER BY j.ballot, j.voter"
)
_CAST_ON_POSTGRES = _CAST_GATED_ON_POSTGRES.format(
    takes=TAKES.format(at="j.at", person="j.person"),
    holds=HOLDS.format(channel="j.channel", person="j.person", choice="j.choice", lock=LOCKED),
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
    "SELECT b.id AS ballot_id, j.voter AS voter_id, b.state, b.may_change, b.precedence,"
    " b.closes_at, b.silent_id, i.position, e.id AS elector, e.person_id, v.choice, v.receipt,"
    " b.is_by_hands, v.channel, v.cast_at FROM ({asked}) j"
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


def as_json(rows: Sequence[object]) -> str:
    """Rows as the statements take them: one parameter, however many."""
    return msgspec.json.encode(rows).decode()


def instant_text(at: datetime) -> str:
    """As both engines read it, and as Tortoise writes it."""
    return at.astimezone(UTC).isoformat(" ")


async def insert(rows: Sequence[VoteRow]) -> set[int]:
    """Cast votes, sorted, for voters who have none yet; the ids of those that were written.

    Nearly all are, so on SQLite it only counts them, and looks which ones when some are missing.
    """
    if store.engine() == "postgres":
        told = await store.read(_CAST_ON_POSTGRES + _IF_NEW + " RETURNING id", as_json(rows))
        return {row["id"] for row in told}
    ids = {row[0] for row in rows}
    if await store.write(_CAST_ON_SQLITE + _IF_NEW, [as_json(rows)]) == len(rows):
        return ids
    told = await store.read("SELECT id FROM vote WHERE id AMONG ?", store.listed(ids))
    return {row["id"] for row in told}


async def change(rows: Sequence[VoteRow]) -> list[Row]:
    """The same for voters who have one: changed where the rule allows it and the choice is another.
    A row that comes back with its own id was written anew."""
    if not rows:
        return []
    statement = store.sql(sqlite=_CAST_ON_SQLITE, postgres=_CAST_ON_POSTGRES) + _OR_CHANGE
    return await store.read(statement, as_json(rows))


async def add_turnout(new: Iterable[Key]) -> None:
    """This worker's share of the turnout grows by the votes that are new."""
    counts = Counter(key >> 128 for key in new)
    rows = [(uuid4(), UUID(int=n), store.WORKER, more) for n, more in sorted(counts.items())]
    if rows:
        await store.read(
            store.sql(sqlite=_COUNT_ON_SQLITE, postgres=_COUNT_ON_POSTGRES), as_json(rows)
        )


async def explain(cast: Sequence[tuple[UUID, UUID]]) -> dict[Key, Row]:
    """What stands in the way of votes that were not written, by ballot and voter; nothing for an
    unknown ballot."""
    if not cast:
        return {}
    statement = store.sql(sqlite=_EXPLAIN_ON_SQLITE, postgres=_EXPLAIN_ON_POSTGRES)
    return {key_of(row): row for row in await store.read(statement, as_json(cast))}


def key(ballot: UUID, voter: UUID) -> Key:
    return ballot.int << 128 | voter.int


def key_of(row: Row) -> Key:
    ballot, voter = store.identity(row["ballot_id"]), store.identity(row["voter_id"])
    assert ballot is not None  # noqa: S101  columns that are never null
    assert voter is not None  # noqa: S101
    return key(ballot, voter)
