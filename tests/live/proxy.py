"""A bad network: everything between phones and service goes through it, and much gets lost."""

import asyncio
import contextlib
import random
import socket
import struct
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from dataclasses import dataclass
from enum import StrEnum

RESET = struct.pack("ii", 1, 0)
"""SO_LINGER of no seconds: the connection ends with RST, and what was not sent is lost."""
PRESS = 3
"""A phone's bytes come in three chunks: handshake, hello and, answering what follows, a vote."""
ANSWER = b'"type":"answer"'


class Fault(StrEnum):
    NONE = "none"
    DELAY = "delay"
    DRIBBLE = "dribble"
    STALL = "stall"
    CUT_REQUEST = "cut in the request"
    CUT_REPLY = "cut in the reply"
    CUT_AFTER_PRESS = "cut after the press"
    CUT_BEFORE_ANSWER = "cut before the answer"


class Cut(Exception):  # noqa: N818  no error, a fault that is wanted
    """Both ends lose the connection here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Luck:
    """What one connection will meet with."""

    fault: Fault = Fault.NONE
    offset: int = 0
    """Bytes that get through before the fault."""
    pause_seconds: float = 0.0
    is_reset: bool = False


def drawn(luck: random.Random) -> Luck:
    """A request has some 600 bytes, half of them the handshake; a reply can have thousands."""
    fault = luck.choice(list(Fault))
    reach = luck.choice((600, 20_000)) if fault is Fault.CUT_REPLY else 600
    return Luck(
        fault=fault,
        offset=luck.randrange(reach),
        pause_seconds=luck.uniform(0.001, 0.03) if fault is Fault.DELAY else 0.0,
        is_reset=luck.random() < 0.5,
    )


class Link:
    """One connection's two directions: which pieces of a chunk get through. No I/O."""

    def __init__(self, luck: Luck) -> None:
        self._luck = luck
        self._chunks = 0
        self._requested = 0
        self._replied = 0

    def request(self, chunk: bytes) -> Iterator[bytes]:
        self._chunks += 1
        self._requested += len(chunk)
        fault, beyond = self._luck.fault, self._requested - self._luck.offset
        if fault in (Fault.CUT_REQUEST, Fault.STALL) and beyond >= 0:
            yield chunk[: max(0, len(chunk) - beyond)]
            if fault is Fault.CUT_REQUEST:
                raise Cut
        else:
            yield from _dribbled(chunk, 3) if fault is Fault.DRIBBLE else [chunk]
        if fault is Fault.CUT_AFTER_PRESS and self._chunks == PRESS:
            raise Cut

    def reply(self, chunk: bytes) -> Iterator[bytes]:
        self._replied += len(chunk)
        fault, beyond = self._luck.fault, self._replied - self._luck.offset
        if fault is Fault.CUT_BEFORE_ANSWER and ANSWER in chunk:
            raise Cut
        if fault is Fault.CUT_REPLY and beyond >= 0:
            yield chunk[: max(0, len(chunk) - beyond)]
            raise Cut
        yield from _dribbled(chunk, 100) if fault is Fault.DRIBBLE else [chunk]


def _dribbled(chunk: bytes, size: int) -> Iterator[bytes]:
    for start in range(0, len(chunk), size):
        yield chunk[start : start + size]


class Network:
    """Listens in front of the service; `met` counts the faults that connections met with."""

    def __init__(self, service_port: int, seed: int) -> None:
        self._service_port = service_port
        self._luck = random.Random(seed)  # noqa: S311  a test's luck comes again
        self._serving: set[asyncio.Task[None]] = set()
        self.is_calm = False
        """From now on nothing happens to new connections."""
        self.met: Counter[Fault] = Counter()
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._connect(reader, writer))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        luck = Luck() if self.is_calm else drawn(self._luck)
        self.met[luck.fault] += 1
        link, ends = Link(luck), [writer]
        is_cut = False
        try:
            there, onward = await asyncio.open_connection("127.0.0.1", self._service_port)
            ends.append(onward)
            is_cut = await _until_one_ends(
                _pass(reader, onward, link.request, luck.pause_seconds),
                _pass(there, writer, link.reply, luck.pause_seconds),
            )
        finally:
            for end in ends:
                _end(end, is_reset=is_cut and luck.is_reset)

    async def close(self) -> None:
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)


async def _pass(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    through: Callable[[bytes], Iterator[bytes]],
    pause_seconds: float,
) -> None:
    with contextlib.suppress(OSError):
        while chunk := await reader.read(65_536):
            for piece in through(chunk):
                await asyncio.sleep(pause_seconds)
                writer.write(piece)
                await writer.drain()


async def _until_one_ends(*directions: Coroutine[None, None, None]) -> bool:
    """Whether it was cut."""
    tasks = [asyncio.create_task(direction) for direction in directions]
    try:
        done, _going = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return any(isinstance(task.exception(), Cut) for task in done)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _end(writer: asyncio.StreamWriter, *, is_reset: bool) -> None:
    if not is_reset:
        writer.close()
        return
    raw: socket.socket = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    writer.transport.abort()


@contextlib.asynccontextmanager
async def bad_network(service_port: int, *, seed: int) -> AsyncIterator[Network]:
    """The network, until the block ends; `url` is the service's as the phones see it."""
    network = Network(service_port, seed)
    server = await asyncio.start_server(network.serve, "127.0.0.1", 0)
    network.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield network
    finally:
        server.close()
        await network.close()
        await server.wait_closed()
