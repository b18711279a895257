"""Ballots: opening with everything frozen, closing, announcing, voiding; and who voted what."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from deliberation import journal
from deliberation.ballots import eligibility
from deliberation.ballots.eligibility import BallotState, OpeningFacts
from deliberation.ballots.models import Ballot, Elector, Electorate, Vote
from deliberation.ballots.published import (
    SALT_BYTES,
    electorate_digest,
    merkle_root,
    published_lines,
)
from deliberation.ballots.reading import published_votes
from deliberation.ballots.tally import Tally, count
from deliberation.errors import Code, Refusal
from deliberation.journal.canonical import canonical
from deliberation.journal.events import (
    BallotAnnounced,
    BallotClosed,
    BallotExtended,
    BallotOpened,
    BallotVoided,
)
from deliberation.journal.views import ItemView, MeetingState
from deliberation.matters import service as matters
from deliberation.meetings.attending import presence, roll_of, tell_arrivals
from deliberation.meetings.rules import ItemState
from deliberation.meetings.rules import MeetingState as Stage
from deliberation.meetings.standing import require_current
from deliberation.people.roles import Actor, Permission
from deliberation.people.service import representatives
from deliberation.rulesets.rules import Rule


@journal.shielded
async def open_ballot(actor: Actor, meeting: UUID, *, seconds: int | None, at: datetime) -> UUID:
    """Open the vote on the item in hand; `seconds` is how long the screens count down.

    Rule, wording and electorate are frozen here. Returns the ballot's id.
    """
    actor.require(Permission.PRESIDE)
    async with journal.record(meeting, actor=actor.person, at=at) as entry:
        state = await journal.state_of(meeting)
        item = require_current(state)
        present = await tell_arrivals(entry, meeting)
        roll = await roll_of(meeting)
        rule = Rule.from_json(state.rule)
        eligibility.may_open(_opening_facts(state, item, rule, present, len(roll)))
        electorate = await _freeze(meeting, roll)
        ballot = await Ballot.create(
            meeting_id=meeting,
            item_id=item.id,
            electorate_id=electorate.id,
            wording=item.wording,
            rule=canonical(rule.to_json()),
            may_change=rule.may_change,
            entitled=electorate.size,
            opened_at=at,
            deadline_at=at + timedelta(seconds=seconds) if seconds else None,
        )
        opened = BallotOpened(
            ballot=ballot.id,
            item=item.id,
            wording=ballot.wording,
            rule=rule.to_json(),
            entitled=electorate.size,
            electorate_digest=electorate.digest,
            deadline_at=ballot.deadline_at,
        )
        entry.tell(opened, subject=f"ballot:{ballot.id}")
        entry.answer["ballot"] = str(ballot.id)
    return ballot.id


def _opening_facts(
    state: MeetingState, item: ItemView, rule: Rule, present: int, roll: int
) -> OpeningFacts:
    return OpeningFacts(
        item=item.position,
        meeting=Stage(state.state),
        state=ItemState(item.state),
        is_noticed=True,
        wording=item.wording or "",
        is_read=item.is_read,
        is_someone_speaking=state.speaking is not None,
        ballot=BallotState(item.ballot.state) if item.ballot else None,
        roll=roll,
        present=present,
        entitled=roll,
        rule=rule,
    )


async def _freeze(meeting: UUID, roll: Mapping[UUID, int]) -> Electorate:
    """The electorate of the roll; stored once, however many ballots it serves."""
    holders = await representatives(roll)
    lines = sorted(f"{voter} {holders.get(voter)} {area}" for voter, area in roll.items())
    fingerprint = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    found = await Electorate.get_or_none(meeting_id=meeting, fingerprint=fingerprint)
    if found is not None:
        return found
    salt = secrets.token_bytes(SALT_BYTES)
    made = await Electorate.create(
        meeting_id=meeting,
        fingerprint=fingerprint,
        salt=salt.hex(),
        digest=electorate_digest(salt, ((voter, 1) for voter in roll)),
        size=len(roll),
    )
    electors = [
        Elector(
            electorate_id=made.id, voter_id=voter, person_id=holders.get(voter), area_hundredths=a
        )
        for voter, a in roll.items()
    ]
    await Elector.bulk_create(electors, batch_size=500)
    return made


async def require_ballot(ballot: UUID) -> Ballot:
    """Raises NOT_FOUND."""
    found = await Ballot.get_or_none(id=ballot)
    if found is None:
        raise Refusal(Code.NOT_FOUND)
    return found


async def _ballot_in_hand(meeting: UUID, meant: UUID | None) -> tuple[ItemView, Ballot]:
    """Raises BALLOT_NOT_OPEN without one, and when another is meant: a page may be out of date."""
    item = require_current(await journal.state_of(meeting))
    if item.ballot is None or meant not in (None, item.ballot.id):
        raise Refusal(Code.BALLOT_NOT_OPEN, item=item.position)
    return item, await require_ballot(item.ballot.id)


@journal.shielded
async def extend(
    actor: Actor, meeting: UUID, ballot_id: UUID | None = None, *, seconds: int, at: datetime
) -> None:
    """Put the reminder deadline off, counted from now if it has passed."""
    actor.require(Permission.PRESIDE)
    async with journal.record(meeting, actor=actor.person, at=at) as entry:
        item, ballot = await _ballot_in_hand(meeting, ballot_id)
        eligibility.check_is_open(item.position, BallotState(ballot.state))
        deadline = max(ballot.deadline_at or at, at) + timedelta(seconds=seconds)
        ballot.deadline_at = deadline
        await ballot.save(update_fields=["deadline_at"])
        entry.tell(
            BallotExtended(ballot=ballot.id, deadline_at=deadline), subject=f"ballot:{ballot.id}"
        )


@journal.shielded
async def close(
    actor: Actor, meeting: UUID, ballot_id: UUID | None = None, *, at: datetime
) -> None:
    """Close the vote. What was committed before counts, what comes after is refused."""
    actor.require(Permission.PRESIDE)
    async with journal.record(meeting, actor=actor.person, at=at) as entry:
        item, ballot = await _ballot_in_hand(meeting, ballot_id)
        closed = await Ballot.filter(id=ballot.id, state=BallotState.OPEN).update(
            state=BallotState.CLOSED, closed_at=at
        )
        if not closed:
            raise Refusal(Code.BALLOT_NOT_OPEN, item=item.position)
        turnout = await Vote.filter(ballot_id=ballot.id).count()  # after the close, not with it
        entry.tell(BallotClosed(ballot=ballot.id, turnout=turnout), subject=f"ballot:{ballot.id}")


@journal.shielded
async def announce(
    actor: Actor, meeting: UUID, ballot_id: UUID | None = None, *, at: datetime
) -> Tally:
    """Count, announce the worked sum, and record the resolution."""
    actor.require(Permission.PRESIDE)
    async with journal.record(meeting, actor=actor.person, at=at) as entry:
        item, ballot = await _ballot_in_hand(meeting, ballot_id)
        eligibility.check_may_announce(BallotState(ballot.state))
        votes = await published_votes(ballot.id)
        present = (await presence(meeting)).present
        rule = Rule.from_json(json.loads(ballot.rule))
        tally = count((v.choice for v in votes), rule, ballot.entitled, present)
        ballot.state, ballot.tally = BallotState.ANNOUNCED, canonical(tally.to_json())
        ballot.votes_root = merkle_root(published_lines(votes))
        await ballot.save(update_fields=["state", "tally", "votes_root"])
        announced = BallotAnnounced(
            ballot=ballot.id, tally=tally.to_json(), votes_root=ballot.votes_root
        )
        entry.tell(announced, subject=f"ballot:{ballot.id}")
        await matters.record_resolution(
            entry,
            matter=item.matter,
            meeting=meeting,
            item=item.id,
            ballot=ballot.id,
            wording=ballot.wording,
            outcome=tally.outcome.value,
        )
    return tally


@journal.shielded
async def void(
    actor: Actor, meeting: UUID, reason: str, ballot_id: UUID | None = None, *, at: datetime
) -> None:
    """Declare the vote in hand void, with a public reason; it can be held again."""
    actor.require(Permission.PRESIDE)
    if not reason.strip():
        raise Refusal(Code.REASON_REQUIRED)
    async with journal.record(meeting, actor=actor.person, at=at) as entry:
        _item, ballot = await _ballot_in_hand(meeting, ballot_id)
        eligibility.check_may_void(BallotState(ballot.state))
        ballot.state = BallotState.VOIDED
        await ballot.save(update_fields=["state"])
        entry.tell(BallotVoided(ballot=ballot.id, reason=reason), subject=f"ballot:{ballot.id}")
