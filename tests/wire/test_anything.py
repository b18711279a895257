"""Whatever a client sends, in whatever pieces."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wire.echo import echo
from tests.wire.raw import (
    PING,
    PONG,
    TEXT,
    Frame,
    closing,
    connected,
    frame,
    message,
)
from tests.wire.serving import Service

pytestmark = pytest.mark.anyio

cuts = st.lists(st.floats(0, 1, exclude_max=True), max_size=4)
masks = st.binary(min_size=4, max_size=4)


def pieces_of(data: bytes, places: list[float]) -> list[bytes]:
    at = sorted({0, len(data), *(int(place * len(data)) for place in places)})
    return [data[a:b] for a, b in pairwise(at)] or [data]


@st.composite
def conversations(draw: st.DrawFn) -> tuple[list[str], list[bytes], list[bytes]]:
    """Texts; their frames with pings between, cut into segments; the payloads of the pings."""
    texts = draw(
        st.lists(st.text(max_size=80) | st.integers(0, 70_000).map("议".__mul__), max_size=5)
    )
    frames, pings = [], []
    for text in texts:
        for one in message(TEXT, pieces_of(text.encode(), draw(cuts))):
            frames.append(one)
            for payload in draw(st.lists(st.binary(max_size=125), max_size=2)):
                frames.append(frame(PING, payload, mask=draw(masks)))
                pings.append(payload)
    segments = draw(st.just(frames) | cuts.map(lambda at: pieces_of(b"".join(frames), at)))
    return texts, segments, pings


@given(conversations())
async def test_texts_come_back_however_they_are_cut(
    service: Service, conversation: tuple[list[str], list[bytes], list[bytes]]
) -> None:
    texts, segments, pings = conversation
    async with service.opened() as (client, _):
        await client.write_apart(segments)
        found = [await client.frame() for _ in texts + pings]
        assert [f for f in found if f.opcode == TEXT] == [Frame(TEXT, t.encode()) for t in texts]
        assert [f for f in found if f.opcode != TEXT] == [Frame(PONG, p) for p in pings]
        await client.write(closing(1000))
        assert await client.last_code() == 1000


anything = st.one_of(
    st.binary(max_size=200),
    st.builds(
        frame,
        st.integers(0, 15),
        st.binary(max_size=200),
        fin=st.booleans(),
        rsv=st.sampled_from([0] * 12 + [1, 2, 4, 7]),
        mask=masks | masks | masks | st.none(),
        width=st.none() | st.just(64),
        announced=st.none() | st.none() | st.integers(0, (1 << 64) - 1),
    ),
)


@given(st.lists(anything, max_size=6), cuts)
async def test_no_bytes_after_the_handshake_disturb_the_service(
    service: Service, trouble: list[str], sent: list[bytes], places: list[float]
) -> None:
    """What the server still says is whole frames, and the next client is served."""
    async with service.opened() as (client, _):
        await client.write_apart(pieces_of(b"".join(sent), places))
        client.finish()
        await client.last_code()
    assert trouble == []
    await serves_the_next(service)


@given(st.lists(st.sampled_from([b"GET / HTTP/1.1", b"\r\n", b": ", b"Upgrade"]) | st.binary()))
async def test_no_bytes_instead_of_a_handshake_disturb_the_service(
    service: Service, trouble: list[str], sent: list[bytes]
) -> None:
    async with connected(service.port) as client:
        await client.write(b"".join(sent))
        client.finish()
        await client.rest()
    assert trouble == []
    await serves_the_next(service)


async def serves_the_next(service: Service) -> None:
    async with service.opened(echo) as (client, _):
        await client.write(frame(TEXT, b"next"))
        assert await client.frame() == Frame(TEXT, b"next")
