"""Handing out paper ballots: of an open vote under a number that belongs to a voter; of a secret
one without any number, the voter being marked as who votes on paper.

A number is given once: who has lost a paper gets the next one, and the lost number is void. A
secret paper is not given twice, because nobody could tell the first one from it; one that was
spoilt by mistake is handed back and exchanged on the spot, unread.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tortoise.functions import Max

from deliberation import journal, store
from deliberation.ballots import secret
from deliberation.ballots.desk import holders_of, open_ballot_in, voter_named
from deliberation.ballots.desk_rules import PAPER
from deliberation.ballots.eligibility import CHANNEL_WORDS, ChannelClass, class_of
from deliberation.ballots.holding import labels_of
from deliberation.ballots.models import Ballot, Paper, Vote
from deliberation.ballots.votes import Casting
from deliberation.errors import Code, Refusal
from deliberation.journal.events import PapersIssued
from deliberation.people.roles import Actor, Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedPaper:
    """A paper in force, for the staff: its number, its voter's door or name, and its state."""

    serial: int
    label: str
    state: str


async def papers_of(ballot: UUID) -> list[IssuedPaper]:
    """By number."""
    papers = await Paper.filter(ballot_id=ballot).order_by("serial")
    labels = await labels_of([paper.voter_id for paper in papers])
    return [
        IssuedPaper(serial=p.serial, label=labels.get(p.voter_id, ""), state=p.state)
        for p in papers
    ]


@journal.shielded
async def issue(
    actor: Actor,
    meeting: UUID,
    ballot_id: UUID,
    whose: str,
    *,
    key: bytes,
    is_lost: bool = False,
    at: datetime,
) -> int:
    """Hand a paper to the voter with that door or card; returns its number, 0 in a secret ballot.

    `is_lost`: the voter's former paper is void. Raises BALLOT_VOTER_UNKNOWN, BALLOT_VOTER_UNCLEAR,
    BALLOT_PAPER_ISSUED, BALLOT_SERIAL_RETURNED, BALLOT_ON_ANOTHER_CHANNEL.
    """
    actor.require(Permission.ENTER_PAPERS)
    async with journal.record(meeting, actor=actor.person, within=actor.community, at=at) as entry:
        ballot = await open_ballot_in(meeting, ballot_id, at=at)
        voter = await voter_named(ballot.id, whose.strip(), key=key)
        if ballot.is_secret:
            await _mark(entry, ballot, voter)
            return 0
        serial = await _number(entry, ballot, voter, is_lost=is_lost)
        entry.answer["serial"] = serial
    return serial


async def _mark(entry: journal.Recorder, ballot: Ballot, voter: UUID) -> None:
    """The journal says that one was handed out, and nothing of to whom."""
    holders = await holders_of(ballot.id)
    casting = Casting(
        ballot=ballot.id,
        voter=voter,
        person=holders[voter],
        choice="",
        channel=PAPER,
        at=entry.at,
        is_secret=True,
    )
    refusal = await secret.mark_paper(casting)
    if refusal is not None and refusal.code is Code.BALLOT_VOTE_FINAL:
        raise Refusal(Code.BALLOT_PAPER_ISSUED)
    if refusal is not None:
        raise refusal
    entry.tell(PapersIssued(ballot=ballot.id, more=1), subject=f"ballot:{ballot.id}")


async def _number(entry: journal.Recorder, ballot: Ballot, voter: UUID, *, is_lost: bool) -> int:
    await _check_not_voted(ballot, voter)
    serial = await _last_serial(ballot.id) + 1
    former = await Paper.get_or_none(ballot_id=ballot.id, voter_id=voter)
    if former is None:
        await _create(entry, ballot, {voter: serial})
    elif former.state != "issued":
        raise Refusal(Code.BALLOT_SERIAL_RETURNED, serial=former.serial)
    elif not is_lost:
        raise Refusal(Code.BALLOT_PAPER_ISSUED)
    else:
        former.serial, former.issued_at = serial, entry.at
        await former.save(update_fields=["serial", "issued_at"])
    _tell(entry, ballot, {voter: serial})
    return serial


async def _check_not_voted(ballot: Ballot, voter: UUID) -> None:
    """Who has voted needs no paper, unless paper has precedence over a screen."""
    vote = await Vote.get_or_none(ballot_id=ballot.id, voter_id=voter)
    if vote is None:
        return
    before = class_of(vote.channel)
    if before is ChannelClass.PAPER or ballot.precedence != ChannelClass.PAPER:
        raise Refusal(Code.BALLOT_ON_ANOTHER_CHANNEL, channel=CHANNEL_WORDS[before])


async def _last_serial(ballot: UUID) -> int:
    rows = await Paper.filter(ballot_id=ballot).annotate(last=Max("serial")).values_list("last")
    return max((int(row[0] or 0) for row in rows), default=0)


@journal.shielded
async def issue_to_all(actor: Actor, meeting: UUID, ballot_id: UUID, *, at: datetime) -> int:
    """Number a paper for every voter who has none and has not voted, in the order of the doors;
    returns how many. A voter may still vote on a screen. Raises BALLOT_CHANNEL_UNSUITABLE in a
    secret ballot, where a paper stands for the vote."""
    actor.require(Permission.ENTER_PAPERS)
    async with journal.record(meeting, actor=actor.person, within=actor.community, at=at) as entry:
        ballot = await open_ballot_in(meeting, ballot_id, at=at)
        if ballot.is_secret:
            raise Refusal(Code.BALLOT_CHANNEL_UNSUITABLE, channel=CHANNEL_WORDS[ChannelClass.PAPER])
        voters = await _without_paper(ballot)
        first = await _last_serial(ballot.id) + 1
        serials = {voter: first + n for n, voter in enumerate(voters)}
        if serials:
            await _create(entry, ballot, serials)
            _tell(entry, ballot, serials)
    return len(serials)


async def _without_paper(ballot: Ballot) -> Sequence[UUID]:
    rows = await store.read(
        "SELECT e.voter_id AS id FROM elector e WHERE e.electorate_id = ? AND NOT EXISTS"
        " (SELECT 1 FROM paper p WHERE p.ballot_id = ? AND p.voter_id = e.voter_id) AND NOT EXISTS"
        " (SELECT 1 FROM vote v WHERE v.ballot_id = ? AND v.voter_id = e.voter_id)",
        ballot.electorate_id,
        ballot.id,
        ballot.id,
    )
    voters = store.identities(rows)
    labels = await labels_of(voters)
    return sorted(voters, key=lambda voter: (labels.get(voter, ""), voter))


async def _create(entry: journal.Recorder, ballot: Ballot, serials: Mapping[UUID, int]) -> None:
    papers = [
        Paper(
            ballot_id=ballot.id,
            serial=serial,
            voter_id=voter,
            issued_by_id=entry.actor,
            issued_at=entry.at,
        )
        for voter, serial in serials.items()
    ]
    await Paper.bulk_create(papers, batch_size=500)


def _tell(entry: journal.Recorder, ballot: Ballot, serials: Mapping[UUID, int]) -> None:
    entry.tell(
        PapersIssued(ballot=ballot.id, more=len(serials)),
        subject=f"ballot:{ballot.id}",
        restricted={"papers": [[serial, str(voter)] for voter, serial in serials.items()]},
    )
