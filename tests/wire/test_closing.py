"""The closing handshake: RFC 6455 §5.5.1 and §7."""

import pytest

from deliberation.wire import Wire
from tests.wire.echo import Visit, echo, late, leaving, listening, saying
from tests.wire.raw import (
    BINARY,
    CLOSE,
    CONTINUED,
    NO_CLOSE,
    NO_CODE,
    PING,
    PONG,
    TEXT,
    Frame,
    closing,
    connected,
    frame,
    request,
)
from tests.wire.serving import Service, serving

pytestmark = pytest.mark.anyio

SOUND = [1000, 1001, 1002, 1003, *range(1007, 1015), 3000, 3999, 4000, 4999]
UNSOUND = [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535]


@pytest.mark.parametrize("code", SOUND)
async def test_a_close_is_answered_with_its_own_code(service: Service, code: int) -> None:
    async with service.opened() as (client, visit):
        await client.write(closing(code))
        assert await client.last_code() == code
    assert visit.goodbye[0] == code


@pytest.mark.parametrize("reason", ["再见", "r" * 123])
async def test_the_application_is_told_the_reason(service: Service, reason: str) -> None:
    async with service.opened() as (client, visit):
        await client.write(closing(4000, reason.encode()))
        assert await client.frames() == [Frame(CLOSE, b"\x0f\xa0" + reason.encode())]
    assert visit.goodbye == (4000, reason)


async def test_a_close_may_have_no_code(service: Service) -> None:
    async with service.opened() as (client, visit):
        await client.write(frame(CLOSE))
        assert await client.last_code() in {NO_CODE, 1000}
    assert visit.goodbye[0] == NO_CODE


@pytest.mark.parametrize("code", UNSOUND)
async def test_a_code_that_may_not_be_sent_is_answered_with_1002(
    service: Service, code: int
) -> None:
    """§7.4.1 and §7.4.2; 1016 to 2999 are reserved for what is not yet defined."""
    async with service.opened(listening) as (client, visit):
        await client.write(closing(code))
        assert await client.last_code() == 1002
    assert visit.goodbye[0] in {1002, 1006}


async def test_half_a_code_is_answered_with_1002(service: Service) -> None:
    async with service.opened() as (client, _):
        await client.write(frame(CLOSE, b"\x03"))
        assert await client.last_code() == 1002


@pytest.mark.parametrize("reason", [b"\xff", b"\xed\xa0\x80", "议".encode()[:2]])
async def test_a_reason_that_is_no_utf8_is_answered_with_1007(
    service: Service, reason: bytes
) -> None:
    async with service.opened() as (client, _):
        await client.write(closing(1000, reason))
        assert await client.last_code() == 1007


async def test_nothing_after_a_close_is_read(service: Service) -> None:
    after = frame(TEXT, b"after") + frame(PING, b"after") + closing(1001) + b"\xff" * 100
    async with service.opened() as (client, visit):
        await client.write(closing(1000) + after)
        assert [f.opcode for f in await client.frames()] == [CLOSE]
    assert visit.messages == []
    assert visit.goodbye[0] == 1000


async def test_a_close_within_a_message_leaves_no_half_of_it(service: Service) -> None:
    """§5.4 lets control frames come between. The library calls the half message a fault: 1002."""
    async with service.opened() as (client, visit):
        await client.write(frame(TEXT, b"half", fin=False) + closing(1000))
        assert await client.last_code() in {1000, 1002}
    assert visit.messages == []


async def test_a_message_before_the_close_is_still_heard(service: Service) -> None:
    async with service.opened(listening) as (client, visit):
        await client.write(frame(TEXT, b"last words") + closing(1000))
        assert await client.last_code() == 1000
    assert visit.messages == ["last words"]
    assert visit.goodbye[0] == 1000


@pytest.mark.parametrize(
    ("code", "reason"), [(1000, ""), (1001, "away"), (3000, "再见"), (4403, "r" * 123)]
)
async def test_the_application_closes_with_its_code_and_reason(
    service: Service, code: int, reason: str
) -> None:
    async with service.opened(leaving(code, reason)) as (client, visit):
        assert await client.closed_with() == (code, reason)
    assert visit.failure is None


async def test_the_application_closes_with_1000_when_it_names_no_code(service: Service) -> None:
    async with service.opened(leaving()) as (client, _):
        assert await client.closed_with() == (1000, "")


