"""Ballots: opening with everything frozen, closing, announcing, voiding; and who voted what."""

import json
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from deliberation import journal
from deliberation.ballots import eligibility, results, secret
from deliberation.ballots.eligibility import BallotState
from deliberation.ballots.frozen import frozen_of
from deliberation.ballots.models import Ballot
from deliberation.ballots.published import merkle_root, published_lines
from deliberation.ballots.reading import turnout
from deliberation.ballots.tally import Tally
from deliberation.errors import Code, Refusal
from deliberation.i18n import N_
from deliberation.journal.canonical import canonical
from deliberation.journal.events import (
    BallotAnnounced,
    BallotCertified,
    BallotClosed,
    BallotExtended,
    BallotVoided,
)
from deliberation.journal.views import ItemView
from deliberation.matters import service as matters
from deliberation.meetings.standing import require_current
from deliberation.people.roles import Actor, Permission

_log = structlog.get_logger(__name__)


async def require_ballot(ballot: UUID) -> Ballot:
    """Raises NOT_FOUND."""
    found = await Ballot.get_or_none(id=ballot)
    if found is None:
        raise Refusal(Code.NOT_FOUND)
    return found


async def _ballot_meant(meeting: UUID, meant: UUID | None) -> tuple[ItemView, Ballot]:
    """The ballot in hand, or one that stands open for days, which must be named. Raises
    BALLOT_NOT_OPEN when another is meant than the one in hand: a page may be out of date."""
    state = await journal.state_of(meeting)
    standing = state.ballot_item(meant) if meant is not None else None
    if standing is not None and standing.ballot is not None and standing.ballot.is_by_itself:
        return standing, await require_ballot(standing.ballot.id)
    item = require_current(state)
    if item.ballot is None or meant not in (None, item.ballot.id):
        raise Refusal(Code.BALLOT_NOT_OPEN, item=item.position)
    return item, await require_ballot(item.ballot.id)


@journal.shielded
async def extend(
    actor: Actor,
    meeting: UUID,
    ballot_id: UUID | None = None,
    *,
    seconds: int = 0,
    days: int = 0,
    reason: str = "",
    at: datetime,
) -> None:
    """Give more time: `seconds` on the screens' reminder, counted from now if it has passed; or
    `days` for a ballot that stands open, with a public reason.

    Raises BALLOT_WINDOW_OVER once a window has ended.
    """
    actor.require(Permission.PRESIDE)
    async with journal.record(meeting, actor=actor.person, within=actor.community, at=at) as entry:
        item, ballot = await _ballot_meant(meeting, ballot_id)
        eligibility.check_is_open(item.position, BallotState(ballot.state))
        if ballot.closes_at is not None:
            await _extend_window(entry, item, ballot, days, reason)
            return
        deadline = max(ballot.deadline_at or at, at) + timedelta(seconds=seconds)
        ballot.deadline_at = deadline
        await ballot.save(update_fields=["deadline_at"])
        entry.tell(
            BallotExtended(ballot=ballot.id, deadline_at=deadline), subject=f"ballot:{ballot.id}"
        )


LONGEST_EXTENSION = 60
LONGEST_WINDOW = 90
"""Days, all extensions together."""


async def _extend_window(
    entry: journal.Recorder, item: ItemView, ballot: Ballot, days: int, reason: str
) -> None:
    if not reason.strip():
        raise Refusal(Code.REASON_REQUIRED)
    if not 1 <= days <= LONGEST_EXTENSION:
        raise Refusal(Code.FIELD_INVALID, field=N_("延长几天"))
    assert ballot.closes_at is not None  # noqa: S101  it stands open for days
    if ballot.closes_at <= entry.at:
        raise Refusal(Code.BALLOT_WINDOW_OVER, item=item.position)
    ballot.closes_at += timedelta(days=days)
    if ballot.closes_at > ballot.opened_at + timedelta(days=LONGEST_WINDOW):
        raise Refusal(Code.BALLOT_WINDOW_TOO_LONG, limit=LONGEST_WINDOW)
    await ballot.save(update_fields=["closes_at"])
    extended = BallotExtended(ballot=ballot.id, closes_at=ballot.closes_at, reason=reason.strip())
    entry.tell(extended, subject=f"ballot:{ballot.id}")


