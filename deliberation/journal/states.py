"""The present state of a meeting, read from its stream; what was read before is remembered."""

from collections import OrderedDict
from uuid import UUID

from deliberation.journal.reading import entries
from deliberation.journal.replay import replay
from deliberation.journal.views import MeetingState

REMEMBERED = 200
_states: OrderedDict[UUID, MeetingState] = OrderedDict()


async def state_of(meeting: UUID) -> MeetingState:
    """The meeting after its last committed entry.

    Inside a unit of work this is the state under its lock: only committed entries are remembered,
    because what the unit tells is appended when it ends.
    """
    known = _states.get(meeting, MeetingState())
    news = await entries(meeting, since=known.seq)
    state = replay(((h.seq, h.at, h.event) for h in news), known)
    _remember(meeting, state)
    return state


def _remember(meeting: UUID, state: MeetingState) -> None:
    known = _states.get(meeting)
    if known is None or known.seq <= state.seq:
        _states[meeting] = state
    _states.move_to_end(meeting)
    while len(_states) > REMEMBERED:
        _states.popitem(last=False)


def forget() -> None:
    """Remember nothing; for when another database is opened in the same process."""
    _states.clear()
