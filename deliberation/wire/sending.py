"""The sending half of a connection: what waits, what is closing, who is listened to."""

import asyncio
import contextlib

from websockets.exceptions import InvalidState
from websockets.protocol import CONNECTING
from websockets.server import ServerProtocol

from deliberation.wire.frames import PING, Frame


class Sending:
    """Writes ready frames and what the library has to say; never waits for the peer."""

    __slots__ = ("_conn", "_ending", "_is_closing", "_is_deaf", "_transport", "_unpaused")

    close_seconds = 10.0
    """How long the peer may take to echo our close frame, or to take the last words."""
    high_water = 32 * 1024
    """Bytes that wait to be sent from which on a peer is behind and `send` waits."""

    _transport: asyncio.Transport

    def __init__(self, conn: ServerProtocol) -> None:
        self._conn = conn
        self._unpaused: asyncio.Event | None = None
        self._is_closing = False
        self._is_deaf = False
        self._ending: asyncio.TimerHandle | None = None

    def pause_writing(self) -> None:
        """The peer does not take what it is sent: it is not listened to either, or its pings alone
        would fill the memory with pongs."""
        self._unpaused = asyncio.Event()
        self._read_or_not()

    def resume_writing(self) -> None:
        if self._unpaused is not None:
            self._unpaused.set()
            self._unpaused = None
            self._read_or_not()

    def write(self, frame: Frame) -> None:
        """Send a message that was made ready; nothing happens when the connection is closing."""
        if not self._is_closing:
            self._transport.write(frame.framed)

    def offer(self, frame: Frame) -> bool:
        """The same, but not to a peer that is behind; whether it was sent."""
        if self._unpaused is not None or self._is_closing:
            return False
        self._transport.write(frame.framed)
        return True

    @property
    def is_behind(self) -> bool:
        """Much of what was sent has not been taken by the peer."""
        return self._unpaused is not None

    @property
    def backlog(self) -> int:
        """Bytes that the peer has not taken yet, beyond what the system buffers."""
        return 0 if self._is_closing else self._transport.get_write_buffer_size()

    @property
    def is_closing(self) -> bool:
        return self._is_closing

    def pause_reading(self) -> None:
        self._is_deaf = True
        self._read_or_not()

    def resume_reading(self) -> None:
        self._is_deaf = False
        self._read_or_not()

    @property
    def _must_wait(self) -> bool:
        """Nothing the peer says is heard now; but the echo of our close is waited for."""
        is_deaf = self._is_deaf and not self._is_closing
        return is_deaf or self._unpaused is not None or self._conn.state is CONNECTING

    @property
    def _is_busy(self) -> bool:
        """Something that was read has not been heard yet."""
        return False

    def _read_or_not(self) -> None:
        if self._transport.is_closing():
            return
        if self._must_wait or self._is_busy:
            self._transport.pause_reading()
        else:
            self._transport.resume_reading()

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
        with contextlib.suppress(InvalidState):
            self._conn.send_close(code, reason)  # raises for what may not be sent
        self._is_closing = True
        self.flush()
        self.resume_reading()  # the peer's echo is waited for
        loop = asyncio.get_running_loop()
        self._ending = loop.call_later(self.close_seconds, self._transport.abort)

    def flush(self) -> None:
        """Write what the library has to say; an empty piece from it means: no more."""
        pieces = self._conn.data_to_send()
        if any(pieces):
            self._transport.write(b"".join(pieces))
        if b"" in pieces:
            self._end()

    def _end(self) -> None:
        """Close when what waits has been sent, but do not wait for it for ever."""
        self._is_closing = True
        self._transport.close()
        if self._ending is None:
            loop = asyncio.get_running_loop()
            self._ending = loop.call_later(self.close_seconds, self._transport.abort)

    def ping(self) -> None:
        if not self._is_closing:
            self._transport.write(PING)

    def give_up(self) -> None:
        """The peer has not been heard of for too long."""
        self._is_closing = True
        self._transport.abort()
