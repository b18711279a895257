"""One websocket connection over `websockets`' sans-I/O protocol (RFC 6455).

Handshake, framing, limits, pings and closing are the library's. Ours is the glue to uvicorn and
ASGI, little memory a connection, and writing frames that were made ready once. There is no
compression: it would cost more than all the rest, and be done again for every viewer.
"""

import asyncio
import logging
from typing import Any, Protocol, cast

from websockets.exceptions import InvalidState
from websockets.frames import CloseCode, Opcode
from websockets.frames import Frame as Incoming
from websockets.http11 import Request, Response
from websockets.protocol import OPEN
from websockets.server import ServerProtocol

try:
    from websockets.speedups import apply_mask
except ImportError:  # no compiled part on this platform
    from websockets.utils import apply_mask

from deliberation.wire.conversation import Conversation
from deliberation.wire.frames import PING, Frame
from deliberation.wire.heartbeat import heartbeat_of

_log = logging.getLogger("deliberation.wire")


class Receiver(Protocol):
    """Who takes a connection over from the ASGI application; called on the event loop."""

    def received(self, message: str | bytes) -> None:
        """A whole message."""

    def lost(self, code: int) -> None:
        """The connection is gone: `code` as closed by the peer, 1006 when it did not say."""

    def restarting(self) -> None:
        """The server stops: close, when what is under way has been answered."""


