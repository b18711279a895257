"""The lot that breaks a tie: digits drawn in the hall after the close, entered by two people."""

import re
from datetime import datetime
from uuid import UUID

from deliberation import journal
from deliberation.ballots import eligibility, results
from deliberation.ballots.desk import ballot_in
from deliberation.ballots.eligibility import BallotState
from deliberation.ballots.frozen import frozen_of
from deliberation.ballots.models import Ballot
from deliberation.errors import Code, Refusal
from deliberation.i18n import N_
from deliberation.journal.events import LotDrawn
from deliberation.people.roles import Actor, Permission

FEWEST_DIGITS, MOST_DIGITS = 4, 20
_DIGITS = re.compile(f"[0-9]{{{FEWEST_DIGITS},{MOST_DIGITS}}}")


async def needs_lot(ballot: Ballot) -> bool:
    """Whether the count waits for a lot: found out by counting."""
    frozen = frozen_of(ballot)
    if frozen.rule.tie_break != "lot" or ballot.state != BallotState.CLOSED:
        return False
    try:
        await results.count(ballot, frozen, await results.votes_of(ballot))
    except Refusal as refusal:
        return refusal.code is Code.BALLOT_LOT_NEEDED
    return False


@journal.shielded
async def draw(actor: Actor, meeting: UUID, ballot_id: UUID, digits: str, *, at: datetime) -> bool:
    """Enter the digits that were drawn; True once a second person has entered the same.

    The first person may correct theirs until then. Raises FIELD_INVALID, BALLOT_NOT_CLOSED,
    BALLOT_ALREADY_ANNOUNCED, BALLOT_LOT_NOT_NEEDED, BALLOT_LOT_DRAWN, BALLOT_LOT_DIFFERS.
    """
    actor.require(Permission.ENTER_PAPERS)
    if not _DIGITS.fullmatch(digits):
        raise Refusal(Code.FIELD_INVALID, field=N_("抽出的数字"))
    async with journal.record(meeting, actor=actor.person, within=actor.community, at=at) as entry:
        ballot = await ballot_in(meeting, ballot_id)
        eligibility.check_may_announce(BallotState(ballot.state))
        await results.check_heard(ballot, at)
        if ballot.is_lot_confirmed:
            raise Refusal(Code.BALLOT_LOT_DRAWN)
        if not await needs_lot(ballot):
            raise Refusal(Code.BALLOT_LOT_NOT_NEEDED)
        person = actor.present_person()
        if ballot.lot_by_id in (None, person):
            ballot.lot_digits, ballot.lot_by_id = digits, person
        elif ballot.lot_digits != digits:
            raise Refusal(Code.BALLOT_LOT_DIFFERS, first=ballot.lot_digits, second=digits)
        else:
            _confirm(entry, ballot, person)
        await ballot.save(update_fields=["lot_digits", "lot_by_id", "is_lot_confirmed"])
    return ballot.is_lot_confirmed


def _confirm(entry: journal.Recorder, ballot: Ballot, person: UUID) -> None:
    first = ballot.lot_by_id
    assert first is not None  # noqa: S101  somebody entered the digits first
    ballot.is_lot_confirmed = True
    drawn = LotDrawn(
        ballot=ballot.id, digits=ballot.lot_digits, entered_by=first, confirmed_by=person
    )
    entry.tell(drawn, subject=f"ballot:{ballot.id}")
