"""The floor: asking for it, giving it, ending a speech."""

from datetime import datetime
from uuid import UUID, uuid4

from deliberation import journal
from deliberation.errors import Code, Refusal
from deliberation.journal.events import (
    SpeechAsked,
    SpeechFinished,
    SpeechRecognised,
    SpeechWithdrawn,
)
from deliberation.journal.views import MeetingState
from deliberation.meetings import floor
from deliberation.meetings.attending import is_present
from deliberation.meetings.standing import (
    facts_of,
    item_facts,
    last_turn,
    require_current,
    require_item,
    times_heard,
    waiting_of,
)
from deliberation.people.roles import Actor, Permission
from deliberation.rulesets.rules import Rule


@journal.shielded
async def ask(actor: Actor, meeting: UUID, side: str, *, channel: str, at: datetime) -> None:
    """Ask for the floor on the item in hand; who asks has signed in."""
    actor.require(Permission.SPEAK)
    await _ask(actor, actor.present_person(), meeting, side, channel, at)


@journal.shielded
async def ask_for(actor: Actor, person: UUID, meeting: UUID, side: str, *, at: datetime) -> None:
    """The chair registers a raised hand in the hall."""
    actor.require(Permission.PRESIDE)
    await _ask(actor, person, meeting, side, "hall", at)


async def _ask(
    actor: Actor, person: UUID, meeting: UUID, side: str, channel: str, at: datetime
) -> None:
    if side not in set(floor.Side):
        raise Refusal(Code.FIELD_INVALID, field="side")
    async with journal.record(meeting, actor=actor.person, within=actor.community, at=at) as entry:
        state = await journal.state_of(meeting)
        item = require_current(state)
        if not await is_present(meeting, person):
            raise Refusal(Code.MEETING_NOT_SIGNED_IN)
        heard = times_heard(state, item.id).get(person, 0)
        facts = floor.FloorFacts(
            has_open_request=_has_open_request(state, person),
            times_heard=heard,
            limit=Rule.from_json(state.rule).speeches_per_item,
        )
        floor.check_may_ask(facts_of(state), item_facts(item), facts)
        speech = uuid4()
        asked = SpeechAsked(
            speech=speech,
            item=item.id,
            person=person,
            side=side,
            channel=channel,
            is_first=heard == 0,
        )
        entry.tell(asked, subject=f"item:{item.id}")
        entry.answer["speech"] = str(speech)


def _has_open_request(state: MeetingState, person: UUID) -> bool:
    speaking = state.speaking is not None and state.speaking.speech.person == person
    return speaking or any(speech.person == person for speech in state.queue)


@journal.shielded
async def withdraw(actor: Actor, meeting: UUID, *, at: datetime) -> None:
    """Take one's request back."""
    person = actor.present_person()
    async with journal.record(meeting, actor=person, within=actor.community, at=at) as entry:
        state = await journal.state_of(meeting)
        own = next((speech for speech in state.queue if speech.person == person), None)
        if own is None:
            raise Refusal(Code.SPEECH_NOT_WAITING)
        entry.tell(SpeechWithdrawn(speech=own.id), subject=f"item:{own.item}")


@journal.shielded
async def recognise(
    actor: Actor, meeting: UUID, speech: UUID | None = None, *, at: datetime
) -> None:
    """Give the floor to a request, or to the one whose turn it is by the rule."""
    actor.require(Permission.PRESIDE)
    async with journal.record(meeting, actor=actor.person, within=actor.community, at=at) as entry:
        state = await journal.state_of(meeting)
        item = require_current(state)
        chosen = speech or _next_in_turn(state, item.id)
        is_waiting = any(waiting.id == chosen for waiting in state.queue)
        floor.check_may_recognise(
            facts_of(state),
            item_facts(item),
            floor.SpeechState.ASKED if is_waiting else floor.SpeechState.FINISHED,
            is_someone_speaking=state.speaking is not None,
        )
        seconds = Rule.from_json(state.rule).speech_seconds
        entry.tell(SpeechRecognised(speech=chosen, seconds=seconds), subject=f"item:{item.id}")


def _next_in_turn(state: MeetingState, item: UUID) -> UUID:
    ordered = floor.order_queue(waiting_of(state), times_heard(state, item), last_turn(state, item))
    if not ordered:
        raise Refusal(Code.SPEECH_NOT_WAITING)
    return ordered[0].waiting.speech


@journal.shielded
async def finish(actor: Actor, meeting: UUID, *, note: str = "", at: datetime) -> None:
    """End the speech that runs; what the recorder noted of it is restricted."""
    state = await journal.state_of(meeting)
    own = state.speaking is not None and state.speaking.speech.person == actor.person
    if not own:
        actor.require(Permission.PRESIDE)
    async with journal.record(meeting, actor=actor.person, within=actor.community, at=at) as entry:
        state = await journal.state_of(meeting)
        speaking = state.speaking
        if speaking is None:
            raise Refusal(Code.SPEECH_NOT_RUNNING)
        require_item(state, speaking.speech.item)
        seconds = max(0, int((at - speaking.recognised_at).total_seconds()))
        restricted = {"note": note.strip()} if note.strip() else None
        finished = SpeechFinished(speech=speaking.speech.id, seconds=seconds)
        entry.tell(finished, subject=f"item:{speaking.speech.item}", restricted=restricted)
