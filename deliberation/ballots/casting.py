"""Casting: one vote per entitled voter, by the database's own constraint, in groups.

One statement inserts what is new and changes what may be changed; what it does not return is a
repeat or refused. `ballots.writer` puts the groups together.
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

import msgspec
from tortoise.exceptions import IntegrityError

from deliberation import journal, store
from deliberation.ballots import statements
from deliberation.ballots.eligibility import BallotState, CastingFacts, choice_from, may_cast
from deliberation.ballots.published import RECEIPT_BYTES, receipt_code
from deliberation.ballots.statements import Key, Row, VoteRow
from deliberation.errors import Code, Refusal
from deliberation.people.roles import Actor, Permission


class Casting(msgspec.Struct, frozen=True, kw_only=True):
    """A choice that somebody makes for a household."""

    ballot: UUID
    voter: UUID
    person: UUID
    choice: str
    channel: str
    at: datetime

    @property
    def key(self) -> Key:
        return statements.key(self.ballot, self.voter)


class Effect(StrEnum):
    COUNTED = "counted"
    CHANGED = "changed"
    REPEATED = "repeated"


class Cast(msgspec.Struct, frozen=True, kw_only=True):
    """A vote that stands, durably. A repeat has the same receipt as the first time."""

    ballot: UUID
    choice: str
    receipt: str
    effect: Effect
    at: datetime


Answer = Cast | Refusal


def own_casting(actor: Actor, ballot: UUID, choice: str, *, channel: str, at: datetime) -> Casting:
    """The actor's household's vote. Raises SIGN_IN_REQUIRED, NOT_PERMITTED, BALLOT_CHOICE_UNKNOWN;
    whether it may be cast is found out in the statement that casts it."""
    actor.require(Permission.VOTE)
    if actor.household is None:
        raise Refusal(Code.NOT_PERMITTED)
    return Casting(
        ballot=ballot,
        voter=actor.household,
        person=actor.present_person(),
        choice=choice_from(choice).value,
        channel=channel,
        at=at,
    )


Group = Mapping[Key, Casting]
"""Castings by ballot and voter."""


@journal.shielded
async def cast_group(group: Group) -> dict[Key, Answer]:
    """Cast votes whose choices are known, in one transaction, and answer after the commit.

    Refusals: NOT_FOUND, BALLOT_NOT_OPEN, BALLOT_NOT_ENTITLED, BALLOT_NOT_YOURS, BALLOT_VOTE_FINAL,
    DATABASE_BUSY. Tried again with other receipts in the rare case that one is taken in its ballot.
    """
    in_order = {key: group[key] for key in sorted(group)}
    for _attempt in range(3):
        try:
            return await store.in_one_transaction(lambda: _write(in_order))
        except IntegrityError:
            continue
    raise Refusal(Code.DATABASE_BUSY)


async def cast(castings: Sequence[Casting]) -> list[Answer]:
    """Cast any votes; the answers stand in the order of the castings.

    A voter's second casting is cast after the first, in a transaction of its own. Refusals:
    BALLOT_CHOICE_UNKNOWN, and those of `cast_group`.
    """
    answers: dict[int, Answer] = {}
    waiting = list(enumerate(castings))
    while waiting:
        turn: dict[Key, int] = {}
        later = []
        for n, casting in waiting:
            try:
                choice_from(casting.choice)
            except Refusal as refusal:
                answers[n] = refusal
                continue
            if turn.setdefault(casting.key, n) != n:
                later.append((n, casting))
        if turn:
            written = await cast_group({key: castings[n] for key, n in turn.items()})
            answers |= {turn[key]: answer for key, answer in written.items()}
        waiting = later
    return [answers[n] for n in range(len(castings))]


async def _write(group: Group) -> dict[Key, Answer]:
    rows = _drawn(group)
    written = await statements.insert(list(rows.values()))
    answers: dict[Key, Cast] = {}
    others = []
    for key, row in rows.items():
        if row[0] in written:
            answers[key] = _cast(group[key], row[6], Effect.COUNTED)
        else:
            others.append(key)
    if others:
        answers |= await _change({key: rows[key] for key in others}, group)
    await statements.add_turnout(
        key for key, answer in answers.items() if answer.effect is Effect.COUNTED
    )
    unwritten = [group[key] for key in others if key not in answers]
    reasons = await statements.explain([(c.ballot, c.voter) for c in unwritten])
    return answers | {c.key: _unwritten(c, reasons.get(c.key)) for c in unwritten}


async def _change(rows: Mapping[Key, VoteRow], group: Group) -> dict[Key, Cast]:
    """Votes of those who have cast one before, as far as they may be changed and are."""
    answers: dict[Key, Cast] = {}
    for row in await statements.change(list(rows.values())):
        key = statements.key_of(row)
        effect = Effect.COUNTED if row["id"] == rows[key][0] else Effect.CHANGED
        answers[key] = _cast(group[key], row["receipt"], effect)
    return answers


_ID_BYTES = 8


def _drawn(group: Group) -> dict[Key, VoteRow]:
    """The rows to be; their ids are random, so that they keep no order."""
    size = _ID_BYTES + RECEIPT_BYTES
    luck = secrets.token_bytes(size * len(group))
    rows: dict[Key, VoteRow] = {}
    for n, (key, c) in enumerate(group.items()):
        own = luck[n * size : (n + 1) * size]
        id_ = int.from_bytes(own[:_ID_BYTES], "big") >> 1  # 63 bits
        receipt = receipt_code(own[_ID_BYTES:])
        rows[key] = (id_, c.ballot, c.voter, c.person, c.choice, c.channel, receipt, _text(c.at))
    return rows


def _text(at: datetime) -> str:
    """As both engines read it, and as Tortoise writes it."""
    return at.astimezone(UTC).isoformat(" ")


def _cast(casting: Casting, receipt: str, effect: Effect) -> Cast:
    return Cast(
        ballot=casting.ballot,
        choice=casting.choice,
        receipt=receipt,
        effect=effect,
        at=casting.at,
    )


def _unwritten(casting: Casting, row: Row | None) -> Answer:
    """Why a casting wrote nothing: it repeats what stands, or it is refused."""
    if row is None:
        return Refusal(Code.NOT_FOUND)
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


def _repeat(casting: Casting, row: Row) -> Cast:
    return Cast(
        ballot=casting.ballot,
        choice=casting.choice,
        receipt=str(row["receipt"]),
        effect=Effect.REPEATED,
        at=store.instant(row["cast_at"]),
    )


def _facts(casting: Casting, row: Row) -> CastingFacts:
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
