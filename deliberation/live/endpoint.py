"""The socket's address: the handshake, then a client on whatever carries its frames.

On our own wire a connection is handed over and needs no task; on any other server a task receives
and another sends, through ASGI alone.
"""

import asyncio
import contextlib
from collections import deque

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from deliberation.i18n.catalogs import negotiate
from deliberation.live import protocol
from deliberation.live.client import Client
from deliberation.live.hub import Hub
from deliberation.wire import EXTENSION, Frame, Wire

FAREWELL_SECONDS = 5
"""How long the last words to a client may take, before its socket is given up."""


async def serve(socket: WebSocket, hub: Hub, token: str | None) -> None:
    """Accept a socket that speaks our protocol, and serve it."""
    if protocol.SUBPROTOCOL not in socket.scope.get("subprotocols", []):
        await socket.close(protocol.CLOSE_MALFORMED)
        return
    await socket.accept(subprotocol=protocol.SUBPROTOCOL)
    language = negotiate(
        socket.headers.get("accept-language", ""), socket.cookies.get("dd_language")
    )
    offered = socket.scope.get("extensions", {}).get(EXTENSION)
    if offered is not None:
        wire: Wire = offered["wire"]
        wire.take(Client(hub, wire, language, token))
        return
    outlet = AsgiOutlet(socket)
    await outlet.serve(Client(hub, outlet, language, token))


class AsgiOutlet:
    """Frames over plain ASGI: queued, and sent in order by a task of their own."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket
        self._waiting: deque[Frame] = deque()
        self._wake = asyncio.Event()
        self._readable = asyncio.Event()
        self._readable.set()
        self._close_with: int | None = None
        self.backlog = 0

    @property
    def is_closing(self) -> bool:
        return self._close_with is not None

    @property
    def is_behind(self) -> bool:
        return self.backlog > Wire.high_water

    def offer(self, frame: Frame) -> bool:
        if self.is_behind or self.is_closing:
            return False
        self.write(frame)
        return True

    def write(self, frame: Frame) -> None:
        if self._close_with is None:
            self._waiting.append(frame)
            self.backlog += len(frame.payload)
            self._wake.set()

    def close(self, code: int) -> None:
        if self._close_with is None:
            self._close_with = code
            self._wake.set()
            self._readable.set()

    def pause_reading(self) -> None:
        self._readable.clear()

    def resume_reading(self) -> None:
        self._readable.set()

    async def serve(self, client: Client) -> None:
        """From the hello to the end."""
        sending = asyncio.create_task(self._send_all())
        receiving = asyncio.create_task(self._receive_all(client))
        try:
            await asyncio.wait({sending, receiving}, return_when=asyncio.FIRST_COMPLETED)
            if self.is_closing:
                await asyncio.wait({sending}, timeout=FAREWELL_SECONDS)
        finally:
            client.lost(1006)
            for task in (sending, receiving):
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task

    async def _receive_all(self, client: Client) -> None:
        while True:
            await self._readable.wait()
            message = await self._socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            text = message.get("text")
            client.received(text if text is not None else message.get("bytes", b""))

    async def _send_all(self) -> None:
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            while self._close_with is None or self._waiting:
                await self._wake.wait()
                self._wake.clear()
                while self._waiting:
                    frame = self._waiting.popleft()
                    await self._socket.send_text(frame.text)
                    self.backlog -= len(frame.payload)
            if self._socket.application_state is WebSocketState.CONNECTED:
                await self._socket.close(self._close_with)
