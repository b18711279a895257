"""A client that somebody else wrote: the library's own, as far as it can judge."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
import websockets

from tests.wire.echo import Part, echo, greeting, leaving, saying
from tests.wire.raw import PATIENCE
from tests.wire.serving import LIMIT, Service

pytestmark = pytest.mark.anyio


@contextlib.asynccontextmanager
async def joined(
    service: Service, part: Part = echo, *protocols: str
) -> AsyncIterator[websockets.ClientConnection]:
    service.stage.part, service.stage.visits = part, asyncio.Queue()
    connecting = websockets.connect(
        f"ws://127.0.0.1:{service.port}/talk",
        subprotocols=[websockets.Subprotocol(name) for name in protocols] or None,
        proxy=None,
        max_size=None,
    )
    async with asyncio.timeout(PATIENCE), connecting as client:
        yield client


@pytest.mark.parametrize(
    "said", ["", "议事", b"", b"\xff\x00", "x" * LIMIT, b"\xff" * LIMIT], ids=lambda x: str(x[:2])
)
async def test_what_is_said_comes_back(service: Service, said: str | bytes) -> None:
    async with joined(service) as client:
        await client.send(said)
        assert await client.recv() == said


async def test_a_message_may_be_sent_while_it_is_being_made(service: Service) -> None:
    async def made() -> AsyncIterator[str]:
        for word in ("议", "", "事"):
            yield word
            await (await client.ping())

    async with joined(service) as client:
        await client.send(made())
        await client.send([b"a", b"", b"b"])
        assert [await client.recv(), await client.recv()] == ["议事", b"ab"]


async def test_no_compression_is_agreed_on(service: Service) -> None:
    async with joined(service) as client:
        assert client.protocol.extensions == []


async def test_a_subprotocol_is_agreed_on(service: Service) -> None:
    async with joined(service, greeting(subprotocol="b.v2"), "a.v1", "b.v2") as client:
        assert client.subprotocol == "b.v2"


async def test_a_refusal_is_seen_as_one(service: Service) -> None:
    with pytest.raises(websockets.InvalidStatus) as refused:
        await joined(service, saying({"kind": "close"})).__aenter__()
    assert refused.value.response.status_code == 403


async def test_either_side_may_close(service: Service) -> None:
    async with joined(service) as client:
        visit = await service.visit()
        await client.close(4001, "bye")
    await visit.over()
    assert visit.goodbye[0] == 4001
    async with joined(service, leaving(4403, "no")) as client:
        with pytest.raises(websockets.ConnectionClosedError) as closed:
            await client.recv()
    assert closed.value.rcvd == websockets.frames.Close(4403, "no")


async def test_too_large_a_message_is_seen_as_one(service: Service) -> None:
    async with joined(service) as client:
        with contextlib.suppress(websockets.ConnectionClosed):
            await client.send("x" * (LIMIT + 1))
        await client.wait_closed()
    assert client.close_code == 1009


async def test_many_clients_are_not_mixed_up(service: Service) -> None:
    async def talk(name: int) -> None:
        async with joined(service) as client:
            for i in range(10):
                await client.send(f"{name}:{i}" * name)
            assert [await client.recv() for _ in range(10)] == [
                f"{name}:{i}" * name for i in range(10)
            ]

    await asyncio.gather(*(talk(name) for name in range(50)))
