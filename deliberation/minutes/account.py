"""Journal entries, asked by kind of event. Pure."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID

from deliberation.journal import events as e

E = TypeVar("E", bound=e.Event)


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

    def of_ballot(self, kind: type[E], ballot: UUID) -> list[tuple[Told, E]]:
        """What happened to one ballot, in order."""
        return [one for one in self.told(kind) if getattr(one[1], "ballot", None) == ballot]

    def last_of_ballot(self, kind: type[E], ballot: UUID) -> tuple[Told, E] | None:
        found = self.of_ballot(kind, ballot)
        return found[-1] if found else None
