"""Who does not read holds up the writer, and fills no memory."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, cast

import pytest

from deliberation.wire import EXTENSION, Wire, connection
from tests.wire.echo import PIECE, PIECES, Part, Visit, deaf, echo, late, leaving, pour
from tests.wire.raw import (
    BINARY,
    CLOSE,
    CONTINUED,
    PING,
    PONG,
    TEXT,
    Frame,
    closing,
    connected,
    frame,
    request,
    still,
)
from tests.wire.serving import Service, serving

pytestmark = pytest.mark.anyio


async def brimming(visit: Visit) -> None:
    """Sends a little more than the systems take, so that some waits but nobody has to."""
    await visit.accept()
    wire = visit.scope["extensions"][EXTENSION]["wire"]
    while not await still(lambda: wire.backlog):
        await visit.send("send", bytes=PIECE[:8192])
    await visit.listen()


FLOOD = 8 << 20
"""Bytes; without a limit they would all be taken."""
HELD = 1 << 20
"""Bytes that may be under way: the buffers of the systems and of both loops."""
SMALL = frame(TEXT, b"x" * 1_000)


@pytest.fixture(scope="module")
async def narrow(anyio_backend: tuple[str, dict[str, Any]]) -> AsyncIterator[Service]:
    async with serving(is_narrow=True) as served:
        yield served


async def test_the_application_waits_for_a_client_that_does_not_read(narrow: Service) -> None:
    async with narrow.opened(pour) as (client, visit):
        sent = await still(lambda: visit.sent)
        assert sent * len(PIECE) < HELD
        [wire] = cast(set[Wire], narrow.server.server_state.connections)
        assert 0 < wire.backlog <= Wire.high_water + len(PIECE) + 10
        for _ in range(PIECES):
            assert await client.frame() == Frame(BINARY, PIECE)
        await client.write(closing(1000))
        assert await client.last_code() == 1000
    assert visit.failure is None


async def test_a_client_that_vanishes_frees_the_application_that_waits(narrow: Service) -> None:
    async with narrow.opened(pour) as (client, visit):
        await still(lambda: visit.sent)
        client.reset()
    assert isinstance(visit.failure, OSError)


async def test_a_client_that_breaks_a_rule_and_does_not_read_is_given_up(
    narrow: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Wire, "close_seconds", 0.1)
    async with narrow.opened(brimming) as (client, visit):
        await still(lambda: visit.sent)
        await client.write(frame(3))
        await visit.over()
    assert visit.goodbye[0] in {1002, 1006}


async def test_an_application_that_does_not_listen_holds_up_the_client(narrow: Service) -> None:
    flood = SMALL * (FLOOD // len(SMALL))
    async with narrow.opened(deaf) as (client, visit):
        taken = await client.flood(flood)
        assert taken < HELD
        visit.released.set()
        await client.write(flood[taken:] + closing(1000))
        assert await client.last_code() == 1000
    assert visit.messages == ["x" * 1_000] * (FLOOD // len(SMALL))


LARGEST_PING = frame(PING, b"p" * 125)


@pytest.mark.parametrize(
    ("part", "one"),
    [(echo, SMALL), (echo, LARGEST_PING), (deaf, LARGEST_PING), (leaving(), LARGEST_PING)],
    ids=["messages", "pings", "pings of which nobody knows", "pings instead of a goodbye"],
)
async def test_a_client_that_is_answered_and_does_not_read_is_held_up(
    narrow: Service, part: Part, one: bytes
) -> None:
    async with narrow.opened(part) as (client, visit):
        assert await client.flood(one * (FLOOD // len(one))) < HELD
        client.reset()
        visit.released.set()


@pytest.mark.parametrize("one", [SMALL, LARGEST_PING], ids=["messages", "pings"])
async def test_a_client_that_is_not_yet_accepted_is_held_up(narrow: Service, one: bytes) -> None:
    narrow.stage.part = late
    async with connected(narrow.port, is_narrow=True) as client:
        await client.write(request())
        visit = await narrow.visit()
        assert await client.flood(one * (FLOOD // len(one))) < HELD
        client.reset()
        visit.released.set()
        await visit.over()


@pytest.mark.parametrize("flood", [frame(PING), frame(PONG), frame(CONTINUED, fin=False)])
async def test_a_flood_that_says_nothing_is_held_up_and_leaves_others_their_turn(
    narrow: Service, flood: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More of the smallest frames than are listened to in a minute."""
    async with narrow.opened(echo) as (flooding, _):
        await flooding.write(frame(TEXT, b"a", fin=False))
        assert await flooding.flood(flood * (FLOOD // len(flood))) < HELD
        async with narrow.opened(echo) as (other, _):
            await other.write(SMALL)
            assert await other.frame() == Frame(TEXT, b"x" * 1_000)
            await other.write(closing(1000))
            assert await other.last_code() == 1000
        monkeypatch.setattr(connection, "REST_SECONDS", 0.0)  # what was read is soon heard out
        flooding.reset()


async def test_a_flood_of_pings_is_answered_to_the_last(
    narrow: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the client goes on to read."""
    monkeypatch.setattr(connection, "REST_SECONDS", 0.0)
    count = FLOOD // 131
    flood = frame(PING, b"p" * 125) * count
    async with narrow.opened(echo) as (client, _):
        taken = await client.flood(flood)
        async with asyncio.TaskGroup() as group:
            group.create_task(client.write(flood[taken:] + closing(1000)))
            frames = await client.frames()
        assert frames == [Frame(PONG, b"p" * 125)] * count + [Frame(CLOSE, b"\x03\xe8")]
