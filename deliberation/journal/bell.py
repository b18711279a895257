"""Rings when a stream has grown. It carries no data: who hears it reads the journal."""

from collections.abc import Callable
from uuid import UUID

_listeners: dict[UUID, set[Callable[[], None]]] = {}


def ring(stream: UUID) -> None:
    """Call everybody who listens to the stream; to be called after the commit, never before."""
    for listener in tuple(_listeners.get(stream, ())):
        listener()


def listen(stream: UUID, listener: Callable[[], None]) -> None:
    """Have `listener` called, on the event loop, whenever the stream grows in this process."""
    _listeners.setdefault(stream, set()).add(listener)


def stop_listening(stream: UUID, listener: Callable[[], None]) -> None:
    heard = _listeners.get(stream, set())
    heard.discard(listener)
    if not heard:
        _listeners.pop(stream, None)
