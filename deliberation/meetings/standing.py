"""Where a meeting stands, as the facts that the rules ask for. Pure."""

from uuid import UUID

from deliberation.errors import Code, Refusal
from deliberation.journal.views import ItemView, MeetingState
from deliberation.meetings import rules
from deliberation.meetings.floor import NOBODY_YET, Side, Turn, Waiting, turn_after


def facts_of(state: MeetingState) -> rules.MeetingFacts:
    """The chair's facts, from the replayed state. A ballot that goes on by itself for days
    holds nothing up."""
    current = state.current
    ballot = current.ballot if current else None
    if ballot is not None and ballot.is_by_itself:
        ballot = None
    position = current.position if current else None
    return rules.MeetingFacts(
        state=rules.MeetingState(state.state),
        open_item=position,
        open_ballot=position if ballot is not None and ballot.state == "open" else None,
        unannounced=position if ballot is not None and ballot.state == "closed" else None,
    )


def item_facts(item: ItemView) -> rules.ItemFacts:
    """Items of the replayed state are those of the notice."""
    return rules.ItemFacts(
        position=item.position, state=rules.ItemState(item.state), is_noticed=True
    )


def require_item(state: MeetingState, item: UUID) -> ItemView:
    """Raises ITEM_NOT_ON_AGENDA for an item that the notice did not name."""
    found = state.item(item)
    if found is None:
        raise Refusal(Code.ITEM_NOT_ON_AGENDA)
    return found


def require_current(state: MeetingState) -> ItemView:
    """The item in hand. Raises MEETING_NOT_CONVENED, or ITEM_NONE_OPEN between items."""
    rules.check_is_convened(rules.MeetingState(state.state))
    current = state.current
    if current is None:
        raise Refusal(Code.ITEM_NONE_OPEN)
    return current


def waiting_of(state: MeetingState) -> list[Waiting]:
    """The queue as the floor's rules take it."""
    return [
        Waiting(
            speech=speech.id,
            person=speech.person,
            side=Side(speech.side),
            is_remote=speech.channel != "hall",
            asked_at=speech.asked_at,
        )
        for speech in state.queue
    ]


def times_heard(state: MeetingState, item: UUID) -> dict[UUID, int]:
    """How often each person has had the floor on an item."""
    counts: dict[UUID, int] = {}
    speaking = (state.speaking.speech,) if state.speaking else ()
    for speech in (*(h.speech for h in state.heard), *speaking):
        if speech.item == item:
            counts[speech.person] = counts.get(speech.person, 0) + 1
    return counts


def last_turn(state: MeetingState, item: UUID) -> Turn:
    """Whom the next speaker alternates with."""
    turn = NOBODY_YET
    for heard in state.heard:
        if heard.speech.item == item:
            is_remote = heard.speech.channel != "hall"
            turn = turn_after(turn, Side(heard.speech.side), is_remote=is_remote)
    return turn
