"""Casting: one vote per entitled voter, by the database's own constraint, in groups.

One statement inserts what is new and changes what may be changed; what it does not return is a
repeat or refused. Groups are sorted by ballot and voter, because unsorted groups of two workers
deadlock; on PostgreSQL the ballot's row is share-locked, so that no vote slips in behind a close.
"""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from tortoise.exceptions import IntegrityError

from deliberation import journal, store
from deliberation.ballots.eligibility import BallotState, CastingFacts, choice_from, may_cast
from deliberation.ballots.published import RECEIPT_BYTES, receipt_code
from deliberation.errors import Code, Refusal
from deliberation.journal.chain import instant
from deliberation.people.roles import Actor, Permission

WORKER = uuid4().hex
"""This process's name among those that share a database: it counts its own votes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Casting:
    """A choice that somebody makes for a household."""

    ballot: UUID
    voter: UUID
    person: UUID
    choice: str
    channel: str
    at: datetime


class Effect(StrEnum):
    COUNTED = "counted"
    CHANGED = "changed"
    REPEATED = "repeated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """A vote that stands, durably. A repeat has the same receipt as the first time."""

    ballot: UUID
    choice: str
    receipt: str
    effect: Effect
    at: datetime


Answer = Cast | Refusal

_ON_CONFLICT = (
    " ON CONFLICT (ballot_id, voter_id) DO UPDATE SET choice = excluded.choice,"
    " person_id = excluded.person_id, channel = excluded.channel, cast_at = excluded.cast_at"
    " WHERE vote.choice <> excluded.choice"
    " AND (SELECT b.may_change FROM ballot b WHERE b.id = vote.ballot_id)"
    " RETURNING ballot_id, voter_id, choice, receipt, id"
)

_SQLITE = (
    "WITH cast_now AS (SELECT json_extract(value, '$.id') AS id,"
    " json_extract(value, '$.ballot') AS ballot, json_extract(value, '$.voter') AS voter,"
    " json_extract(value, '$.person') AS person, json_extract(value, '$.choice') AS choice,"
    " json_extract(value, '$.channel') AS channel, json_extract(value, '$.receipt') AS receipt,"
    " json_extract(value, '$.at') AS at FROM json_each(?))"
    " INSERT INTO vote (id, ballot_id, voter_id, person_id, choice, channel, receipt, cast_at)"
    " SELECT j.id, b.id, j.voter, j.person, j.choice, j.channel, j.receipt, j.at FROM cast_now j"
    " JOIN ballot b ON b.id = j.ballot AND b.state = 'open'"
    " JOIN elector e ON e.electorate_id = b.electorate_id AND e.voter_id = j.voter"
    " AND (e.person_id IS NULL OR e.person_id = j.person) WHERE true"
)

_POSTGRES = (
    "WITH cast_now AS (SELECT * FROM jsonb_to_recordset(?::text::jsonb) AS j(id bigint,"
    " ballot uuid, voter uuid, person uuid, choice text, channel text, receipt text,"
    " at timestamptz)), taking AS MATERIALIZED (SELECT id, electorate_id FROM ballot"
    " WHERE id IN (SELECT ballot FROM cast_now) AND state = 'open' ORDER BY id FOR SHARE)"
    " INSERT INTO vote (id, ballot_id, voter_id, person_id, choice, channel, receipt, cast_at)"
    " SELECT j.id, b.id, j.voter, j.person, j.choice, j.channel, j.receipt, j.at FROM cast_now j"
    " JOIN taking b ON b.id = j.ballot"
    " JOIN elector e ON e.electorate_id = b.electorate_id AND e.voter_id = j.voter"
    " AND (e.person_id IS NULL OR e.person_id = j.person) ORDER BY j.ballot, j.voter"
)


@journal.shielded
async def cast(castings: Sequence[Casting]) -> list[Answer]:
    """Cast a group in one transaction; the answers stand in the order of the castings.

    Every answer is given after the commit. A second casting for the same voter in the group
    replaces the first. Refusals: BALLOT_CHOICE_UNKNOWN, BALLOT_NOT_OPEN, BALLOT_NOT_ENTITLED,
    BALLOT_NOT_YOURS, BALLOT_VOTE_FINAL.
    """
    known = {c.choice: _choice_refusal(c.choice) for c in castings}
    sound = {(c.ballot, c.voter): c for c in castings if known[c.choice] is None}
    answers = await _commit([sound[key] for key in sorted(sound)]) if sound else {}
    return [known[c.choice] or answers[c.ballot, c.voter] for c in castings]


async def cast_own(actor: Actor, ballot: UUID, choice: str, *, channel: str, at: datetime) -> Cast:
    """Cast the actor's household's vote, and answer after the commit.

    Raises NOT_PERMITTED, and what `cast` refuses.
    """
    actor.require(Permission.VOTE)
    if actor.household is None:
        raise Refusal(Code.NOT_PERMITTED)
    casting = Casting(
        ballot=ballot,
        voter=actor.household,
        person=actor.present_person(),
        choice=choice,
        channel=channel,
        at=at,
    )
    (answer,) = await cast([casting])
    if isinstance(answer, Refusal):
        raise answer
    return answer


def _choice_refusal(choice: str) -> Refusal | None:
    try:
        choice_from(choice)
    except Refusal as refusal:
        return refusal
    return None


_Key = tuple[UUID, UUID]


async def _commit(castings: Sequence[Casting]) -> dict[_Key, Answer]:
    """Tried again with other receipts in the rare case that one is taken in its ballot."""
    for _attempt in range(3):
        try:
            return await store.in_one_transaction(lambda: _write(castings))
        except IntegrityError:
            continue
    raise Refusal(Code.DATABASE_BUSY)


async def _write(castings: Sequence[Casting]) -> dict[_Key, Answer]:
    drawn = [_drawn(casting) for casting in castings]
    rows = await store.read(
        store.sql(sqlite=_SQLITE, postgres=_POSTGRES) + _ON_CONFLICT,
        json.dumps(drawn, separators=(",", ":")),
    )
    fresh = {d["id"] for d in drawn}
    written = {_key(row): row for row in rows}
    await _count_new([row for row in rows if int(row["id"]) in fresh])
    answers: dict[_Key, Answer] = {}
    for casting in castings:
        row = written.get((casting.ballot, casting.voter))
        if row is None:
            answers[casting.ballot, casting.voter] = await _unwritten(casting)
        else:
            effect = Effect.COUNTED if int(row["id"]) in fresh else Effect.CHANGED
            answers[casting.ballot, casting.voter] = _cast(casting, str(row["receipt"]), effect)
    return answers


def _drawn(casting: Casting) -> dict[str, Any]:
    """The row to be; the id is random, so that it keeps no order."""
    return {
        "id": secrets.randbits(63),
        "ballot": str(casting.ballot),
        "voter": str(casting.voter),
        "person": str(casting.person),
        "choice": casting.choice,
        "channel": casting.channel,
        "receipt": receipt_code(secrets.token_bytes(RECEIPT_BYTES)),
        "at": instant(casting.at),
    }


def _key(row: dict[str, Any]) -> _Key:
    ballot, voter = store.identity(row["ballot_id"]), store.identity(row["voter_id"])
    assert ballot is not None  # noqa: S101  columns that are never null
    assert voter is not None  # noqa: S101
    return ballot, voter


def _cast(casting: Casting, receipt: str, effect: Effect) -> Cast:
    return Cast(
        ballot=casting.ballot,
        choice=casting.choice,
        receipt=receipt,
        effect=effect,
        at=casting.at,
    )


async def _count_new(rows: Sequence[dict[str, Any]]) -> None:
    """This worker's share of the turnout grows by the votes that are new."""
    counts: dict[UUID, int] = {}
    for row in rows:
        ballot = _key(row)[0]
        counts[ballot] = counts.get(ballot, 0) + 1
    for ballot, more in sorted(counts.items()):
        await store.read(
            "INSERT INTO turnout (id, ballot_id, worker, n) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (ballot_id, worker) DO UPDATE SET n = turnout.n + excluded.n RETURNING n",
            uuid4(),
            ballot,
            WORKER,
            more,
        )


