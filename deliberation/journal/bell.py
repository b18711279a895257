"""Rings when a stream has grown. It carries no data: who hears it reads the journal.

Between processes that share a PostgreSQL database it rings through the database's notifications;
one that is lost costs a moment, because rooms look by themselves every two seconds.
"""

from collections.abc import Callable
from uuid import UUID

from deliberation import store

CHANNEL = "deliberation_bell"

_listeners: dict[UUID, set[Callable[[], None]]] = {}


def ring(stream: UUID) -> None:
    """Call everybody who listens to the stream; to be called after the commit, never before."""
    for listener in tuple(_listeners.get(stream, ())):
        listener()


def listen(stream: UUID, listener: Callable[[], None]) -> None:
    """Have `listener` called, on the event loop, whenever the stream grows."""
    _listeners.setdefault(stream, set()).add(listener)


def stop_listening(stream: UUID, listener: Callable[[], None]) -> None:
    heard = _listeners.get(stream, set())
    heard.discard(listener)
    if not heard:
        _listeners.pop(stream, None)


async def ring_elsewhere(stream: UUID) -> None:
    """Inside the transaction that grows the stream: the other processes hear of its commit."""
    if store.engine() == "postgres":
        await store.notify(CHANNEL, f"{stream.hex} {store.WORKER}")


async def hear_others() -> None:
    """Ring here when another process has grown a stream; runs as long as the service does."""
    if store.engine() == "postgres":
        await store.listen(CHANNEL, _hear, _ring_all)


def _hear(payload: str) -> None:
    stream, _space, worker = payload.partition(" ")
    if worker != store.WORKER:
        ring(UUID(stream))


def _ring_all() -> None:
    for stream in tuple(_listeners):
        ring(stream)
