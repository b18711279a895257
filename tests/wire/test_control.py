"""Pings and pongs: RFC 6455 §5.5.2 and §5.5.3."""

import pytest

from tests.wire.echo import deaf
from tests.wire.raw import (
    BINARY,
    CONTINUED,
    PING,
    PONG,
    TEXT,
    Frame,
    closing,
    frame,
    single,
)
from tests.wire.serving import Service

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("payload", [b"", b"x", b"\x00\xff\xc3", b"p" * 125])
async def test_a_ping_is_answered_with_its_own_payload(service: Service, payload: bytes) -> None:
    async with service.opened() as (client, _):
        await client.write(frame(PING, payload))
        assert await client.frame() == Frame(PONG, payload)


async def test_pings_are_answered_in_their_order(service: Service) -> None:
    payloads = [b"%d" % i for i in range(200)]
    async with service.opened() as (client, _):
        await client.write(b"".join(frame(PING, payload) for payload in payloads))
        assert [await client.frame() for _ in payloads] == [Frame(PONG, p) for p in payloads]


async def test_a_ping_may_come_a_byte_at_a_time(service: Service) -> None:
    async with service.opened() as (client, _):
        await client.write_apart(single(frame(PING, b"slow")))
        assert await client.frame() == Frame(PONG, b"slow")


async def test_a_ping_within_a_message_is_answered_before_the_message_is_finished(
    service: Service,
) -> None:
    async with service.opened() as (client, visit):
        await client.write(frame(TEXT, b"be", fin=False) + frame(PING, b"1"))
        assert await client.frame() == Frame(PONG, b"1")
        await client.write(frame(CONTINUED, b"gi", fin=False) + frame(PING, b"2"))
        assert await client.frame() == Frame(PONG, b"2")
        assert visit.messages == []
        await client.write(frame(PONG, b"3") + frame(CONTINUED, b"n"))
        assert await client.frame() == Frame(TEXT, b"begin")


async def test_a_ping_is_answered_though_the_application_is_not_listening(
    service: Service,
) -> None:
    """Nothing has come yet that would have to wait for it."""
    async with service.opened(deaf) as (client, visit):
        await client.write(frame(PING, b"there?"))
        assert await client.frame() == Frame(PONG, b"there?")
        visit.released.set()


@pytest.mark.parametrize("payload", [b"", b"never asked", b"p" * 125])
async def test_a_pong_that_nobody_asked_for_is_ignored(service: Service, payload: bytes) -> None:
    async with service.opened() as (client, visit):
        await client.write(frame(PONG, payload) + frame(BINARY, b"next"))
        assert await client.frame() == Frame(BINARY, b"next")
        assert visit.messages == [b"next"]


async def test_no_pong_follows_the_close_frame(service: Service) -> None:
    async with service.opened() as (client, _):
        await client.write(frame(PING, b"1") + closing(1000) + frame(PING, b"2"))
        assert await client.frame() == Frame(PONG, b"1")
        assert await client.last_code() == 1000
