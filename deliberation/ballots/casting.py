"""Casting: one vote per entitled voter, by the database's own constraint, in groups.

One statement inserts what is new and changes what may be changed; what it does not return is a
repeat or refused. `ballots.writer` puts the groups together; `ballots.secret` casts the secret
votes among them.
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from tortoise.exceptions import IntegrityError

from deliberation import journal, store
from deliberation.ballots import secret, statements
from deliberation.ballots.eligibility import may_cast
from deliberation.ballots.frozen import Frozen
from deliberation.ballots.published import RECEIPT_BYTES, check_receipt, receipt_code
from deliberation.ballots.statements import Key, Row, VoteRow
from deliberation.ballots.votes import Answer, Cast, Casting, Effect, Group, facts_of
from deliberation.errors import Code, Refusal
from deliberation.people.roles import Actor, Permission


def own_casting(
    actor: Actor, frozen: Frozen, choice: str, *, receipt: str = "", channel: str, at: datetime
) -> Casting:
    """The vote that the actor casts as themselves; `receipt` is the code that the voter's own
    device made, for a secret ballot.

    Raises SIGN_IN_REQUIRED, NOT_PERMITTED, BALLOT_CHOICE_UNKNOWN, BALLOT_RECEIPT_MALFORMED;
    whether it may be cast is found out in the statement that casts it.
    """
    actor.require(Permission.VOTE)
    voter = frozen.voter_of(actor)
    if voter is None:
        raise Refusal(Code.NOT_PERMITTED)
    if frozen.is_secret:
        check_receipt(receipt)
    return Casting(
        ballot=frozen.ballot,
        voter=voter,
        person=actor.present_person(),
        choice=frozen.choice_from(choice),
        channel=channel,
        at=at,
        is_secret=frozen.is_secret,
        receipt=receipt if frozen.is_secret else "",
    )


@journal.shielded
async def cast_group(group: Group) -> dict[Key, Answer]:
    """Cast votes whose choices are known, in one transaction, and answer after the commit.

    Refusals: NOT_FOUND, BALLOT_NOT_OPEN, BALLOT_NOT_ENTITLED, BALLOT_NOT_YOURS, BALLOT_VOTE_FINAL,
    DATABASE_BUSY. Tried again with other receipts in the rare case that one is taken in its ballot.
    """
    in_order = {key: group[key] for key in sorted(group)}
    for _attempt in range(3):
        try:
            return await store.in_one_transaction(lambda: write_group(in_order))
        except IntegrityError:
            continue
    raise Refusal(Code.DATABASE_BUSY)


async def cast(castings: Sequence[Casting]) -> list[Answer]:
    """Cast any votes; the answers stand in the order of the castings.

    A voter's second casting is cast after the first, in a transaction of its own. Refusals: those
    of `cast_group`.
    """
    answers: dict[int, Answer] = {}
    waiting = list(enumerate(castings))
    while waiting:
        turn: dict[Key, int] = {}
        later = []
        for n, casting in waiting:
            if turn.setdefault(casting.key, n) != n:
                later.append((n, casting))
        written = await cast_group({key: castings[n] for key, n in turn.items()})
        answers |= {turn[key]: answer for key, answer in written.items()}
        waiting = later
    return [answers[n] for n in range(len(castings))]


async def write_group(group: Group) -> dict[Key, Answer]:
    """Cast votes, sorted by their keys, inside the caller's transaction. IntegrityError where a
    receipt was taken by chance."""
    kept = {key: casting for key, casting in group.items() if not casting.is_secret}
    answers: dict[Key, Answer] = {}
    if len(kept) < len(group):
        apart = {key: casting for key, casting in group.items() if casting.is_secret}
        answers |= await secret.write(apart)
    if kept:
        answers |= await _write_kept(kept)
    await statements.add_turnout(_counted(answers))
    return answers


def _counted(answers: Mapping[Key, Answer]) -> Iterable[Key]:
    for key, answer in answers.items():
        if isinstance(answer, Cast) and answer.effect is Effect.COUNTED:
            yield key


async def _write_kept(group: Group) -> dict[Key, Answer]:
    """Votes that stay with their voters."""
    rows = _drawn(group)
    written = await statements.insert(list(rows.values()))
    answers: dict[Key, Answer] = {}
    others = []
    for key, row in rows.items():
        if row[0] in written:
            answers[key] = _cast(group[key], row[6], Effect.COUNTED)
        else:
            others.append(key)
    if others:
        answers |= await _change({key: rows[key] for key in others}, group)
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
        rows[key] = (
            id_,
            c.ballot,
            c.voter,
            c.person,
            c.choice,
            c.channel,
            receipt,
            statements.instant_text(c.at),
        )
    return rows


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
    if row["choice"] == casting.choice and _is_same_hand(casting, row):
        return _repeat(casting, row)
    try:
        may_cast(facts_of(casting, row))
    except Refusal as refusal:
        return refusal
    return Refusal(Code.DATABASE_BUSY)  # it was changed by somebody else in between


def _is_same_hand(casting: Casting, row: Row) -> bool:
    """Whether who casts is who cast: the same mandate, or who casts the voter's vote."""
    if "proxy" in (casting.channel, row["channel"]):
        return bool(casting.channel == row["channel"])
    return row["person_id"] in (None, *_both(casting.person))


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