@pytest.mark.usefixtures("at_fault")
@pytest.mark.parametrize("code", [*UNSOUND, -1, 70_000])
async def test_the_server_sends_no_code_that_may_not_be_sent(service: Service, code: int) -> None:
    """The application is at fault: an error of the server, as with any other."""
    async with service.opened(leaving(code)) as (client, _):
        assert await client.closed_with() == (1011, "")


@pytest.mark.usefixtures("at_fault")
async def test_the_server_sends_no_reason_that_is_too_long(service: Service) -> None:
    """It is cut between characters, or the application is at fault."""
    reason = "议" * 42
    async with service.opened(leaving(4000, reason)) as (client, _):
        assert await client.closed_with() in [(1011, ""), (4000, reason[:41])]


async def test_the_server_waits_for_the_echo_of_its_close(service: Service) -> None:
    """What was under way is dropped, and a ping is still answered (§5.5.2)."""
    async with service.opened(leaving(4000)) as (client, visit):
        assert (await client.frame()).opcode == CLOSE
        halves = frame(TEXT, b"crossing", fin=False) + frame(CONTINUED, b"it")
        large = frame(BINARY, b"x" * 200_000)
        await client.write_apart([frame(TEXT, b"crossing"), halves, large, frame(PING, b"there?")])
        assert await client.frame() == Frame(PONG, b"there?")
        await client.write(closing(4000))
        assert await client.frames() == []
    assert visit.messages == []


async def test_the_echo_is_read_though_the_application_does_not_listen(service: Service) -> None:
    async def turning_away(visit: Visit) -> None:
        await visit.accept()
        await visit.released.wait()
        await visit.send("close", code=4000)

    async with service.opened(turning_away) as (client, visit):
        await client.write_apart([frame(TEXT, b"unheard"), frame(TEXT, b"unheard")])
        visit.released.set()
        assert await client.closed_with() == (4000, "")


async def test_a_broken_frame_instead_of_the_echo_ends_the_connection(service: Service) -> None:
    async with service.opened(leaving(4000)) as (client, _):
        assert (await client.frame()).opcode == CLOSE
        await client.write(frame(3))
        assert await client.frames() == []


@pytest.mark.parametrize("end", [b"", frame(TEXT, b"x"), frame(PING)])
async def test_the_server_does_not_wait_for_the_echo_for_ever(
    service: Service, monkeypatch: pytest.MonkeyPatch, end: bytes
) -> None:
    """The client neither answers nor hangs up."""
    monkeypatch.setattr(Wire, "close_seconds", 0.1)
    async with service.opened(leaving(4000)) as (client, _):
        assert (await client.frame()).opcode == CLOSE
        await client.write(end)
        assert all(f.opcode == PONG for f in await client.frames())


async def test_two_closes_may_cross(service: Service) -> None:
    async with service.opened(leaving(4000)) as (client, _):
        await client.write(closing(1001))
        assert await client.last_code() in {4000, 1001}


@pytest.mark.usefixtures("at_fault")
async def test_the_application_that_fails_closes_with_1011(
    service: Service, trouble: list[str]
) -> None:
    async with service.opened(saying({"kind": "accept"}, {"kind": "nonsense"})) as (client, _):
        assert await client.closed_with() == (1011, "")
    assert len(trouble) == 1


async def test_the_application_that_returns_closes_with_1000(service: Service) -> None:
    words = {"kind": "send", "text": "last words"}
    async with service.opened(saying({"kind": "accept"}, words)) as (client, _):
        assert await client.frame() == Frame(TEXT, b"last words")
        assert await client.closed_with() == (1000, "")


async def test_a_service_that_stops_refuses_who_is_not_yet_accepted() -> None:
    async with serving() as stopping, connected(stopping.port) as client:
        stopping.stage.part = late
        await client.write(request())
        visit = await stopping.visit()
        stopping.server.should_exit = True
        assert 500 <= (await client.answer()).status < 600
        visit.released.set()
        await visit.over()


async def test_a_service_that_stops_says_that_it_restarts(monkeypatch: pytest.MonkeyPatch) -> None:
    """1012 of the registry, or 1001; a client that does not answer does not hold it up."""
    monkeypatch.setattr(Wire, "close_seconds", 0.1)
    async with serving() as stopping:
        async with connected(stopping.port) as _, stopping.opened(echo) as (client, visit):
            stopping.server.should_exit = True
            assert (await client.frame()).payload[:2] in {b"\x03\xf4", b"\x03\xe9"}
            assert await client.last_code() == NO_CLOSE
        assert visit.heard[-1]["type"] == "websocket.disconnect"
