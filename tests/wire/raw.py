"""A websocket client that can do everything wrong: RFC 6455 by hand over a plain socket.

What it reads is checked: a frame of the server that breaks a rule of §5 fails the test at once.
"""

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass

CONTINUED, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10

SAMPLE_KEY = b"dGhlIHNhbXBsZSBub25jZQ=="
SAMPLE_ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
"""The example of §1.3."""
MASK = b"\x37\xfa\x21\x3d"
"""The example of §5.7."""
NO_CODE, NO_CLOSE = 1005, 1006
"""What §7.1.5 calls a close frame without a code, and an end without a close frame."""

PATIENCE = 10.0
"""Seconds after which a test that waits has failed."""
TURNS = 1_000
"""Turns of the loop without any progress: what has not happened by then is held back."""
NARROW = 1 << 14

Header = tuple[bytes, bytes]
HANDSHAKE: tuple[Header, ...] = (
    (b"Host", b"community.example"),
    (b"Upgrade", b"websocket"),
    (b"Connection", b"Upgrade"),
    (b"Sec-WebSocket-Key", SAMPLE_KEY),
    (b"Sec-WebSocket-Version", b"13"),
)


@dataclass(frozen=True, slots=True)
class Frame:
    opcode: int
    payload: bytes = b""
    fin: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """The server's answer to a handshake."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def all(self, name: str) -> list[str]:
        return [value for other, value in self.headers if other == name]


def request(
    *changes: Header,
    without: Iterable[bytes] = (),
    line: bytes = b"GET /talk HTTP/1.1",
) -> bytes:
    """A good handshake, but for what is said: a header given replaces those of its name."""
    gone = {*without, *(name for name, _ in changes)}
    headers = [*(header for header in HANDSHAKE if header[0] not in gone), *changes]
    return b"\r\n".join([line, *(name + b": " + value for name, value in headers), b"", b""])


def frame(
    opcode: int,
    payload: bytes = b"",
    *,
    fin: bool = True,
    rsv: int = 0,
    mask: bytes | None = MASK,
    width: int | None = None,
    announced: int | None = None,
) -> bytes:
    """One frame of a client (§5.2).

    `rsv`: the reserved bits as a number, RSV1 is 4. `width`: bits of the length field, 7, 16 or 64,
    the fewest that do when None. `announced`: a length other than the payload's.
    """
    length = len(payload) if announced is None else announced
    width = width or (7 if length < 126 else 16 if length < 1 << 16 else 64)
    small = {7: length, 16: 126, 64: 127}[width]
    more = {7: b"", 16: struct.pack("!H", length & 0xFFFF), 64: struct.pack("!Q", length)}[width]
    head = bytes((fin << 7 | rsv << 4 | opcode, (mask is not None) << 7 | small)) + more
    if mask is None:
        return head + payload
    keys = (mask * (len(payload) // 4 + 1))[: len(payload)]
    masked = int.from_bytes(payload, "big") ^ int.from_bytes(keys, "big")
    return head + mask + masked.to_bytes(len(payload), "big")


def message(opcode: int, pieces: Iterable[bytes]) -> list[bytes]:
    """The frames of a fragmented message (§5.4)."""
    parts = list(pieces)
    last = len(parts) - 1
    return [
        frame(CONTINUED if i else opcode, piece, fin=i == last) for i, piece in enumerate(parts)
    ]


def closing(code: int, reason: bytes = b"") -> bytes:
    return frame(CLOSE, struct.pack("!H", code) + reason)


def narrow(plain: socket.socket) -> None:
    """Let the system keep little of what is written or not yet read."""
    for way in (socket.SO_SNDBUF, socket.SO_RCVBUF):
        plain.setsockopt(socket.SOL_SOCKET, way, NARROW)


def single(data: bytes) -> list[bytes]:
    """The bytes, one by one."""
    return [data[i : i + 1] for i in range(len(data))]


async def turn(times: int = 3) -> None:
    """Let the loop go round: what has been written is read by the server."""
    for _ in range(times):
        await asyncio.sleep(0)


async def still(measured: Callable[[], int]) -> int:
    """What is measured, once it does not change any more."""
    value, turns = measured(), 0
    while turns < TURNS:
        await turn(1)
        now = measured()
        value, turns = now, turns + 1 if now == value else 0
    return value


class Raw:
    def __init__(self, plain: socket.socket) -> None:
        self._socket = plain
        self._buffer = bytearray()

    async def write(self, data: bytes) -> None:
        """A server that has hung up takes no more; what it said before can still be read."""
        async with asyncio.timeout(PATIENCE):
            with contextlib.suppress(ConnectionError):
                await asyncio.get_running_loop().sock_sendall(self._socket, data)

    async def write_apart(self, segments: Iterable[bytes]) -> None:
        """Each is read by the server on its own."""
        for segment in segments:
            await self.write(segment)
            await turn()

    async def flood(self, data: bytes) -> int:
        """Write until all is written, or no more is taken; returns how much it took."""
        taken = turns = 0
        while taken < len(data) and turns < TURNS:
            try:
                taken += self._socket.send(data[taken : taken + (1 << 14)])
                turns = 0
            except BlockingIOError:
                turns += 1
            except ConnectionError:
                break
            await turn(1)
        return taken

    async def answer(self) -> Answer:
        head = await self._until(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 "), "something was sent before the answer"
        lines = head.decode("latin-1").split("\r\n")
        pairs = [line.partition(":") for line in lines[1:] if line]
        headers = [(name.lower(), value.strip()) for name, _, value in pairs]
        size = int(dict(headers).get("content-length", "0"))
        return Answer(int(lines[0].split()[1]), headers, await self._exactly(size))

    async def frame(self) -> Frame:
        """The next frame. EOFError: the connection has ended."""
        first, second = await self._exactly(2)
        opcode, fin, length = first & 0x0F, bool(first & 0x80), second
        assert not first & 0x70, "a reserved bit is set, though no extension was negotiated"
        assert not second & 0x80, "a server must not mask (§5.1)"
        assert opcode in {CONTINUED, TEXT, BINARY, CLOSE, PING, PONG}
        if second == 126:
            length = int.from_bytes(await self._exactly(2), "big")
        elif second == 127:
            length = int.from_bytes(await self._exactly(8), "big")
        assert second < 126 or length > {126: 125, 127: 0xFFFF}[second], "not the shortest form"
        assert opcode < CLOSE or (fin and length < 126), "a control frame is short and whole (§5.5)"
        return Frame(opcode, await self._exactly(length), fin)

    async def frames(self) -> list[Frame]:
        """All there will be; the server has ended the connection."""
        found = []
        with contextlib.suppress(EOFError):
            while True:
                found.append(await self.frame())
        assert not self._buffer, "half a frame was left"
        return found

    async def last_code(self) -> int:
        """How the server ends the connection; nothing may follow its close frame (§5.5.1)."""
        *before, last = await self.frames() or [Frame(PONG)]
        assert all(earlier.opcode != CLOSE for earlier in before), "frames after a close frame"
        if last.opcode != CLOSE:
            return NO_CLOSE
        assert len(last.payload) != 1
        last.payload[2:].decode()
        return int.from_bytes(last.payload[:2], "big") if last.payload else NO_CODE

    async def closed_with(self) -> tuple[int, str]:
        """The server closes, the client echoes, and the server hangs up (§7.1.1)."""
        close = await self.frame()
        assert close.opcode == CLOSE
        await self.write(frame(CLOSE, close.payload))
        assert await self.frames() == []
        return int.from_bytes(close.payload[:2], "big"), close.payload[2:].decode()

    def finish(self) -> None:
        """Say that no more comes (FIN), and go on reading."""
        with contextlib.suppress(OSError):  # the server has hung up first
            self._socket.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        """Vanish with a RST, as when a process is killed with unread data."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()

    async def rest(self) -> bytes:
        """All that still comes, whatever it is; the server has ended the connection."""
        while data := await self._more():
            self._buffer += data
        return bytes(self._buffer)

    async def _more(self) -> bytes:
        async with asyncio.timeout(PATIENCE):
            try:
                return await asyncio.get_running_loop().sock_recv(self._socket, 1 << 16)
            except ConnectionResetError:
                return b""

    async def _until(self, mark: bytes) -> bytes:
        while mark not in self._buffer:
            if not (data := await self._more()):
                raise EOFError
            self._buffer += data
        return await self._exactly(self._buffer.index(mark) + len(mark))

    async def _exactly(self, size: int) -> bytes:
        while len(self._buffer) < size:
            if not (data := await self._more()):
                raise EOFError
            self._buffer += data
        data = bytes(self._buffer[:size])
        del self._buffer[:size]
        return data


@contextlib.asynccontextmanager
async def connected(port: int, *, is_narrow: bool = False) -> AsyncIterator[Raw]:
    with socket.socket() as plain:
        if is_narrow:
            narrow(plain)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        plain.setblocking(False)
        await asyncio.get_running_loop().sock_connect(plain, ("127.0.0.1", port))
        yield Raw(plain)
