"""What the application may say, and is told: the ASGI websocket interface."""

import contextlib

import pytest
from starlette.types import Message

from tests.wire.echo import Visit, answering, late, listening, saying
from tests.wire.raw import (
    BINARY,
    PING,
    TEXT,
    Frame,
    closing,
    connected,
    frame,
    request,
    turn,
)
from tests.wire.serving import Service

pytestmark = pytest.mark.anyio

ACCEPT = {"kind": "accept"}


async def test_a_close_instead_of_an_accept_is_a_403(service: Service) -> None:
    async with service.asked(saying({"kind": "close", "code": 4000}), request()) as answered:
        client, answer = answered
        assert answer.status == 403
        assert await client.frames() == []


async def test_the_application_may_answer_as_a_page_would(service: Service) -> None:
    headers = [(b"content-type", b"text/plain"), (b"set-cookie", b"a=1"), (b"set-cookie", b"b=2")]
    part = answering(404, headers, b"not ", b"here")
    async with service.asked(part, request()) as (client, answer):
        assert (answer.status, answer.body) == (404, b"not here")
        assert answer.all("content-type") == ["text/plain"]
        assert answer.all("set-cookie") == ["a=1", "b=2"]
        visit = await service.visit()
        assert await client.frames() == []
    await visit.over()
    assert visit.goodbye[0] == 1006


ANSWER = "http.response.start"
UNANSWERED: dict[str, list[Message]] = {
    "nothing": [],
    "nonsense": [{"kind": "nonsense"}],
    "a message too early": [{"kind": "send", "text": "too early"}],
    "a body too early": [{"kind": "http.response.body", "body": b"too early"}],
    "an accept in an answer": [{"kind": ANSWER, "status": 200, "headers": []}, ACCEPT],
    "no status": [{"kind": ANSWER, "status": 2_000}, {"kind": "http.response.body", "body": b""}],
    "no headers": [{"kind": "accept", "headers": 5}],
}
FORBIDDEN: dict[str, Message] = {
    "nonsense": {"kind": "nonsense"},
    "another accept": ACCEPT,
    "an answer": {"kind": ANSWER, "status": 200, "headers": []},
    "an empty message": {"kind": "send"},
    "a number as text": {"kind": "send", "text": 5},
    "text as bytes": {"kind": "send", "bytes": "text"},
    "a number as reason": {"kind": "close", "code": 1000, "reason": 5},
}


@pytest.mark.usefixtures("at_fault")
@pytest.mark.parametrize("messages", UNANSWERED.values(), ids=UNANSWERED)
async def test_an_application_that_gives_no_answer_is_a_500(
    service: Service, messages: list[Message]
) -> None:
    async with service.asked(saying(*messages), request()) as (client, answer):
        assert answer.status == 500
        assert await client.frames() == []


@pytest.mark.usefixtures("at_fault")
@pytest.mark.parametrize("message", FORBIDDEN.values(), ids=FORBIDDEN)
async def test_an_application_that_says_what_it_may_not_closes_with_1011(
    service: Service, message: Message
) -> None:
    async with service.opened(saying(ACCEPT, message)) as (client, visit):
        assert await client.closed_with() == (1011, "")
    assert visit.failure is not None


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"text": "议事"}, Frame(TEXT, "议事".encode())),
        ({"text": ""}, Frame(TEXT)),
        ({"bytes": b"\xff"}, Frame(BINARY, b"\xff")),
        ({"bytes": b""}, Frame(BINARY)),
        ({"text": "x", "bytes": None}, Frame(TEXT, b"x")),
        ({"text": None, "bytes": b"x"}, Frame(BINARY, b"x")),
        ({"text": "x" * 126}, Frame(TEXT, b"x" * 126)),
        ({"bytes": b"x" * 65_536}, Frame(BINARY, b"x" * 65_536)),
    ],
)
async def test_the_application_sends_text_or_bytes(
    service: Service, fields: Message, expected: Frame
) -> None:
    async with service.opened(saying(ACCEPT, {"kind": "send", **fields})) as (client, _):
        assert await client.frame() == expected
        assert await client.closed_with() == (1000, "")


@pytest.mark.usefixtures("at_fault")
async def test_nothing_can_be_sent_after_the_applications_own_close(service: Service) -> None:
    part = saying(ACCEPT, {"kind": "close"}, {"kind": "send", "text": "after"})
    async with service.opened(part) as (client, visit):
        assert await client.closed_with() == (1000, "")
    assert visit.failure is not None


async def test_an_application_that_sends_to_nobody_is_told_by_an_os_error(
    service: Service,
) -> None:
    """And it is no fault: the log is silent."""

    async def part(visit: Visit) -> None:
        await listening(visit)
        await visit.send("send", text="anybody?")

    async with service.opened(part) as (client, visit):
        await client.write(closing(1001))
        assert await client.last_code() == 1001
    assert isinstance(visit.failure, OSError)


@pytest.mark.parametrize("ending", ["finish", "reset"])
async def test_a_client_may_be_gone_before_it_is_answered(service: Service, ending: str) -> None:
    service.stage.part = late
    async with connected(service.port) as client:
        await client.write(request())
        visit = await service.visit()
        client.finish() if ending == "finish" else client.reset()
        await turn()
        visit.released.set()
        await visit.over()
    assert visit.failure is None or isinstance(visit.failure, OSError)


EARLY = {
    "a ping": frame(PING, b"early"),
    "a text": frame(TEXT, b"early"),
    "a broken frame": frame(3),
    "a close": closing(1000),
}


@pytest.mark.parametrize("early", EARLY.values(), ids=EARLY)
async def test_no_frame_is_sent_before_the_answer(service: Service, early: bytes) -> None:
    """§4.1 forbids frames to the client before it is answered: they may end the connection."""
    service.stage.part = late
    async with connected(service.port) as client:
        await client.write(request())
        visit = await service.visit()
        await client.write(early)
        await turn()
        visit.released.set()
        with contextlib.suppress(EOFError):
            assert (await client.answer()).status in {101, 400}
    await visit.over()
