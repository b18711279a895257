"""The opening handshake: RFC 6455 §4."""

import pytest

from tests.wire.echo import answering, echo, greeting
from tests.wire.raw import (
    SAMPLE_ACCEPT,
    TEXT,
    Frame,
    Header,
    connected,
    frame,
    request,
    single,
)
from tests.wire.serving import Service

pytestmark = pytest.mark.anyio

PROTOCOLS = b"Sec-WebSocket-Protocol"


@pytest.mark.parametrize(
    "asking",
    [
        request(),
        request((b"Upgrade", b"WebSocket"), (b"Connection", b"keep-alive, UPGRADE")),
        request((b"Origin", b"null"), (b"Content-Length", b"0"), (b"X-Name", b"caf\xe9")),
    ],
    ids=["plain", "other letters", "more headers"],
)
async def test_a_good_handshake_is_answered_with_the_key_of_the_client(
    service: Service, asking: bytes
) -> None:
    answer = await service.answer(echo, asking)
    assert answer.status == 101
    assert [value.lower() for value in answer.all("upgrade")] == ["websocket"]
    assert [value.lower() for value in answer.all("connection")] == ["upgrade"]
    assert answer.all("sec-websocket-accept") == [SAMPLE_ACCEPT]
    assert answer.all("sec-websocket-protocol") == []


async def test_the_application_is_told_what_was_asked_for(service: Service) -> None:
    line = b"GET /hall%20one?since=4&x=%2F HTTP/1.1"
    more = [(PROTOCOLS, b"a.v1, b.v2"), (PROTOCOLS, b"c.v3"), (b"X-Name", b"caf\xe9")]
    async with service.asked(greeting(), request(*more, line=line)):
        scope = (await service.visit()).scope
    assert (scope["type"], scope["scheme"], scope["http_version"]) == ("websocket", "ws", "1.1")
    assert (scope["path"], scope["raw_path"]) == ("/hall one", b"/hall%20one")
    assert scope["query_string"] == b"since=4&x=%2F"
    assert scope["subprotocols"] == ["a.v1", "b.v2", "c.v3"]
    assert (b"x-name", b"caf\xe9") in scope["headers"]
    assert (b"host", b"community.example") in scope["headers"]
    assert "websocket.http.response" in scope["extensions"]
    assert scope["server"] == ("127.0.0.1", service.port)
    assert scope["client"][0] == "127.0.0.1"


@pytest.mark.parametrize("start", [b"http://community.example", b"https://community.example:81"])
async def test_a_handshake_may_name_the_whole_address(service: Service, start: bytes) -> None:
    """§4.1: "or be an absolute http/https URI"."""
    asking = request(line=b"GET " + start + b"/hall?x=1 HTTP/1.1")
    async with service.asked(greeting(), asking) as (_, answer):
        assert answer.status == 101
        scope = (await service.visit()).scope
    assert (scope["path"], scope["query_string"]) == ("/hall", b"x=1")


REFUSED: dict[str, bytes] = {
    "no key": request(without=[b"Sec-WebSocket-Key"]),
    "a key that is no base64": request((b"Sec-WebSocket-Key", b"not base64 at all!!")),
    "a key that is too short": request((b"Sec-WebSocket-Key", b"c2hvcnQ=")),
    "an empty key": request((b"Sec-WebSocket-Key", b"")),
    "two keys": request(*((b"Sec-WebSocket-Key", key * 21 + b"A==") for key in (b"A", b"B"))),
    "no version": request(without=[b"Sec-WebSocket-Version"]),
    "no host": request(without=[b"Host"]),
    "another method": request(line=b"POST /talk HTTP/1.1"),
    "an older HTTP": request(line=b"GET /talk HTTP/1.0"),
    "a body": request((b"Content-Length", b"2")) + b"ab",
    "a body in chunks": request((b"Transfer-Encoding", b"chunked")) + b"0\r\n\r\n",
    "no upgrade": request(without=[b"Upgrade"]),
    "no connection": request(without=[b"Connection"]),
    "an upgrade to something else": request((b"Upgrade", b"h2c")),
    "one giant header": request((b"X-Giant", b"x" * (1 << 20))),
    "a head without end": request()[:-2] + b"X-Giant: " + b"x" * (1 << 20),
    "a long header": request((b"X-Long", b"x" * 10_000)),
    "a thousand headers": request(*((b"X-Header", b"%d" % i) for i in range(1_000))),
    "a line that is too long": request(line=b"GET /" + b"x" * 10_000 + b" HTTP/1.1"),
    "a path that is not ASCII": request(line=b"GET /caf\xe9 HTTP/1.1"),
    "a line break in a header": request((b"X-Broken", b"a\nEvil: 1")),
    "a header without a name": request((b"", b"1")),
}


