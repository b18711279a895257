"""Journal entries, asked by kind of event. Pure."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID

from deliberation.journal import events as e

E = TypeVar("E", bound=e.Event)
B = TypeVar("B", e.BallotClosed, e.BallotAnnounced, e.BallotVoided)


class Told(Protocol):
    """An entry as it is read from the journal."""

    @property
    def seq(self) -> int: ...
    @property
    def at(self) -> datetime: ...
    @property
    def event(self) -> e.Event: ...
    @property
    def restricted(self) -> dict[str, Any] | None: ...


class Account:
    """The entries, asked by kind of event."""

    def __init__(self, entries: Iterable[Told]) -> None:
        self._by_kind: dict[type[e.Event], list[Told]] = {}
        for entry in entries:
            self._by_kind.setdefault(type(entry.event), []).append(entry)

    def told(self, kind: type[E]) -> list[tuple[Told, E]]:
        """Entries of one kind with their events, in order."""
        found = self._by_kind.get(kind, ())
        return [(entry, entry.event) for entry in found if isinstance(entry.event, kind)]

    def of(self, kind: type[E]) -> list[E]:
        return [event for _, event in self.told(kind)]

    def last(self, kind: type[E]) -> tuple[Told, E] | None:
        found = self.told(kind)
        return found[-1] if found else None

    def of_ballot(self, kind: type[B], ballot: UUID) -> tuple[Told, B] | None:
        """What happened to one ballot, last if more than once."""
        found = [(entry, event) for entry, event in self.told(kind) if event.ballot == ballot]
        return found[-1] if found else None
