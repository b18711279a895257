"""Clients that vanish without a word: only a ping finds out."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.wire.echo import PIECES, pour
from tests.wire.raw import PING, PONG, TEXT, Frame, frame, still
from tests.wire.serving import Service, serving

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
async def pinging(anyio_backend: tuple[str, dict[str, Any]]) -> AsyncIterator[Service]:
    async with serving(is_narrow=True, ws_ping_interval=0.2, ws_ping_timeout=0.2) as served:
        yield served


@pytest.mark.parametrize(
    "sent",
    [b"", frame(TEXT, b"half", fin=False), frame(TEXT, b"x")[:3]],
    ids=["nothing", "half a message", "half a frame"],
)
async def test_a_client_that_answers_no_ping_is_given_up(pinging: Service, sent: bytes) -> None:
    async with pinging.opened() as (client, visit):
        await client.write(sent)
        await visit.over()
        assert Frame(PING) in {Frame(f.opcode) for f in await client.frames()}
    assert visit.goodbye[0] in {1006, 1011}
    assert visit.failure is None


async def test_a_client_that_answers_stays(pinging: Service) -> None:
    async with pinging.opened() as (client, _):
        for _ in range(4):
            ping = await client.frame()
            assert ping.opcode == PING
            await client.write(frame(PONG, ping.payload))
        await client.write(frame(TEXT, b"still here"))
        assert await client.frame() == Frame(TEXT, b"still here")


async def test_an_application_that_waits_to_send_is_told_too(pinging: Service) -> None:
    async with pinging.opened(pour) as (_, visit):
        assert await still(lambda: visit.sent) < PIECES
        await visit.over()
    assert isinstance(visit.failure, OSError)
