"""Counting a stack that two people entered alike, inside the unit of work of the second one."""

import json
import secrets
from collections.abc import Mapping
from uuid import UUID

from tortoise.exceptions import IntegrityError

from deliberation import journal
from deliberation.ballots import casting, secret, statements
from deliberation.ballots.desk import holders_of
from deliberation.ballots.desk_rules import HANDS, PAPER, SPOILT, TEL, Lines, Piles, size_of
from deliberation.ballots.eligibility import CHANNEL_WORDS, class_of
from deliberation.ballots.models import Ballot, Batch, Mark, Paper, Vote
from deliberation.ballots.published import RECEIPT_BYTES, receipt_code
from deliberation.ballots.votes import Casting, Effect
from deliberation.errors import Code, Refusal
from deliberation.i18n import N_
from deliberation.journal.events import BatchCounted

Refusals = dict[str, Refusal]
"""By serial or voter, as in the stack."""


async def check_fits(ballot: Ballot, channel: str, found: Mapping[str, str | int]) -> None:
    """No more hands than voters, and no hands beside votes; no more papers without a number than
    were handed out and have not come back. Raises BALLOT_VOTES_EXIST, BALLOT_PAPERS_TOO_MANY."""
    if channel == HANDS:
        if size_of(found) > ballot.entitled or SPOILT in found:
            raise Refusal(Code.FIELD_INVALID, field=N_("举手人数"))
        if await Vote.exists(ballot_id=ballot.id) or await _is_counted(ballot):
            raise Refusal(Code.BALLOT_VOTES_EXIST)
    elif ballot.is_secret:
        left = await papers_out(ballot)
        if size_of(found) > left:
            raise Refusal(Code.BALLOT_PAPERS_TOO_MANY, n=size_of(found), left=left)


async def _is_counted(ballot: Ballot) -> bool:
    return await Batch.exists(ballot_id=ballot.id, state="counted")


async def papers_out(ballot: Ballot) -> int:
    """Papers without a number that were handed out and have not been counted."""
    issued = await Mark.filter(ballot_id=ballot.id, channel=PAPER).count()
    counted = await Batch.filter(ballot_id=ballot.id, channel=PAPER, state="counted")
    return issued - sum(batch.counted + batch.spoilt for batch in counted)


async def count(entry: journal.Recorder, ballot: Ballot, batch: Batch) -> None:
    """All of the stack at once; votes of voters who have voted otherwise are refused, each with
    its reason. The caller saves the batch.

    Raises BALLOT_SERIAL_UNKNOWN, BALLOT_SERIAL_RETURNED, and what `check_fits` refuses.
    """
    if batch.channel == HANDS:
        await _count_hands(ballot, batch)
    elif ballot.is_secret:
        await _count_secret(ballot, batch)
    else:
        await _count_named(ballot, batch)
    batch.state, batch.counted_at = "counted", entry.at
    counted = BatchCounted(
        ballot=ballot.id,
        batch=batch.id,
        number=batch.number,
        channel=batch.channel,
        counted=batch.counted,
        refused=len(refused_in(batch)),
        spoilt=batch.spoilt,
    )
    entry.tell(
        counted,
        subject=f"ballot:{ballot.id}",
        restricted={"entered_by": str(batch.entered_by_id), "checked_by": str(batch.checked_by_id)},
    )


async def _count_hands(ballot: Ballot, batch: Batch) -> None:
    """First the ballot takes no other vote any more, then it is looked whether one was taken."""
    piles: Piles = json.loads(batch.entered)
    others = Batch.filter(ballot_id=ballot.id, state__in=["entered", "differs"])
    if await others.exclude(id=batch.id).exists():
        raise Refusal(Code.BALLOT_PAPERS_DIFFER)
    await Ballot.filter(id=ballot.id).update(is_by_hands=True)
    await check_fits(ballot, HANDS, piles)
    batch.counted = size_of(piles)
    await _add_turnout(ballot, batch.counted)


async def _count_secret(ballot: Ballot, batch: Batch) -> None:
    """Each paper gets a receipt that nobody has been told; what the stack held is forgotten."""
    piles: Piles = json.loads(batch.entered)
    await check_fits(ballot, PAPER, piles)
    batch.spoilt = piles.pop(SPOILT, 0)
    votes = [
        (ballot.id, receipt_code(secrets.token_bytes(RECEIPT_BYTES)), choice)
        for choice, n in piles.items()
        for _paper in range(n)
    ]
    batch.counted = len(votes)
    with _receipts_are_new():
        await secret.put(votes)
    await _add_turnout(ballot, batch.counted + batch.spoilt)
    batch.entered = batch.checked = ""