@journal.shielded
async def close(
    actor: Actor, meeting: UUID, ballot_id: UUID | None = None, *, at: datetime
) -> None:
    """Close the vote. What was committed before counts, what comes after is refused. Before the
    end of a window of days it is refused, unless everybody has voted."""
    actor.require(Permission.PRESIDE)
    async with journal.record(meeting, actor=actor.person, within=actor.community, at=at) as entry:
        item, ballot = await _ballot_meant(meeting, ballot_id)
        is_running = ballot.closes_at is not None and at < ballot.closes_at
        if is_running and await turnout(ballot.id) < ballot.entitled:
            raise Refusal(Code.BALLOT_WINDOW_RUNNING)
        await _close(entry, item, ballot)
    if ballot.is_secret:
        await secret.scrub()


async def _close(entry: journal.Recorder, item: ItemView, ballot: Ballot) -> None:
    """The votes are read in later statements than the closing one, not with it. Papers that were
    entered once wait for nobody after the close: it waits for them. Raises BALLOT_PAPERS_DIFFER."""
    await results.check_papers_agree(ballot.id)
    closed = await Ballot.filter(id=ballot.id, state=BallotState.OPEN).update(
        state=BallotState.CLOSED,
        closed_at=entry.at,
        objections_until=_window_at_close(ballot, entry),
    )
    if not closed:
        raise Refusal(Code.BALLOT_NOT_OPEN, item=item.position)
    if ballot.is_secret:
        await secret.seal(ballot)
        await ballot.save(update_fields=["lines"])
    ballot.present = await results.present_in(ballot, frozen_of(ballot))
    by_channel = await results.by_channel(ballot)
    event = BallotClosed(
        ballot=ballot.id,
        turnout=sum(by_channel.values()),
        by_channel=by_channel,
        present=ballot.present,
        objections_until=_window_at_close(ballot, entry),
    )
    entry.tell(event, subject=f"ballot:{ballot.id}")
    await Ballot.filter(id=ballot.id).update(head=entry.head, present=ballot.present)


def _window_at_close(ballot: Ballot, entry: journal.Recorder) -> datetime | None:
    """Where the rule keeps the count from everybody until objections were heard."""
    rule = frozen_of(ballot).rule
    if rule.shown == "at-once" or not rule.objection_days:
        return None
    return entry.at + timedelta(days=rule.objection_days)


@journal.shielded
async def close_due(*, at: datetime) -> int:
    """Close the ballots whose windows are over; called by the service's clock. Several processes
    may do it at once: one closes, the others find it closed."""
    due = await Ballot.filter(state=BallotState.OPEN, closes_at__lte=at).order_by("closes_at")
    closed = 0
    for row in due:
        try:
            await _close_one(row, at)
        except Refusal as refusal:
            _log.info("window_not_closed", ballot=str(row.id), code=refusal.code.value)
        else:
            closed += 1
    return closed


@journal.shielded
async def _close_one(row: Ballot, at: datetime) -> None:
    async with journal.record(row.meeting_id, actor=None, at=at) as entry:
        item, ballot = await _ballot_meant(row.meeting_id, row.id)
        if ballot.closes_at is None or at < ballot.closes_at:  # extended in between
            raise Refusal(Code.BALLOT_WINDOW_RUNNING)
        await _close(entry, item, ballot)
    if row.is_secret:
        await secret.scrub()


