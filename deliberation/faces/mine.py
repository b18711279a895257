"""What is one person's own in a meeting: their vote, their presence, their turn to speak.

It never stands in a fragment that several people see; the page and the socket both tell it.
"""

from dataclasses import dataclass
from uuid import UUID

from deliberation.ballots.casting import Cast
from deliberation.ballots.models import Elector
from deliberation.ballots.service import own_vote, require_ballot
from deliberation.faces.context import in_turn
from deliberation.i18n import N_
from deliberation.journal.views import MeetingState
from deliberation.meetings.attending import is_present, roll_of
from deliberation.people.roles import Actor, Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class MyTurn:
    """Where the person stands on the floor: `place` counts from 1 in the order of speaking, and
    is 0 while they speak."""

    state: str
    place: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Mine:
    """`vote` is the household's in the ballot in hand; `why_not` says why there is none to cast."""

    is_present: bool
    may_vote: bool
    why_not: str
    vote: Cast | None
    speech: MyTurn | None


async def mine_of(actor: Actor, state: MeetingState) -> Mine:
    """Read for one viewer; a visitor without a card has nothing of their own."""
    may_vote = await _may_vote(actor, state)
    return Mine(
        is_present=bool(
            actor.person and state.meeting and await is_present(state.meeting, actor.person)
        ),
        may_vote=may_vote,
        why_not="" if may_vote else _why_not(actor),
        vote=await _vote_of(actor, state),
        speech=_turn_of(actor, state),
    )


async def _may_vote(actor: Actor, state: MeetingState) -> bool:
    """In the open ballot by its electorate; before, by the roll that it will be opened on."""
    if actor.household is None or state.meeting is None or not actor.may(Permission.VOTE):
        return False
    ballot = _ballot_of(state)
    if ballot is None:
        return actor.household in await roll_of(state.meeting)
    electorate = (await require_ballot(ballot)).electorate_id
    elector = await Elector.get_or_none(electorate_id=electorate, voter_id=actor.household)
    return elector is not None and elector.person_id in (None, actor.person)


def _ballot_of(state: MeetingState) -> UUID | None:
    return state.current.ballot.id if state.current and state.current.ballot else None


def _why_not(actor: Actor) -> str:
    if actor.person is None:
        return N_("凭户卡登录后就能投票。")
    return N_("一户一票，由户代表投。您可以看、可以发言。")


async def _vote_of(actor: Actor, state: MeetingState) -> Cast | None:
    ballot = _ballot_of(state)
    if ballot is None or actor.household is None:
        return None
    return await own_vote(ballot, actor.household)


def _turn_of(actor: Actor, state: MeetingState) -> MyTurn | None:
    if actor.person is None:
        return None
    if state.speaking is not None and state.speaking.speech.person == actor.person:
        return MyTurn(state="speaking", place=0)
    people = [speech.person for speech in in_turn(state).queue]
    if actor.person not in people:
        return None
    return MyTurn(state="waiting", place=people.index(actor.person) + 1)
