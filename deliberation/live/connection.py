"""One client's socket behind one `write(frame)`, with a bounded queue."""

import asyncio
import contextlib
from collections import deque
from dataclasses import dataclass

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from deliberation.live.protocol import CLOSE_REJOIN
from deliberation.people.roles import Actor

WAITING_FRAMES = 64
"""Frames a slow reader may be behind before it is asked to come again."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Connections of a kind get the same bytes."""

    face: str
    language: str


class Connection:
    """Frames are sent in order by a task of their own; nobody waits for a slow reader."""

    def __init__(self, socket: WebSocket, actor: Actor, kind: Kind) -> None:
        self._socket = socket
        self.actor = actor
        self.kind = kind
        self._waiting: deque[str] = deque()
        self._wake = asyncio.Event()
        self._close_with: int | None = None

    def write(self, frame: str, *, ephemeral: bool = False) -> None:
        """Queue a frame. An ephemeral one is skipped when the reader is behind: a newer follows;
        a reader too far behind on durable ones is closed, to join again."""
        if self._close_with is not None:
            return
        if ephemeral and self._waiting:
            return
        if len(self._waiting) >= WAITING_FRAMES:
            self.close(CLOSE_REJOIN)
            return
        self._waiting.append(frame)
        self._wake.set()

    def close(self, code: int, *, after_waiting: bool = False) -> None:
        """End the connection: at once, or when what is queued has been sent."""
        if not after_waiting:
            self._waiting.clear()
        self._close_with = code
        self._wake.set()

    @property
    def is_closing(self) -> bool:
        return self._close_with is not None

    async def send_all(self) -> None:
        """Runs while the connection lives."""
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            while self._close_with is None or self._waiting:
                await self._wake.wait()
                self._wake.clear()
                while self._waiting:
                    await self._socket.send_text(self._waiting.popleft())
            if self._socket.application_state is WebSocketState.CONNECTED:
                await self._socket.close(self._close_with)
