"""Connections that end without a goodbye: RFC 6455 §7.1.5 calls it 1006."""

import pytest

from deliberation.wire import Wire
from tests.wire.echo import deaf, leaving, listening
from tests.wire.raw import CLOSE, NO_CLOSE, TEXT, Frame, closing, connected, frame, request, turn
from tests.wire.serving import Service

pytestmark = pytest.mark.anyio

UNFINISHED: dict[str, bytes] = {
    "nothing": b"",
    "half a head": b"\x81",
    "half a length": frame(TEXT, b"x" * 300)[:3],
    "half a mask": frame(TEXT, b"hello")[:4],
    "half a payload": frame(TEXT, b"hello")[:8],
    "half a large payload": frame(TEXT, b"x" * 100_000)[:80_000],
    "half a message": frame(TEXT, b"hello", fin=False),
    "half a close": closing(1000)[:5],
}


@pytest.mark.parametrize("ending", ["finish", "reset"])
@pytest.mark.parametrize("sent", UNFINISHED.values(), ids=UNFINISHED)
async def test_the_application_is_told_that_the_client_is_gone(
    service: Service, sent: bytes, ending: str
) -> None:
    async with service.opened(listening) as (client, visit):
        await client.write(sent)
        if ending == "finish":
            client.finish()
            assert await client.last_code() in {NO_CLOSE, 1002}
        else:
            client.reset()
        await visit.over()
    assert visit.goodbye[0] == NO_CLOSE
    assert visit.messages == []


async def test_what_came_before_the_end_is_heard(service: Service) -> None:
    async with service.opened(listening) as (client, visit):
        await client.write(frame(TEXT, b"last words"))
        client.finish()
        assert await client.last_code() == NO_CLOSE
    assert visit.messages == ["last words"]
    assert visit.goodbye[0] == NO_CLOSE


async def test_what_came_before_the_end_is_heard_by_a_slow_application(service: Service) -> None:
    async with service.opened(deaf) as (client, visit):
        await client.write_apart([frame(TEXT, b"last"), frame(TEXT, b"words")])
        client.finish()
        await turn()
        visit.released.set()
        assert await client.last_code() == NO_CLOSE
    assert visit.messages == ["last", "words"]
    assert visit.goodbye[0] == NO_CLOSE


@pytest.mark.parametrize("ending", ["finish", "reset"])
async def test_an_end_instead_of_the_echo_is_not_waited_out(
    service: Service, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    monkeypatch.setattr(Wire, "close_seconds", 3_600)
    async with service.opened(leaving(4000)) as (client, visit):
        assert await client.frame() == Frame(CLOSE, b"\x0f\xa0")
        if ending == "finish":
            client.finish()
            assert await client.frames() == []
        else:
            client.reset()
    assert visit.failure is None


@pytest.mark.parametrize("size", [0, 1, 20, len(request()) - 1])
async def test_a_client_that_ends_in_its_handshake_leaves_no_trace(
    service: Service, size: int
) -> None:
    async with connected(service.port) as client:
        await client.write(request()[:size])
        client.finish()
        assert await client.frames() == []
    async with service.opened() as (after, _):
        await after.write(frame(TEXT, b"next"))
        assert await after.frame() == Frame(TEXT, b"next")
