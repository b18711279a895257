"""What happened: streams of hash-chained entries, and replaying them."""

from deliberation.journal.reading import Happened, broken_at, entries, position, story
from deliberation.journal.recording import (
    AlreadyAnswered,
    Opens,
    Recorder,
    commanded,
    drain,
    forget_answers,
    record,
    shielded,
)
from deliberation.journal.states import state_of

__all__ = [
    "AlreadyAnswered",
    "Happened",
    "Opens",
    "Recorder",
    "broken_at",
    "commanded",
    "drain",
    "entries",
    "forget_answers",
    "position",
    "record",
    "shielded",
    "state_of",
    "story",
]
