"""One websocket connection over `websockets`' sans-I/O protocol (RFC 6455).

Handshake, framing, limits, pings and closing are the library's. Ours is the glue to uvicorn and
ASGI, little memory a connection, and writing frames that were made ready once. There is no
compression: it would cost more than all the rest, and be done again for every viewer.
"""

import asyncio
import logging
from http import HTTPStatus
from typing import Any, Protocol, cast

from websockets.frames import DATA_OPCODES, CloseCode, Opcode
from websockets.frames import Frame as Incoming
from websockets.http11 import Request, Response
from websockets.protocol import CONNECTING, OPEN
from websockets.server import ServerProtocol

from deliberation.wire.conversation import Conversation
from deliberation.wire.heartbeat import heartbeat_of
from deliberation.wire.incoming import Assembly, least_bytes, whole_text
from deliberation.wire.sending import Sending

PIECE_BYTES = 2_048
"""How much of a chunk the library parses in one go: a few hundred frames at most."""
IDLE_FRAMES = 100
REST_SECONDS = 1.0
"""After so many frames that say nothing (pings, pongs, empty ones) nothing is read for so long."""

_log = logging.getLogger("deliberation.wire")


class Receiver(Protocol):
    """Who takes a connection over from the ASGI application; called on the event loop."""

    def received(self, message: str | bytes) -> None:
        """A whole message."""

    def lost(self, code: int) -> None:
        """The connection is gone: `code` as closed by the peer, 1006 when it did not say."""

    def restarting(self) -> None:
        """The server stops: close, when what is under way has been answered."""


class Wire(Sending, asyncio.Protocol):
    """uvicorn makes one for each upgrade request (its `ws=` setting)."""

    __slots__ = (
        "_assembly",
        "_heart",
        "_idle_frames",
        "_largest",
        "_more",
        "_phase",
        "_receiver",
        "_rest",
        "_unaccounted",
        "conversation",
        "server_state",
        "silent_rounds",
    )

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
        super().__init__(ServerProtocol(max_size=self._largest, logger=_log))
        self.server_state = server_state
        self.conversation: Conversation | None = Conversation(self, config, app_state)
        self._receiver: Receiver | None = None
        self._assembly = Assembly()
        self._rest = b""
        self._more: asyncio.Handle | None = None
        self._idle_frames = 0
        self._unaccounted = 0
        self._heart = heartbeat_of(server_state, config.ws_ping_interval, config.ws_ping_timeout)
        self._phase = -1
        self.silent_rounds = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(high=self.high_water)
        self.server_state.connections.add(self)

    def data_received(self, data: bytes) -> None:
        self.silent_rounds = 0
        if self._rest or self._is_unanswered:
            self._rest += data  # it goes on speaking before it has been heard out
            return
        if not self._unaccounted and self._conn.state is OPEN and not self._assembly.is_begun:
            whole = whole_text(data, self._largest)
            if whole is not None:
                self._deliver(whole, is_text=True)
                return
        self._feed(data)

    def _feed(self, data: bytes) -> None:
        """Let the library see a piece; thousands of tiny frames come in one chunk, and others have
        their turn between the pieces. The head of the handshake is seen whole."""
        conn = self._conn
        if conn.reader.eof:
            return
        size = PIECE_BYTES if conn.state is not CONNECTING else len(data)
        piece, self._rest = data[:size], data[size:]
        self._unaccounted += len(piece)
        conn.receive_data(piece)
        self._take_events()
        is_tired = self._idle_frames > IDLE_FRAMES
        if is_tired:
            self._idle_frames = 0
        if is_tired and self._more is None:
            loop = asyncio.get_running_loop()
            self._more = loop.call_later(REST_SECONDS, self._go_on)
        self._read_or_not()

    def _go_on(self) -> None:
        self._more = None
        rest, self._rest = self._rest, b""
        if rest:
            self._feed(rest)
        else:
            self._read_or_not()

    @property
    def _is_unanswered(self) -> bool:
        return self._conn.accept_called and self._conn.state is CONNECTING

    @property
    def _is_busy(self) -> bool:
        return bool(self._rest) or self._more is not None

    def _read_or_not(self) -> None:
        if self._rest and self._more is None and not self._must_wait:
            self._more = asyncio.get_running_loop().call_soon(self._go_on)
        super()._read_or_not()

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
        if self._more is not None:
            self._more.cancel()
        self.resume_writing()
        self._is_closing = True
        received = self._conn.close_rcvd
        code = int(received.code) if received is not None else int(CloseCode.ABNORMAL_CLOSURE)
        conversation, receiver = self.conversation, self._receiver
        self._receiver = None
        if receiver is not None:
            receiver.lost(code)
        elif conversation is not None:
            conversation.lost(code, received.reason if received is not None else "")

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

    def _take_events(self) -> None:
        for event in self._conn.events_received():
            if isinstance(event, Request):
                self._asked(event)
            elif isinstance(event, Incoming):
                self._take_frame(event)
        conn = self._conn
        if conn.handshake_exc is not None and not conn.accept_called:
            conn.data_to_send()  # the library would hang up without a word
            response = conn.reject(HTTPStatus.BAD_REQUEST, "The handshake cannot be read.\n")
            self._transport.write(response.serialize())
            self._end()
            return
        if conn.parser_exc is not None:
            self._is_closing = True
        self.flush()

    def _take_frame(self, frame: Incoming) -> None:
        # What the frames took at least never exceeds what the library has consumed: when it equals
        # what came in, the next chunk begins with a frame.
        self._unaccounted -= least_bytes(frame)
        if not frame.data or frame.opcode in (Opcode.PING, Opcode.PONG):
            self._idle_frames += 1
        if frame.opcode is Opcode.CLOSE:
            self._is_closing = True
        elif frame.opcode in DATA_OPCODES:
            message = self._assembly.add(frame)
            if message is not None:
                self._deliver(message, is_text=self._assembly.is_text)

    def _deliver(self, data: bytes, *, is_text: bool) -> None:
        if not is_text:
            self._hand_over(data)
            return
        try:
            text = data.decode()
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
        self._read_or_not()
        versions = request.headers.get_all("Sec-WebSocket-Version")
        if response.status_code == HTTPStatus.BAD_REQUEST and versions not in ([], ["13"]):
            response = self._conn.reject(HTTPStatus.UPGRADE_REQUIRED, "Version 13 is spoken.\n")
            response.headers["Sec-WebSocket-Version"] = "13"  # RFC 6455 §4.2.2
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
            self._end()
            return
        if self._heart is not None:
            self._phase = self._heart.add(self)
        self._unaccounted = 0
        self._read_or_not()

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
