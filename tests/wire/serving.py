"""The stage served by uvicorn through our own protocol class, from the test's loop."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

import uvicorn

from deliberation.wire import PatientHttp, Wire
from tests.wire.echo import Part, Stage, Visit, echo
from tests.wire.raw import PATIENCE, Answer, Raw, connected, narrow, request

LIMIT = 1 << 20
"""Bytes of the largest message."""
LOGS = ("asyncio", "deliberation.wire", "uvicorn.error", "websockets.server")


@dataclass(slots=True)
class Service:
    port: int
    server: uvicorn.Server
    is_narrow: bool = False
    """Whether the systems of both sides buffer little, so that it soon shows who waits."""
    stage: Stage = field(default_factory=Stage)

    async def visit(self) -> Visit:
        """The next connection that has reached the application."""
        async with asyncio.timeout(PATIENCE):
            return await self.stage.visits.get()

    @contextlib.asynccontextmanager
    async def opened(self, part: Part = echo) -> AsyncIterator[tuple[Raw, Visit]]:
        """A client whose handshake was accepted; afterwards the application has come to its end."""
        async with self.asked(part, request()) as (client, answer):
            assert answer.status == 101
            visit = await self.visit()
            try:
                yield client, visit
            finally:
                visit.released.set()
        await visit.over()

    @contextlib.asynccontextmanager
    async def asked(self, part: Part, asking: bytes) -> AsyncIterator[tuple[Raw, Answer]]:
        """A client, and what it was answered."""
        self.stage.part, self.stage.visits = part, asyncio.Queue()
        async with connected(self.port, is_narrow=self.is_narrow) as client:
            await client.write(asking)
            yield client, await client.answer()

    async def answer(self, part: Part, asking: bytes) -> Answer:
        async with self.asked(part, asking) as (_, answer):
            return answer


@contextlib.asynccontextmanager
async def serving(*, is_narrow: bool = False, **settings: Any) -> AsyncIterator[Service]:
    stage = Stage()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        if is_narrow:
            narrow(listening)
        config = uvicorn.Config(
            stage,
            http=PatientHttp,
            ws=Wire,
            lifespan="off",
            log_config=None,
            timeout_graceful_shutdown=2,  # a test that failed may have left something
            **({"ws_max_size": LIMIT, "ws_ping_interval": None} | settings),
        )
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve(sockets=[listening]))
        service = Service(listening.getsockname()[1], server, is_narrow, stage)
        try:
            yield service
        finally:
            server.should_exit = True
            async with asyncio.timeout(PATIENCE):
                await task


@contextlib.contextmanager
def errors_kept() -> Iterator[list[str]]:
    """What is logged as an error meanwhile: nothing that a client does is one."""
    kept: list[str] = []
    handler = _Keeping(kept)
    for name in LOGS:
        logging.getLogger(name).addHandler(handler)
    try:
        yield kept
    finally:
        for name in LOGS:
            logging.getLogger(name).removeHandler(handler)


class _Keeping(logging.Handler):
    def __init__(self, kept: list[str]) -> None:
        super().__init__(logging.ERROR)
        self._kept = kept

    def emit(self, record: logging.LogRecord) -> None:
        self._kept.append(f"{record.name}: {self.format(record)}")
