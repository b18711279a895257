"""Casting: one vote per entitled voter, by the database's own constraint, in groups.

One statement inserts what is new and changes what may be changed; what it does not return is a
repeat or refused. `ballots.writer` puts the groups together.
"""

import secrets
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from tortoise.exceptions import IntegrityError

from deliberation import journal, store
from deliberation.ballots import statements
from deliberation.ballots.eligibility import BallotState, CastingFacts, choice_from, may_cast
from deliberation.ballots.published import RECEIPT_BYTES, receipt_code
from deliberation.ballots.statements import Key, Row
from deliberation.errors import Code, Refusal
from deliberation.journal.chain import instant
from deliberation.people.roles import Actor, Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class Casting:
    """A choice that somebody makes for a household."""

    ballot: UUID
    voter: UUID
    person: UUID
    choice: str
    channel: str
    at: datetime

    @property
    def key(self) -> Key:
        return self.ballot, self.voter


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


@journal.shielded
async def cast(castings: Sequence[Casting]) -> list[Answer]:
    """Cast a group; the answers stand in the order of the castings, and are given after the commit.

    A voter's second casting in the group is cast after the first, in a transaction of its own.
    Refusals: BALLOT_CHOICE_UNKNOWN, NOT_FOUND, BALLOT_NOT_OPEN, BALLOT_NOT_ENTITLED,
    BALLOT_NOT_YOURS, BALLOT_VOTE_FINAL, DATABASE_BUSY.
    """
    answers: dict[int, Answer] = {}
    waiting = list(enumerate(castings))
    while waiting:
        turn: dict[Key, int] = {}
        later = []
        for n, casting in waiting:
            if (refusal := _choice_refusal(casting.choice)) is not None:
                answers[n] = refusal
            elif casting.key in turn:
                later.append((n, casting))
            else:
                turn[casting.key] = n
        written = await _commit([castings[turn[key]] for key in sorted(turn)])
        answers |= {turn[key]: answer for key, answer in written.items()}
        waiting = later
    return [answers[n] for n in range(len(castings))]


def _choice_refusal(choice: str) -> Refusal | None:
    try:
        choice_from(choice)
    except Refusal as refusal:
        return refusal
    return None


async def _commit(castings: Sequence[Casting]) -> dict[Key, Answer]:
    """Tried again with other receipts in the rare case that one is taken in its ballot."""
    if not castings:
        return {}
    for _attempt in range(3):
        try:
            return await store.in_one_transaction(lambda: _write(castings))
        except IntegrityError:
            continue
    raise Refusal(Code.DATABASE_BUSY)


async def _write(castings: Sequence[Casting]) -> dict[Key, Answer]:
    rows = [_drawn(casting) for casting in castings]
    by_id = {row[0]: casting for row, casting in zip(rows, castings, strict=True)}
    by_key = {casting.key: casting for casting in castings}
    answers: dict[Key, Answer] = {}
    for row in await statements.insert(rows):
        new = by_id.get(row["id"])
        casting = new or by_key[statements.key_of(row)]
        effect = Effect.COUNTED if new else Effect.CHANGED
        answers[casting.key] = _cast(casting, row["receipt"], effect)
    await statements.add_turnout(_new_by_ballot(answers.values()))
    unwritten = [casting for casting in castings if casting.key not in answers]
    reasons = await statements.explain([casting.key for casting in unwritten])
    return answers | {c.key: _unwritten(c, reasons.get(c.key)) for c in unwritten}


def _drawn(casting: Casting) -> tuple[object, ...]:
    """The row to be; the id is random, so that it keeps no order."""
    return (
        secrets.randbits(63),
        casting.ballot,
        casting.voter,
        casting.person,
        casting.choice,
        casting.channel,
        receipt_code(secrets.token_bytes(RECEIPT_BYTES)),
        instant(casting.at),
    )


def _new_by_ballot(answers: Iterable[Answer]) -> Counter[UUID]:
    return Counter(
        answer.ballot
        for answer in answers
        if isinstance(answer, Cast) and answer.effect is Effect.COUNTED
    )


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