@journal.shielded
async def announce(
    actor: Actor, meeting: UUID, ballot_id: UUID | None = None, *, at: datetime
) -> Tally:
    """Count and announce the worked sum. Where the rule has an objection window the result is
    provisional; otherwise the resolution is recorded at once.

    Raises BALLOT_PAPERS_DIFFER, BALLOT_NOT_SIGNED and BALLOT_LOT_NEEDED while something that the
    count rests on is missing.
    """
    actor.require(Permission.PRESIDE)
    async with journal.record(meeting, actor=actor.person, within=actor.community, at=at) as entry:
        item, ballot = await _ballot_meant(meeting, ballot_id)
        eligibility.check_may_announce(BallotState(ballot.state))
        frozen = frozen_of(ballot)
        await results.check_is_complete(ballot, frozen)
        await results.check_heard(ballot, at)
        votes = await results.votes_of(ballot)
        tally = await results.count(ballot, frozen, votes)
        days = frozen.rule.objection_days if ballot.objections_until is None else 0
        until = at + timedelta(days=days) if days else None
        ballot.state, ballot.tally = BallotState.ANNOUNCED, canonical(tally.to_json())
        lines = published_lines(votes)
        ballot.lines, ballot.votes_root = "\n".join(lines), merkle_root(lines)
        ballot.announced_at = at
        ballot.objections_until = until or ballot.objections_until
        ballot.certified_at = None if until else at
        await ballot.save()
        announced = BallotAnnounced(
            ballot=ballot.id,
            tally=tally.to_json(),
            votes_root=ballot.votes_root,
            provisional_until=until,
        )
        entry.tell(announced, subject=f"ballot:{ballot.id}")
        if until is None:
            await _resolve(entry, item, ballot, tally)
    return tally


async def _resolve(entry: journal.Recorder, item: ItemView, ballot: Ballot, tally: Tally) -> None:
    await matters.record_resolution(
        entry,
        matter=item.matter,
        meeting=ballot.meeting_id,
        item=item.id,
        ballot=ballot.id,
        wording=ballot.wording,
        outcome=tally.outcome.value,
    )


@journal.shielded
async def certify(actor: Actor, meeting: UUID, ballot_id: UUID, *, at: datetime) -> None:
    """Make a provisional result final, after its objection window, every objection answered; the
    resolution is recorded. Raises BALLOT_NOT_PROVISIONAL, BALLOT_OBJECTIONS_OPEN."""
    actor.require(Permission.PRESIDE)
    async with journal.record(meeting, actor=actor.person, within=actor.community, at=at) as entry:
        item, ballot = await _ballot_meant(meeting, ballot_id)
        eligibility.check_is_provisional(
            BallotState(ballot.state), ballot.objections_until, ballot.certified_at
        )
        await results.check_heard(ballot, at)
        ballot.certified_at = at
        await ballot.save(update_fields=["certified_at"])
        entry.tell(BallotCertified(ballot=ballot.id), subject=f"ballot:{ballot.id}")
        await _resolve(entry, item, ballot, Tally.from_json(json.loads(ballot.tally)))


@journal.shielded
async def void(
    actor: Actor, meeting: UUID, reason: str, ballot_id: UUID | None = None, *, at: datetime
) -> None:
    """Declare a vote void, with a public reason; it can be held again. A provisional result can be
    voided, a final one cannot."""
    actor.require(Permission.PRESIDE)
    if not reason.strip():
        raise Refusal(Code.REASON_REQUIRED)
    async with journal.record(meeting, actor=actor.person, within=actor.community, at=at) as entry:
        _item, ballot = await _ballot_meant(meeting, ballot_id)
        is_provisional = ballot.objections_until is not None and ballot.certified_at is None
        eligibility.check_may_void(BallotState(ballot.state), is_provisional=is_provisional)
        ballot.state = BallotState.VOIDED
        if ballot.announced_at is None:  # a list that was published stays what it was
            ballot.lines = ""
        await ballot.save(update_fields=["state", "lines"])
        await secret.drop(ballot.id)
        entry.tell(BallotVoided(ballot=ballot.id, reason=reason), subject=f"ballot:{ballot.id}")
    if ballot.is_secret:
        await secret.scrub()
