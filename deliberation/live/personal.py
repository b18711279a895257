"""What is one person's own in a meeting: their vote, their presence, their turn."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from deliberation.ballots.casting import Cast
from deliberation.ballots.models import Elector
from deliberation.ballots.service import own_vote, require_ballot
from deliberation.journal.views import MeetingState
from deliberation.meetings.attending import is_present, roll_of
from deliberation.people.roles import Actor, Permission


async def may_vote_in(actor: Actor, ballot: UUID) -> bool:
    """Whether the actor casts a vote of the ballot's electorate."""
    if actor.household is None or not actor.may(Permission.VOTE):
        return False
    electorate = (await require_ballot(ballot)).electorate_id
    elector = await Elector.get_or_none(electorate_id=electorate, voter_id=actor.household)
    return elector is not None and elector.person_id in (None, actor.person)


def vote_facts(cast: Cast) -> dict[str, Any]:
    return {
        "ballot": str(cast.ballot),
        "choice": cast.choice,
        "receipt": cast.receipt,
        "at": int(cast.at.timestamp() * 1000),
        "effect": cast.effect.value,
    }


async def own_facts(actor: Actor, state: MeetingState) -> dict[str, Any]:
    """Sent when a client joins and when something of its own changes."""
    ballot = state.current.ballot if state.current else None
    return {
        "present": bool(actor.person and await _is_present(actor, state)),
        "may_vote": await may_vote_in(actor, ballot.id)
        if ballot is not None
        else await _will_vote(actor, state),
        "vote": await _own_vote(actor, ballot.id) if ballot is not None else None,
        "speech": own_speech(actor, state),
    }


async def _will_vote(actor: Actor, state: MeetingState) -> bool:
    """Whether the actor will cast a vote when a ballot opens on the meeting's roll."""
    if actor.household is None or not actor.may(Permission.VOTE) or state.meeting is None:
        return False
    return actor.household in await roll_of(state.meeting)


async def _is_present(actor: Actor, state: MeetingState) -> bool:
    return (
        actor.person is not None
        and state.meeting is not None
        and await is_present(state.meeting, actor.person)
    )


async def _own_vote(actor: Actor, ballot: UUID) -> dict[str, Any] | None:
    vote = await own_vote(ballot, actor.household) if actor.household else None
    if vote is None:
        return None
    return {
        "ballot": str(ballot),
        "choice": vote.choice,
        "receipt": vote.receipt,
        "at": int(vote.cast_at.timestamp() * 1000),
    }


def own_speech(actor: Actor, state: MeetingState) -> Mapping[str, Any] | None:
    """Where the actor stands on the floor; `place` counts from 1 in the order asked."""
    if actor.person is None:
        return None
    if state.speaking is not None and state.speaking.speech.person == actor.person:
        return {"state": "speaking", "place": 0}
    places = [speech.person for speech in state.queue]
    if actor.person in places:
        return {"state": "waiting", "place": places.index(actor.person) + 1}
    return None