async def _unwritten(casting: Casting) -> Answer:
    """Why a casting wrote nothing: it repeats what stands, or it is refused."""
    rows = await store.read(
        "SELECT b.state, b.may_change, i.position, e.id AS elector, e.person_id, v.choice,"
        " v.receipt, v.cast_at FROM ballot b LEFT JOIN agenda_item i ON i.id = b.item_id"
        " LEFT JOIN elector e ON e.electorate_id = b.electorate_id AND e.voter_id = ?"
        " LEFT JOIN vote v ON v.ballot_id = b.id AND v.voter_id = ? WHERE b.id = ?",
        casting.voter,
        casting.voter,
        casting.ballot,
    )
    if not rows:
        return Refusal(Code.NOT_FOUND)
    row = rows[0]
    if row["choice"] == casting.choice and row["person_id"] in (None, *_both(casting.person)):
        return _repeat(casting, row)
    try:
        may_cast(_facts(casting, row))
    except Refusal as refusal:
        return refusal
    return Refusal(Code.DATABASE_BUSY)  # it was changed by somebody else in between


def _both(person: UUID) -> tuple[UUID, str]:
    """An id as either engine's rows have it."""
    return person, str(person)


def _repeat(casting: Casting, row: dict[str, Any]) -> Cast:
    return Cast(
        ballot=casting.ballot,
        choice=casting.choice,
        receipt=str(row["receipt"]),
        effect=Effect.REPEATED,
        at=store.instant(row["cast_at"]),
    )


def _facts(casting: Casting, row: dict[str, Any]) -> CastingFacts:
    return CastingFacts(
        item=int(row["position"] or 0),
        state=BallotState(row["state"]),
        choice=casting.choice,
        household=casting.voter,
        is_entitled=row["elector"] is not None,
        holder=store.identity(row["person_id"]),
        actor=casting.person,
        actor_household=casting.voter,
        has_voted=row["choice"] is not None,
        may_change=bool(row["may_change"]),
    )
