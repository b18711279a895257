"""Frames and bodies that are none of ours: refused in words, and nothing has changed."""

import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest
import websockets

from deliberation.auth.tokens import form_token
from deliberation.errors import Code
from deliberation.live.protocol import CLOSE_MALFORMED, CLOSE_REFUSED, LARGEST_FRAME, SUBPROTOCOL
from deliberation.web.guarding import SMALL_FORM_BYTES
from deliberation.web.visit import DEVICE_COOKIE
from tests.flows.contents import contents, differing
from tests.flows.hall import KEY, Hall, open_hall, token_of
from tests.flows.live_client import Phone

pytestmark = pytest.mark.anyio


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[Hall]:
    async with open_hall(tmp_path, households=2) as opened:
        yield opened


def connected(hall: Hall) -> websockets.connect:
    address = hall.url.replace("http://", "ws://") + "/live"
    subprotocols = [websockets.Subprotocol(SUBPROTOCOL)]
    return websockets.connect(address, subprotocols=subprotocols, proxy=None)


async def last_words(socket: websockets.ClientConnection) -> tuple[str, int | None]:
    """The code of the refusal that ends the connection, and how it was closed."""
    code = ""
    with contextlib.suppress(websockets.ConnectionClosedError):
        async for text in socket:
            frame = json.loads(text)
            if frame["type"] == "refused":
                assert frame["words"]
                code = frame["code"]
    return code, socket.close_code


COMMAND = {"id": "c" * 12}
FRAMES: dict[str, str | bytes] = {
    "no JSON": "{",
    "no object": "[]",
    "no type": json.dumps({"id": "c" * 12}),
    "an unknown type": json.dumps({"type": "announce", **COMMAND}),
    "an unknown field": json.dumps({"type": "attend", "person": str(uuid4()), **COMMAND}),
    "an unknown channel": json.dumps({"type": "attend", "channel": "roof", **COMMAND}),
    "no id": json.dumps({"type": "attend"}),
    "too short an id": json.dumps({"type": "attend", "id": "c"}),
    "too long an id": json.dumps({"type": "attend", "id": "c" * 41}),
    "a ballot that is no id": json.dumps(
        {"type": "vote", "ballot": "1", "choice": "for", **COMMAND}
    ),
    "too large": json.dumps({"type": "attend", "id": "c" * LARGEST_FRAME}),
    "bytes": b'{"type": "attend", "id": "cccccccccccc"}',
}


@pytest.mark.parametrize("is_first", [True, False], ids=["as the first", "after the hello"])
async def test_a_frame_that_is_none_of_ours_ends_the_connection_in_words(
    hall: Hall, is_first: bool
) -> None:
    hello = json.dumps({"type": "hello", "meeting": str(hall.meeting)})
    before = await contents()
    for what, frame in {**FRAMES, "a second hello": hello}.items():
        if is_first and frame == hello:
            continue
        async with connected(hall) as socket:
            if not is_first:
                await socket.send(hello)
            await socket.send(frame)
            assert await last_words(socket) == (Code.BAD_REQUEST, CLOSE_MALFORMED), what
    assert differing(before, await contents()) == []


async def test_the_hello_comes_first_and_names_a_meeting(hall: Hall) -> None:
    async with connected(hall) as socket:
        await socket.send(json.dumps({"type": "attend", **COMMAND}))
        assert await last_words(socket) == (Code.BAD_REQUEST, CLOSE_MALFORMED)
    async with connected(hall) as socket:
        await socket.send(json.dumps({"type": "hello", "meeting": str(uuid4())}))
        assert await last_words(socket) == (Code.NOT_FOUND, CLOSE_REFUSED)


async def test_a_socket_that_speaks_another_protocol_is_turned_away(hall: Hall) -> None:
    with pytest.raises(websockets.InvalidStatus):
        await websockets.connect(hall.url.replace("http://", "ws://") + "/live", proxy=None)


async def test_a_command_that_is_refused_leaves_the_phone_connected(hall: Hall) -> None:
    token = await token_of(hall.residents[0].person, hall.now)
    before = await contents()
    async with Phone(hall.url, hall.meeting, token) as phone:
        voted = await phone.command("vote", ballot=str(uuid4()), choice="for")
        assert voted["code"] == Code.NOT_FOUND
        asked = await phone.command("ask", side="for")
        assert asked["code"] == Code.MEETING_NOT_CONVENED
        withdrawn = await phone.command("withdraw")
        assert withdrawn["code"] == Code.SPEECH_NOT_WAITING
    async with Phone(hall.url, hall.meeting) as nobody:
        for command in ("attend", "withdraw"):
            assert (await nobody.command(command))["code"] == Code.SIGN_IN_REQUIRED
    assert differing(before, await contents()) == []


async def test_a_body_without_end_is_not_read(hall: Hall) -> None:
    token = await token_of(hall.residents[0].person, hall.now)
    csrf = form_token(KEY.encode(), token)
    large = f"csrf={csrf}&channel=hall&more=".encode() + b"x" * (2 * SMALL_FORM_BYTES + 1)

    async def streamed() -> AsyncIterator[bytes]:
        yield large

    before = await contents()
    headers = {
        "Cookie": f"{DEVICE_COOKIE}={token}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    path = f"/meetings/{hall.meeting}/attendance"
    async with httpx2.AsyncClient(base_url=hall.url, trust_env=False) as client:
        said = await client.post(path, headers=headers, content=large)
        unsaid = await client.post(path, headers=headers, content=streamed())
    assert (said.status_code, unsaid.status_code) == (413, 400)
    assert Code.BODY_TOO_LARGE in said.text
    assert differing(before, await contents()) == []
