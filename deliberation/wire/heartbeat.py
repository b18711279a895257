"""Pings for all connections of a server from one timer, so that a connection needs none of its own.

Each connection is pinged once an interval. One that has said nothing at all for the whole time-out
after a ping is given up: its peer is gone without a word.
"""

import asyncio
import random
from math import ceil
from typing import Protocol
from weakref import WeakKeyDictionary

PHASES = 20
"""Connections are spread over so many beats of an interval, to not ping all at once."""


class Beating(Protocol):
    """What a heartbeat needs of a connection."""

    silent_rounds: int
    """Intervals since anything was heard; the connection itself sets it to 0."""

    def ping(self) -> None: ...

    def give_up(self) -> None: ...


class Heartbeat:
    """Runs while there is a connection."""

    def __init__(self, interval: float, timeout: float) -> None:
        self._interval = interval
        self._patience = max(1, ceil(timeout / interval))
        self._phases: list[set[Beating]] = [set() for _ in range(PHASES)]
        self._next = 0
        self._timer: asyncio.TimerHandle | None = None

    def add(self, connection: Beating) -> int:
        """Returns the phase, which `remove` wants back."""
        phase = random.randrange(PHASES)  # noqa: S311  spreading, no secret
        self._phases[phase].add(connection)
        if self._timer is None:
            self._schedule()
        return phase

    def remove(self, connection: Beating, phase: int) -> None:
        self._phases[phase].discard(connection)

    def _schedule(self) -> None:
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(self._interval / PHASES, self._beat)

    def _beat(self) -> None:
        for connection in tuple(self._phases[self._next]):
            connection.silent_rounds += 1
            if connection.silent_rounds > self._patience:
                connection.give_up()
            else:
                connection.ping()
        self._next = (self._next + 1) % PHASES
        if any(self._phases):
            self._schedule()
        else:
            self._timer = None


_hearts: WeakKeyDictionary[object, Heartbeat] = WeakKeyDictionary()


def heartbeat_of(server: object, interval: float | None, timeout: float | None) -> Heartbeat | None:
    """The one of a server; None where pings are switched off."""
    if not interval:
        return None
    return _hearts.setdefault(server, Heartbeat(interval, timeout or interval))
