"""Clients that mean no good, or are broken: their bytes made by hand, over bare sockets."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator
from typing import Self

from websockets.frames import Frame, Opcode

from deliberation.live.protocol import SUBPROTOCOL
from deliberation.web.visit import DEVICE_COOKIE
from tests.support.service import Service

SMALL_SEGMENT = 536
"""Bytes of a TCP segment: the smaller, the less the system keeps for a reader that is behind."""
HANDSHAKE = (
    "GET /live HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
    f"Sec-WebSocket-Protocol: {SUBPROTOCOL}\r\nCookie: {DEVICE_COOKIE}={{token}}\r\n\r\n"
)


class Stranger:
    """A connection that sends whatever it likes, and reads only when it is told to."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def come(cls, service: Service) -> Self:
        raw = socket.socket()
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, SMALL_SEGMENT)
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_SEGMENT)
        raw.setblocking(False)
        await asyncio.get_running_loop().sock_connect(raw, ("127.0.0.1", service.port))
        return cls(*await asyncio.open_connection(sock=raw, limit=SMALL_SEGMENT))

    async def send(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def shake_hands(self, token: str = "") -> None:
        await self.send(HANDSHAKE.format(token=token).encode())
        await self._reader.readuntil(b"\r\n\r\n")

    async def send_frame(self, opcode: Opcode, data: bytes, *, is_last: bool = True) -> None:
        await self.send(Frame(opcode, data, is_last).serialize(mask=True))

    async def say(self, **frame: str) -> None:
        await self.send_frame(Opcode.TEXT, json.dumps(frame).encode())

    async def hear(self, words: str) -> None:
        """Read until it is told so; EOFError if the connection ends instead."""
        await self._reader.readuntil(words.encode())

    def read_no_more(self) -> None:
        transport = self._writer.transport
        assert isinstance(transport, asyncio.Transport)
        transport.pause_reading()

    def leave(self) -> None:
        self._writer.transport.abort()


@contextlib.asynccontextmanager
async def strangers(service: Service, count: int) -> AsyncIterator[list[Stranger]]:
    """So many bare connections; at the end they are gone without a word."""
    async with contextlib.AsyncExitStack() as leaving:
        come = []
        for _ in range(count):
            come.append(await Stranger.come(service))
            leaving.callback(come[-1].leave)
        yield come