async def _add_turnout(ballot: Ballot, n: int) -> None:
    await statements.add_turnout([statements.key(ballot.id, UUID(int=0))] * n)


async def _count_named(ballot: Ballot, batch: Batch) -> None:
    lines: Lines = json.loads(batch.entered)
    if batch.channel == TEL:
        voters = {name: UUID(name) for name in lines}
    else:
        voters = await _voters_of(ballot, lines)
    castable = {name: voter for name, voter in voters.items() if lines[name] != SPOILT}
    refusals = await _cast(ballot, batch, lines, castable)
    batch.spoilt = len(lines) - len(castable)
    batch.counted = len(castable) - len(refusals)
    told = [[name, refusal.code.value, dict(refusal.facts)] for name, refusal in refusals.items()]
    batch.refused = json.dumps(told, ensure_ascii=False) if told else ""
    if batch.channel == PAPER:
        await _take_back(ballot, lines, refusals)


async def _voters_of(ballot: Ballot, lines: Lines) -> dict[str, UUID]:
    """Whose papers they are; each comes back once."""
    papers = await Paper.filter(ballot_id=ballot.id, serial__in=[int(name) for name in lines])
    by_serial = {str(paper.serial): paper for paper in papers}
    for name in lines:
        if name not in by_serial:
            raise Refusal(Code.BALLOT_SERIAL_UNKNOWN, serial=name)
        if by_serial[name].state != "issued":
            raise Refusal(Code.BALLOT_SERIAL_RETURNED, serial=name)
    return {name: paper.voter_id for name, paper in by_serial.items()}


async def _cast(ballot: Ballot, batch: Batch, lines: Lines, voters: Mapping[str, UUID]) -> Refusals:
    """A vote is its voter's, whoever entered it, and was cast when the stack was first entered."""
    holders = await holders_of(ballot.id)
    before = await _channels(ballot, voters)
    castings = {
        name: Casting(
            ballot=ballot.id,
            voter=voter,
            person=holders.get(voter, voter),
            choice=lines[name],
            channel=batch.channel,
            at=batch.entered_at,
        )
        for name, voter in voters.items()
    }
    group = {c.key: c for c in sorted(castings.values(), key=lambda c: c.key)}
    with _receipts_are_new():
        answers = await casting.write_group(group)
    refusals: Refusals = {}
    for name, one in castings.items():
        answer = answers[one.key]
        if isinstance(answer, Refusal):
            refusals[name] = answer
        elif answer.effect is Effect.REPEATED:  # the same choice, but there is a vote already
            words = CHANNEL_WORDS[class_of(before.get(one.voter, batch.channel))]
            refusals[name] = Refusal(Code.BALLOT_ON_ANOTHER_CHANNEL, channel=words)
    return refusals


async def _channels(ballot: Ballot, voters: Mapping[str, UUID]) -> dict[UUID, str]:
    """On which channel these voters have voted before."""
    rows = await Vote.filter(ballot_id=ballot.id, voter_id__in=list(voters.values())).values_list(
        "voter_id", "channel"
    )
    return {row[0]: str(row[1]) for row in rows}


async def _take_back(ballot: Ballot, lines: Lines, refusals: Refusals) -> None:
    states: dict[str, list[int]] = {"spoilt": [], "refused": [], "returned": []}
    for name, choice in lines.items():
        state = "refused" if name in refusals else "returned"
        states["spoilt" if choice == SPOILT else state].append(int(name))
    for state, serials in states.items():
        await Paper.filter(ballot_id=ballot.id, serial__in=serials).update(state=state)


def refused_in(batch: Batch) -> list[tuple[str, Refusal]]:
    """The votes of a stack that were not taken, by serial or voter, and why."""
    told = json.loads(batch.refused) if batch.refused else []
    return [(name, Refusal(Code(code), **facts)) for name, code, facts in told]


class _receipts_are_new:  # noqa: N801  reads as a sentence where it is used
    """A receipt that is taken in its ballot, once in many thousand ballots: to be tried again."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, IntegrityError):
            raise Refusal(Code.DATABASE_BUSY) from error
