"""Text is UTF-8: RFC 6455 §8.1."""

import pytest

from tests.wire.echo import listening, saying
from tests.wire.raw import BINARY, PING, TEXT, Frame, closing, frame, message
from tests.wire.serving import Service

pytestmark = pytest.mark.anyio

SOUND = ["κόσμε", "议事", "a\0b", "\ufeffmark", "\ufffe\uffff", "\U00010000\U0010ffff", "😀"]

UNSOUND: dict[str, bytes] = {
    "a continuation alone": b"a\x80",
    "a start alone": b"\xc3a",
    "an end too early": "议".encode()[:2],
    "an end too early after a start of four": b"\xf0\x90\x80",
    "a slash in two bytes": b"\xc0\xaf",
    "a slash in three bytes": b"\xe0\x80\xaf",
    "a slash in four bytes": b"\xf0\x80\x80\xaf",
    "a zero in two bytes": b"\xc0\x80",
    "the largest overlong": b"\xf0\x8f\xbf\xbf",
    "a high surrogate": b"\xed\xa0\x80",
    "a low surrogate": b"\xed\xbf\xbf",
    "a pair of surrogates": b"\xed\xa0\xbd\xed\xb8\x80",
    "beyond U+10FFFF": b"\xf4\x90\x80\x80",
    "a start of five": b"\xf8\x88\x80\x80\x80",
    "FE": b"\xfe",
    "FF": b"\xff",
    "a sound beginning": b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80edited",
}


@pytest.mark.parametrize("text", SOUND)
async def test_a_character_may_be_split_over_fragments(service: Service, text: str) -> None:
    data = text.encode()
    async with service.opened() as (client, visit):
        for cut in range(len(data) + 1):
            await client.write(b"".join(message(TEXT, [data[:cut], data[cut:]])))
            assert await client.frame() == Frame(TEXT, data)
        await client.write(b"".join(message(TEXT, [bytes([byte]) for byte in data])))
        assert await client.frame() == Frame(TEXT, data)
        assert set(visit.messages) == {text}


@pytest.mark.parametrize("is_split", [False, True], ids=["one frame", "a byte a fragment"])
@pytest.mark.parametrize("data", UNSOUND.values(), ids=UNSOUND)
async def test_text_that_is_no_utf8_ends_the_connection_with_1007(
    service: Service, data: bytes, is_split: bool
) -> None:
    pieces = [bytes([byte]) for byte in data] if is_split else [data]
    async with service.opened(listening) as (client, visit):
        await client.write(b"".join(message(TEXT, pieces)))
        assert await client.last_code() == 1007
    assert visit.messages == []
    assert visit.goodbye[0] in {1006, 1007}


@pytest.mark.parametrize("after", [frame(TEXT, b"after"), frame(TEXT, b"\xff"), frame(PING)])
async def test_nothing_after_a_broken_text_reaches_the_application(
    service: Service, after: bytes
) -> None:
    async with service.opened(listening) as (client, visit):
        await client.write(frame(TEXT, b"sound") + frame(TEXT, b"\xff") + after)
        assert await client.last_code() == 1007
    assert visit.messages == ["sound"]


@pytest.mark.parametrize(("after", "code"), [(closing(1000), 1000), (frame(3), 1002)])
async def test_of_two_faults_at_once_either_may_be_named(
    service: Service, after: bytes, code: int
) -> None:
    async with service.opened(listening) as (client, visit):
        await client.write(frame(TEXT, b"\xff") + after)
        assert await client.last_code() in {1007, code}
    assert visit.messages == []


@pytest.mark.parametrize("data", UNSOUND.values(), ids=UNSOUND)
async def test_the_same_bytes_are_no_fault_in_a_binary_message(
    service: Service, data: bytes
) -> None:
    async with service.opened() as (client, _):
        await client.write(frame(BINARY, data))
        assert await client.frame() == Frame(BINARY, data)


@pytest.mark.usefixtures("at_fault")
async def test_the_server_sends_no_text_that_is_no_utf8(service: Service) -> None:
    """The application is at fault: the client sees a server's error, never half a character."""
    accept, said = {"kind": "accept"}, {"kind": "send", "text": "a\ud83d"}
    async with service.opened(saying(accept, said)) as (client, _):
        assert (await client.closed_with())[0] == 1011
