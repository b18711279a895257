"""Frames and messages: RFC 6455 §5."""

import pytest

from tests.wire.echo import listening
from tests.wire.raw import (
    BINARY,
    CLOSE,
    CONTINUED,
    PING,
    PONG,
    TEXT,
    Frame,
    closing,
    frame,
    message,
    single,
)
from tests.wire.serving import LIMIT, Service, serving

pytestmark = pytest.mark.anyio

CHUNK = 1 << 16


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65_535, 65_536])
@pytest.mark.parametrize("opcode", [TEXT, BINARY], ids=["text", "binary"])
async def test_a_message_of_any_length_comes_back(service: Service, opcode: int, size: int) -> None:
    payload = (b"x" if opcode == TEXT else b"\xff") * size
    async with service.opened() as (client, visit):
        await client.write(frame(opcode, payload))
        assert await client.frame() == Frame(opcode, payload)
        assert visit.messages == [payload.decode() if opcode == TEXT else payload]


@pytest.mark.parametrize("mask", [b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x00\x80\x01\xfe"])
async def test_any_mask_is_taken_off(service: Service, mask: bytes) -> None:
    payload = bytes(range(256)) * 3 + b"end"
    async with service.opened() as (client, _):
        await client.write(frame(BINARY, payload, mask=mask))
        assert await client.frame() == Frame(BINARY, payload)


@pytest.mark.parametrize(("size", "width"), [(5, 16), (125, 16), (5, 64), (126, 64), (65_535, 64)])
async def test_a_length_in_more_bits_than_it_needs_is_never_read_as_another_length(
    service: Service, size: int, width: int
) -> None:
    """§5.2 obliges the sender to the shortest form; it does not say that the receiver must fail.

    The library takes the longer forms. Failing with 1002 would be as right; anything else is not.
    """
    async with service.opened(listening) as (client, visit):
        await client.write_apart([frame(TEXT, b"x" * size, width=width), closing(1000)])
        code = await client.last_code()
    assert (code, visit.messages) in [(1000, ["x" * size]), (1002, [])]


HELLO = frame(TEXT, b"hello")
START, END = frame(TEXT, b"a", fin=False), frame(CONTINUED, b"b")
BROKEN: dict[str, list[bytes]] = {
    **{f"reserved bits {rsv:03b}": [frame(TEXT, b"x", rsv=rsv)] for rsv in range(1, 8)},
    "a reserved bit of a ping": [frame(PING, rsv=1)],
    "a reserved bit of a continuation": [START, frame(CONTINUED, rsv=4)],
    **{f"opcode {opcode}": [frame(opcode, b"x")] for opcode in (*range(3, 8), *range(11, 16))},
    "an empty frame of opcode 3": [frame(3)],
    "a text that is not masked": [frame(TEXT, b"hello", mask=None)],
    "a text that says it is not masked": [HELLO[:1] + bytes([HELLO[1] & 0x7F]) + HELLO[2:]],
    "an empty text that is not masked": [frame(TEXT, mask=None)],
    "a long text that is not masked": [frame(TEXT, b"x" * 126, mask=None)],
    "a ping that is not masked": [frame(PING, mask=None)],
    "a close that is not masked": [frame(CLOSE, mask=None)],
    "a continuation of nothing": [frame(CONTINUED, b"x")],
    "an unfinished continuation of nothing": [frame(CONTINUED, b"x", fin=False)],
    "a continuation after a whole message": [START, END, END],
    "a text within a text": [START, frame(TEXT, b"b")],
    "a text within a text that goes on": [START, frame(PING), frame(TEXT, b"b"), END],
    "a fragment of a text within a text": [START, START],
    "bytes within an empty text": [frame(TEXT, fin=False), frame(BINARY, b"b")],
    "a ping of 126 bytes": [frame(PING, b"x" * 126)],
    "a pong of 126 bytes": [frame(PONG, b"x" * 126)],
    "a ping of 70,000 bytes": [frame(PING, b"x" * 70_000)],
    "a close of 126 bytes": [closing(1000, b"x" * 124)],
    "a ping in pieces": [frame(PING, b"x", fin=False)],
    "a pong in pieces": [frame(PONG, b"x", fin=False)],
    "a close in pieces": [frame(CLOSE, b"\x03\xe8", fin=False)],
}


@pytest.mark.parametrize("pace", ["at once", "frame by frame", "byte by byte"])
@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
async def test_a_broken_frame_ends_the_connection_with_1002(
    service: Service, broken: list[bytes], pace: str
) -> None:
    whole = b"".join(broken)
    bytewise = [*single(whole[:200]), whole[200:]]
    segments = {"at once": [whole], "frame by frame": broken, "byte by byte": bytewise}
    async with service.opened(listening) as (client, visit):
        await client.write_apart(segments[pace])
        assert await client.last_code() == 1002
    assert visit.goodbye[0] in {1002, 1006}


async def test_nothing_after_a_broken_frame_is_read(service: Service) -> None:
    """§7.1.7: not even a close frame."""
    after = frame(TEXT, b"after") + frame(PING, b"after") + closing(1000)
    async with service.opened() as (client, visit):
        await client.write(frame(3) + after)
        frames = await client.frames()
        assert [(f.opcode, f.payload[:2]) for f in frames] == [(CLOSE, b"\x03\xea")]
    assert visit.messages == []


async def test_a_length_of_more_than_63_bits_is_refused(service: Service) -> None:
    """§5.2: the most significant bit must be 0."""
    for length in (1 << 63, (1 << 63) + 1, (1 << 64) - 1):
        async with service.opened() as (client, _):
            await client.write(frame(BINARY, announced=length, width=64))
            assert await client.last_code() in {1002, 1009}


async def test_a_message_may_come_in_many_pieces(service: Service) -> None:
    async with service.opened() as (client, visit):
        pieces = [b"%d," % i for i in range(500)]
        await client.write(b"".join(message(BINARY, pieces)))
        await client.write(b"".join(message(TEXT, [b"", b"a", b"", b"b", b""])))
        assert await client.frame() == Frame(BINARY, b"".join(pieces))
        assert await client.frame() == Frame(TEXT, b"ab")
        assert visit.messages == [b"".join(pieces), "ab"]


async def test_a_message_may_come_a_byte_at_a_time(service: Service) -> None:
    async with service.opened() as (client, _):
        for payload in (b"", b"hello", b"x" * 200):
            await client.write_apart(single(frame(TEXT, payload)))
            assert await client.frame() == Frame(TEXT, payload)
        await client.write_apart(single(b"".join(message(TEXT, [b"be", b"gin"]))))
        assert await client.frame() == Frame(TEXT, b"begin")


@pytest.mark.parametrize("before", [b"", b"x", b"x" * 200])
async def test_a_payload_that_looks_like_a_frame_is_none(service: Service, before: bytes) -> None:
    """Though it comes in a segment of its own, when all before it has been read."""
    looks = frame(TEXT, b"a frame?")
    outer = frame(BINARY, before + looks, mask=b"\0\0\0\0")
    async with service.opened() as (client, _):
        await client.write_apart([outer[: -len(looks)], looks])
        assert await client.frame() == Frame(BINARY, before + looks)


async def test_many_messages_may_come_at_once(service: Service) -> None:
    texts = [b"%d" % i * (i % 40) for i in range(300)]
    async with service.opened() as (client, _):
        await client.write(b"".join(frame(TEXT, text) for text in texts))
        assert [await client.frame() for _ in texts] == [Frame(TEXT, text) for text in texts]


async def test_a_message_may_be_cut_anywhere(service: Service) -> None:
    """A whole frame and the head of the next in one segment, for every cut."""
    both = frame(TEXT, b"first") + frame(TEXT, b"x" * 130)
    async with service.opened() as (client, _):
        for cut in range(1, len(both)):
            await client.write_apart([both[:cut], both[cut:]])
            assert await client.frame() == Frame(TEXT, b"first")
            assert await client.frame() == Frame(TEXT, b"x" * 130)


async def test_the_largest_message_is_taken_whole_or_in_pieces(service: Service) -> None:
    payload = b"x" * LIMIT
    pieces = [payload[i : i + CHUNK] for i in range(0, LIMIT, CHUNK)]
    async with service.opened() as (client, _):
        await client.write(frame(BINARY, payload))
        assert await client.frame() == Frame(BINARY, payload)
        await client.write(b"".join(message(BINARY, pieces)))
        assert await client.frame() == Frame(BINARY, payload)


TOO_LARGE: dict[str, bytes] = {
    "announced only": frame(BINARY, announced=LIMIT + 1),
    "announced in 63 bits": frame(TEXT, announced=(1 << 63) - 1),
    "one byte, sent": frame(BINARY, b"x" * (LIMIT + 1)),
    "the last piece": b"".join(message(TEXT, [b"x" * CHUNK] * (LIMIT // CHUNK) + [b"x"])),
    "a piece in the middle": frame(TEXT, b"x" * (LIMIT - 1), fin=False)
    + frame(CONTINUED, fin=False, announced=2),
    "many small pieces": b"".join(message(BINARY, [b"x" * 1_000] * (LIMIT // 1_000 + 1))),
}


@pytest.mark.parametrize("sent", TOO_LARGE.values(), ids=TOO_LARGE)
async def test_a_message_that_is_too_large_ends_the_connection_with_1009(
    service: Service, sent: bytes
) -> None:
    async with service.opened() as (client, visit):
        await client.write(sent)
        assert await client.last_code() == 1009
    assert visit.messages == []


@pytest.mark.parametrize("opcode", [TEXT, BINARY], ids=["text", "binary"])
async def test_a_small_limit_is_kept_to_the_byte(opcode: int) -> None:
    async with serving(ws_max_size=100) as small, small.opened() as (client, _):
        await client.write(frame(opcode, b"x" * 100))
        assert await client.frame() == Frame(opcode, b"x" * 100)
        await client.write(frame(opcode, b"x" * 101))
        assert await client.last_code() == 1009
