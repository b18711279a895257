"""The deciding vote of who presides: where the rule has one, and only when votes are equal."""

from datetime import datetime
from uuid import UUID

from deliberation import journal
from deliberation.ballots import eligibility, results
from deliberation.ballots.desk import ballot_in
from deliberation.ballots.eligibility import BallotState
from deliberation.ballots.frozen import frozen_of
from deliberation.ballots.models import Ballot
from deliberation.ballots.tally import Choice
from deliberation.errors import Code, Refusal
from deliberation.journal.events import TieBroken
from deliberation.people.roles import Actor, Permission

CHOICES = (Choice.FOR, Choice.AGAINST, results.NO_CHAIR_VOTE)


@journal.shielded
async def break_tie(
    actor: Actor, meeting: UUID, ballot_id: UUID, choice: str, *, at: datetime
) -> None:
    """Give the deciding vote, or declare to give none, once, after the close.

    Only who presided at the opening, and so had no vote. Raises BALLOT_CHOICE_UNKNOWN,
    BALLOT_NOT_CLOSED, BALLOT_NOT_TIED, BALLOT_OBJECTIONS_OPEN.
    """
    actor.require(Permission.PRESIDE)
    if choice not in CHOICES:
        raise Refusal(Code.BALLOT_CHOICE_UNKNOWN)
    async with journal.record(meeting, actor=actor.person, within=actor.community, at=at) as entry:
        ballot = await ballot_in(meeting, ballot_id)
        eligibility.check_may_announce(BallotState(ballot.state))
        if actor.person != ballot.silent_id:
            raise Refusal(Code.NOT_PERMITTED)
        await results.check_heard(ballot, at)
        if ballot.chair_choice or not await _is_tied(ballot):
            raise Refusal(Code.BALLOT_NOT_TIED)
        ballot.chair_choice = choice
        await ballot.save(update_fields=["chair_choice"])
        entry.tell(TieBroken(ballot=ballot_id, choice=choice), subject=f"ballot:{ballot_id}")


async def _is_tied(ballot: Ballot) -> bool:
    try:
        await results.count(ballot, frozen_of(ballot), await results.votes_of(ballot))
    except Refusal as refusal:
        return refusal.code is Code.BALLOT_TIED
    return False
