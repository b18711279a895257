"""Who is connected to a room, by kind, and writing one frame to all of them.

Nobody waits for a slow reader, and a long pass lets others have their turn.
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from deliberation.live.protocol import CLOSE_REJOIN
from deliberation.measures import Counts
from deliberation.meetings.viewing import Counted
from deliberation.wire import Frame

SLICE = 200
"""Frames written before others have their turn: about two milliseconds."""
LOST_BYTES = 256 * 1024
"""Unsent bytes from which a reader is asked to join again."""


class Outlet(Protocol):
    """Where frames of one connection go; never waits."""

    @property
    def is_behind(self) -> bool: ...

    @property
    def backlog(self) -> int: ...

    @property
    def is_closing(self) -> bool: ...

    def write(self, frame: Frame) -> None: ...

    def offer(self, frame: Frame) -> bool: ...

    def close(self, code: int) -> None: ...

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Kind:
    """Connections of a kind get the same bytes."""

    face: str
    language: str


@lru_cache(maxsize=64)
def kind_of(face: str, language: str) -> Kind:
    """One value for all connections of the kind."""
    return Kind(face, language)


class Audience:
    """The outlets of a room."""

    def __init__(self, counts: Counts) -> None:
        self._counts = counts
        self._outlets: dict[Kind, dict[Outlet, None]] = {}  # in the order they came: memory's, too

    def __len__(self) -> int:
        return sum(map(len, self._outlets.values()))

    def add(self, kind: Kind, outlet: Outlet) -> None:
        self._outlets.setdefault(kind, {})[outlet] = None

    def remove(self, kind: Kind, outlet: Outlet) -> None:
        outlets = self._outlets.get(kind, {})
        outlets.pop(outlet, None)
        if not outlets:
            self._outlets.pop(kind, None)

    def counted(self) -> Counted:
        faces = {"resident": 0, "screen": 0, "console": 0}
        for kind, outlets in self._outlets.items():
            faces[kind.face] += len(outlets)
        return Counted(**faces)

    async def tell(self, frames: Mapping[Kind, Frame]) -> None:
        """Durable news, to everybody who is there now; who comes later has it in the snapshot."""
        for frame, outlets in self._passes(frames):
            for outlet in outlets:
                if outlet.is_behind and outlet.backlog > LOST_BYTES:
                    self._counts.add("asked_to_rejoin")
                    outlet.close(CLOSE_REJOIN)
                else:
                    outlet.write(frame)
            self._counts.add("durable_sent", len(outlets))
            await asyncio.sleep(0)

    async def offer(self, frame: Frame, faces: Iterable[str] | None = None) -> None:
        """Ephemeral news: left out for whoever is behind."""
        wanted = [k for k in self._outlets if faces is None or k.face in faces]
        for _frame, outlets in self._passes(dict.fromkeys(wanted, frame)):
            sent = sum([outlet.offer(frame) for outlet in outlets])
            self._counts.add("ephemeral_sent", sent)
            self._counts.add("ephemeral_left_out", len(outlets) - sent)
            await asyncio.sleep(0)

    def _passes(self, frames: Mapping[Kind, Frame]) -> Iterator[tuple[Frame, list[Outlet]]]:
        """Slices of those who are there when the pass begins."""
        now = [(frame, list(self._outlets.get(kind, ()))) for kind, frame in frames.items()]
        for frame, outlets in now:
            for start in range(0, len(outlets), SLICE):
                yield frame, outlets[start : start + SLICE]