class Wire(asyncio.Protocol):
    """uvicorn makes one for each upgrade request (its `ws=` setting)."""

    __slots__ = (
        "_conn",
        "_ending",
        "_heart",
        "_is_closing",
        "_is_text",
        "_largest",
        "_message",
        "_phase",
        "_receiver",
        "_transport",
        "_unpaused",
        "conversation",
        "server_state",
        "silent_rounds",
    )

    close_seconds = 10.0
    """How long the peer may take to echo our close frame."""
    high_water = 64 * 1024
    """Bytes that wait to be sent from which on the application's `send` waits too."""

    def __init__(
        self,
        config: Any,
        server_state: Any,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        if not config.loaded:
            config.load()
        self._largest: int = config.ws_max_size
        self._conn = ServerProtocol(max_size=self._largest, logger=_log)
        self.server_state = server_state
        self.conversation: Conversation | None = Conversation(self, config, app_state)
        self._receiver: Receiver | None = None
        self._transport: asyncio.Transport = cast(asyncio.Transport, None)
        self._unpaused: asyncio.Event | None = None
        self._message = bytearray()
        self._is_text = True
        self._is_closing = False
        self._ending: asyncio.TimerHandle | None = None
        self._heart = heartbeat_of(server_state, config.ws_ping_interval, config.ws_ping_timeout)
        self._phase = -1
        self.silent_rounds = 0

    # ------------------------------------------------------------ asyncio's side

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(high=self.high_water)
        self.server_state.connections.add(self)

    def data_received(self, data: bytes) -> None:
        self.silent_rounds = 0
        if self._conn.state is OPEN and self._whole_text(data):
            return
        if self._conn.reader.eof:
            return
        self._conn.receive_data(data)
        self._take_events()

    def eof_received(self) -> bool:
        """The peer sends no more; without its close frame there is nobody left to answer."""
        self._conn.receive_eof()
        self._take_events()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self.server_state.connections.discard(self)
        if self._heart is not None and self._phase >= 0:
            self._heart.remove(self, self._phase)
        if self._ending is not None:
            self._ending.cancel()
            self._ending = None
        self.resume_writing()
        self._is_closing = True
        received = self._conn.close_rcvd
        code = int(received.code) if received is not None else int(CloseCode.ABNORMAL_CLOSURE)
        conversation, receiver = self.conversation, self._receiver
        self._receiver = None
        if receiver is not None:
            receiver.lost(code)
        elif conversation is not None:
            conversation.lost(code)

    def pause_writing(self) -> None:
        self._unpaused = asyncio.Event()

    def resume_writing(self) -> None:
        if self._unpaused is not None:
            self._unpaused.set()
            self._unpaused = None

    # ------------------------------------------------------------ uvicorn's side

    def shutdown(self) -> None:
        """The server stops: everybody is asked to come back."""
        if self._receiver is not None:
            self._receiver.restarting()
        elif self.conversation is not None and not self.conversation.is_accepted:
            self.conversation.fail()
        else:
            self.close(CloseCode.SERVICE_RESTART)

    # ------------------------------------------------------------ what comes in

    def _whole_text(self, data: bytes) -> bool:
        """Deliver a chunk that is exactly one unfragmented text frame, as nearly all are.

        The library would find the same after several steps. Whatever is anything else, or comes
        while it is in the middle of something, is left to it.
        """
        conn = self._conn
        if len(data) < 6 or data[0] != 0x81 or conn.reader.buffer or conn.current_size is not None:
            return False
        length, start = data[1] - 0x80, 2
        if length == 126:
            length, start = int.from_bytes(data[2:4], "big"), 4
        elif length > 126 or length < 0:
            return False
        if len(data) != start + 4 + length or length > self._largest:
            return False
        self._deliver_text(apply_mask(data[start + 4 :], data[start : start + 4]))
        return True

    def _take_events(self) -> None:
        for event in self._conn.events_received():
            if isinstance(event, Request):
                self._asked(event)
            elif isinstance(event, Incoming):
                self._take_frame(event)
        if self._conn.parser_exc is not None:
            self._is_closing = True
        self.flush()

    def _take_frame(self, frame: Incoming) -> None:
        if frame.opcode in (Opcode.TEXT, Opcode.BINARY):
            self._is_text = frame.opcode is Opcode.TEXT
            if frame.fin:
                self._deliver(frame.data)
                return
            self._message += frame.data
        elif frame.opcode is Opcode.CONT:
            self._message += frame.data
            if frame.fin:
                message, self._message = bytes(self._message), bytearray()
                self._deliver(message)
        elif frame.opcode is Opcode.CLOSE:
            self._is_closing = True

    def _deliver(self, data: bytes | bytearray | memoryview) -> None:
        if self._is_text:
            self._deliver_text(data)
        else:
            self._hand_over(bytes(data))

    def _deliver_text(self, data: bytes | bytearray | memoryview) -> None:
        try:
            text = str(data, "utf-8")
        except UnicodeDecodeError:
            self._conn.fail(CloseCode.INVALID_DATA)
            self._is_closing = True
            self.flush()
            return
        self._hand_over(text)

    def _hand_over(self, message: str | bytes) -> None:
        if self._is_closing:
            return  # we said goodbye: what the peer still sends is not read
        if self._receiver is not None:
            self._receiver.received(message)
        elif self.conversation is not None:
            self.conversation.received(message)

    # ------------------------------------------------------------ handshake

    def _asked(self, request: Request) -> None:
        response = self._conn.accept(request)
        if response.status_code != 101:
            self.respond(response)
        elif self.conversation is not None:
            self.conversation.begin(request, response, self._transport)

    def respond(self, response: Response) -> None:
        """Answer the handshake: 101, or another status, with which the connection ends."""
        if self._transport.is_closing():
            return
        self._conn.send_response(response)
        self.flush()
        if response.status_code != 101:
            self._is_closing = True
            self._transport.close()
        elif self._heart is not None:
            self._phase = self._heart.add(self)

    def reject(self, status: int, text: str) -> None:
        self.respond(self._conn.reject(status, text))

    # ------------------------------------------------------------ the extension

    def take(self, receiver: Receiver) -> None:
        """Hand the accepted connection over: from here on its messages go to `receiver`, and the
        application's coroutine should return."""
        conversation, self.conversation = self.conversation, None
        self._receiver = receiver
        if conversation is None or self._is_closing:
            self._receiver = None
            receiver.lost(int(CloseCode.ABNORMAL_CLOSURE))
            return
        self.resume_reading()
        for message in conversation.unread():
            receiver.received(message)

    def write(self, frame: Frame) -> None:
        """Send a message that was made ready; nothing happens when the connection is closing."""
        if not self._is_closing:
            self._transport.write(frame.framed)

    @property
    def backlog(self) -> int:
        """Bytes that the peer has not taken yet, beyond what the system buffers."""
        return 0 if self._is_closing else self._transport.get_write_buffer_size()

    @property
    def is_closing(self) -> bool:
        return self._is_closing

    def pause_reading(self) -> None:
        if not self._transport.is_closing():
            self._transport.pause_reading()

    def resume_reading(self) -> None:
        if not self._transport.is_closing():
            self._transport.resume_reading()

    # ------------------------------------------------------------ what goes out

    def send(self, data: bytes, *, is_text: bool) -> None:
        """A message of the application's own. InvalidState when the connection is closing."""
        (self._conn.send_text if is_text else self._conn.send_binary)(data)
        self.flush()

    async def writable(self) -> None:
        """Returns when what waits to be sent has become little enough."""
        if self._unpaused is not None:
            await self._unpaused.wait()

    def close(self, code: int, reason: str = "") -> None:
        """Begin the closing handshake; the peer that does not answer is given up."""
        if self._is_closing or self._transport.is_closing():
            return
        self._is_closing = True
        try:
            self._conn.send_close(code, reason)
        except InvalidState:
            return
        self.flush()
        self.resume_reading()
        loop = asyncio.get_running_loop()
        self._ending = loop.call_later(self.close_seconds, self._transport.abort)

    def flush(self) -> None:
        """Write what the library has to say; an empty piece from it means: no more."""
        for piece in self._conn.data_to_send():
            if piece:
                self._transport.write(piece)
            else:
                self._is_closing = True
                self._end()

    def _end(self) -> None:
        """Close when what waits has been sent, but do not wait for it for ever."""
        self._transport.close()
        if self._ending is None and self._transport.get_write_buffer_size():
            loop = asyncio.get_running_loop()
            self._ending = loop.call_later(self.close_seconds, self._transport.abort)

    # ------------------------------------------------------------ heartbeat

    def ping(self) -> None:
        if not self._is_closing:
            self._transport.write(PING)

    def give_up(self) -> None:
        """The peer has not been heard of for too long."""
        self._is_closing = True
        self._transport.abort()