@pytest.mark.parametrize("asking", REFUSED.values(), ids=REFUSED)
async def test_a_handshake_that_is_not_sound_is_refused_with_a_status(
    service: Service, asking: bytes
) -> None:
    answer = await service.answer(echo, asking)
    assert 400 <= answer.status < 600
    assert answer.all("sec-websocket-accept") == []


@pytest.mark.parametrize("version", [b"8", b"0", b"14", b"13, 8", b"thirteen"])
async def test_another_version_is_told_which_one_is_spoken(
    service: Service, version: bytes
) -> None:
    """§4.4: the header is a must; 426 is the status it recommends."""
    answer = await service.answer(echo, request((b"Sec-WebSocket-Version", version)))
    assert (answer.status, answer.all("sec-websocket-version")) == (426, ["13"])


async def test_a_subprotocol_is_chosen_from_those_offered(service: Service) -> None:
    part, asking = greeting(subprotocol="b.v2"), request((PROTOCOLS, b"a.v1, b.v2"))
    assert (await service.answer(part, asking)).all("sec-websocket-protocol") == ["b.v2"]
    assert (await service.answer(greeting(), asking)).all("sec-websocket-protocol") == []


@pytest.mark.usefixtures("at_fault")
@pytest.mark.parametrize("offered", [[], [(PROTOCOLS, b"a.v1, b.v22")]], ids=["none", "others"])
async def test_a_subprotocol_that_was_not_offered_is_never_chosen(
    service: Service, offered: list[Header]
) -> None:
    """§4.1: a client must fail such a connection. An application that does it is at fault."""
    answer = await service.answer(greeting(subprotocol="b.v2"), request(*offered))
    assert answer.all("sec-websocket-protocol") == []


OFFERS = [b"permessage-deflate", b"permessage-deflate; client_max_window_bits, x-webkit-deflate"]


@pytest.mark.parametrize("offer", OFFERS)
async def test_no_extension_is_accepted(service: Service, offer: bytes) -> None:
    asking = request((b"Sec-WebSocket-Extensions", offer))
    async with service.asked(echo, asking) as (client, answer):
        assert (answer.status, answer.all("sec-websocket-extensions")) == (101, [])
        await client.write(frame(TEXT, b"\xf2\x48\xcd\xc9\xc9\x07\x00", rsv=4))
        assert await client.last_code() == 1002


async def test_the_headers_of_the_application_are_sent(service: Service) -> None:
    headers = [(b"set-cookie", b"a=1"), (b"set-cookie", b"b=2"), (b"x-name", b"caf\xe9")]
    answer = await service.answer(greeting(*headers), request())
    assert (answer.status, answer.all("set-cookie")) == (101, ["a=1", "b=2"])
    assert answer.all("x-name") == ["caf\xe9"]


@pytest.mark.usefixtures("at_fault")
@pytest.mark.parametrize("end", [b"\r\nEvil: 1\r\nx", b"\nEvil: 1\nx", b"\rEvil: 1\rx"])
@pytest.mark.parametrize(
    "what", ["value", "name", "subprotocol", "value elsewhere", "name elsewhere"]
)
async def test_no_header_can_be_smuggled_into_an_answer(
    service: Service, what: str, end: bytes
) -> None:
    """The application is at fault, and the client is told no more than that."""
    value, name = [(b"x-name", b"a" + end)], [(b"x-name" + end, b"a")]
    parts = {
        "value": greeting(*value),
        "name": greeting(*name),
        "subprotocol": greeting(subprotocol="a" + end.decode()),
        "value elsewhere": answering(404, value),
        "name elsewhere": answering(404, name),
    }
    answer = await service.answer(parts[what], request((PROTOCOLS, b"a")))
    assert "evil" not in str(answer).lower()


async def test_a_handshake_may_come_a_byte_at_a_time(service: Service) -> None:
    service.stage.part = echo
    async with connected(service.port) as client:
        await client.write_apart(single(request()))
        assert (await client.answer()).status == 101
        await client.write(frame(TEXT, b"hello"))
        assert await client.frame() == Frame(TEXT, b"hello")


async def test_a_frame_before_the_answer_does_no_harm(service: Service) -> None:
    """§4.1 forbids it to the client. It is heard or dropped, but always as a whole."""
    async with service.asked(echo, request() + frame(TEXT, b"early")) as (client, answer):
        assert answer.status == 101
        await client.write(frame(TEXT, b"hello"))
        first = await client.frame()
        if first == Frame(TEXT, b"early"):
            first = await client.frame()
        assert first == Frame(TEXT, b"hello")
