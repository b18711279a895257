"""Small ASGI applications, and what they saw of a connection."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeAlias

from starlette.types import Message, Receive, Scope, Send

from tests.wire.raw import PATIENCE, Header

PIECE = bytes(range(256)) * 256
"""One message of `pour`: 64 KiB."""
PIECES = 128


class Visit:
    """One connection, as the application saw it."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope = scope
        self.heard: list[Message] = []
        self.sent = 0
        self.released = asyncio.Event()
        self.failure: Exception | None = None
        self._receive, self._send = receive, send
        self._over = asyncio.Event()

    async def play(self, part: "Part") -> None:
        try:
            await part(self)
        except Exception as failure:
            self.failure = failure
            raise
        finally:
            self._over.set()

    async def over(self) -> None:
        """The application is done."""
        async with asyncio.timeout(PATIENCE):
            await self._over.wait()

    @property
    def messages(self) -> list[str | bytes]:
        received = [m for m in self.heard if m["type"] == "websocket.receive"]
        return [m["bytes"] if m.get("text") is None else m["text"] for m in received]

    @property
    def goodbye(self) -> tuple[int, str]:
        """The code and the reason that the application was given."""
        last = self.heard[-1]
        assert last["type"] == "websocket.disconnect"
        return last["code"], last.get("reason") or ""

    async def receive(self) -> Message:
        message = await self._receive()
        self.heard.append(message)
        return message

    async def send(self, kind: str, **fields: Any) -> None:
        await self._send({"type": f"websocket.{kind}", **fields})
        self.sent += 1

    async def accept(self, **fields: Any) -> None:
        assert await self.receive() == {"type": "websocket.connect"}
        await self.send("accept", **fields)

    async def listen(self) -> None:
        """Take what comes until the client is gone."""
        while (await self.receive())["type"] != "websocket.disconnect":
            pass


Part: TypeAlias = Callable[[Visit], Awaitable[None]]


class Stage:
    """The application that is served; a test says which part it plays."""

    def __init__(self) -> None:
        self.part: Part = echo
        self.visits: asyncio.Queue[Visit] = asyncio.Queue()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 404, "headers": []})
            await send({"type": "http.response.body"})
            return
        visit = Visit(scope, receive, send)
        self.visits.put_nowait(visit)
        await visit.play(self.part)


async def echo(visit: Visit) -> None:
    await visit.accept()
    while (message := await visit.receive())["type"] == "websocket.receive":
        if message.get("text") is None:
            await visit.send("send", bytes=message["bytes"])
        else:
            await visit.send("send", text=message["text"])


async def listening(visit: Visit) -> None:
    await visit.accept()
    await visit.listen()


async def deaf(visit: Visit) -> None:
    """Hears nothing until it is released."""
    await visit.accept()
    await visit.released.wait()
    await visit.listen()


async def late(visit: Visit) -> None:
    """Answers the handshake only when it is released."""
    await visit.released.wait()
    await listening(visit)


async def pour(visit: Visit) -> None:
    """Sends much, whether it is read or not."""
    await visit.accept()
    for _ in range(PIECES):
        await visit.send("send", bytes=PIECE)
    await visit.listen()


def greeting(*headers: Header, subprotocol: str | None = None) -> Part:
    """Accepts with headers of its own."""

    async def part(visit: Visit) -> None:
        await visit.accept(headers=headers, subprotocol=subprotocol)
        await visit.listen()

    return part


def leaving(code: int | None = None, reason: str = "") -> Part:
    """Accepts and closes at once."""

    async def part(visit: Visit) -> None:
        await visit.accept()
        await visit.send("close", **({} if code is None else {"code": code, "reason": reason}))
        await visit.listen()

    return part


def answering(status: int, headers: Sequence[Header], *pieces: bytes) -> Part:
    """Answers the handshake as a page would: the extension websocket.http.response."""

    async def part(visit: Visit) -> None:
        await visit.receive()
        await visit.send("http.response.start", status=status, headers=headers)
        for piece in pieces:
            await visit.send("http.response.body", body=piece, more_body=True)
        await visit.send("http.response.body", body=b"")
        await visit.listen()

    return part


def saying(*messages: Message) -> Part:
    """Sends these, in this order, right or wrong."""

    async def part(visit: Visit) -> None:
        await visit.receive()
        for message in messages:
            await visit.send(**message)

    return part
