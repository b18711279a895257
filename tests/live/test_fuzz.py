"""Whatever a client sends, nothing fails in the service and the room goes on for all others."""

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import structlog
import websockets
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from deliberation.ballots import service as ballots
from deliberation.errors import Code
from deliberation.live.protocol import SUBPROTOCOL
from deliberation.web.visit import DEVICE_COOKIE
from tests.flows.hall import Hall, convene_with_everybody, open_hall, open_the_vote, token_of
from tests.live.frames import BALLOT, HELLO, Message, addressed, command, visits
from tests.live.voter import LostPhone, in_the_end

pytestmark = pytest.mark.anyio


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """A hall in which a ballot is open."""

    hall: Hall
    ballot: UUID
    tokens: Mapping[str, str]
    """Of those who come: nobody, a resident, the chair."""


@pytest.fixture
async def opened(database_url: str, tmp_path: Path) -> AsyncIterator[Open]:
    async with open_hall(tmp_path, database_url, households=3) as hall:
        await convene_with_everybody(hall)
        ballot = await open_the_vote(hall)
        assert hall.chair.person is not None
        tokens = {
            "nobody": "",
            "resident": await token_of(hall.residents[0].person, hall.now),
            "chair": await token_of(hall.chair.person, hall.now),
        }
        yield Open(hall=hall, ballot=ballot, tokens=tokens)


class Complaints(logging.Handler):
    """Everything from a warning on, of the server and the event loop."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(self.format(record))

    def unhandled(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        self.heard.append(str(context))


@contextlib.contextmanager
def no_complaints() -> Iterator[None]:
    """Nothing in the block is logged as a warning or worse, and no exception is left unhandled."""
    complaints, loop = Complaints(), asyncio.get_running_loop()
    before = loop.get_exception_handler()
    loggers = [logging.getLogger(name) for name in ("uvicorn.error", "deliberation", "asyncio")]
    for logger in loggers:
        logger.addHandler(complaints)
    loop.set_exception_handler(complaints.unhandled)
    try:
        with structlog.testing.capture_logs() as logged:
            yield
    finally:
        loop.set_exception_handler(before)
        for logger in loggers:
            logger.removeHandler(complaints)
    quiet = ("debug", "info")
    assert complaints.heard + [entry for entry in logged if entry["log_level"] not in quiet] == []


async def visit(opened: Open, messages: list[Message], who: str) -> None:
    """Send everything, and listen until the last command has been answered or all is over."""
    last = {"type": "attend", "id": uuid4().hex}
    address = opened.hall.url.replace("http://", "ws://") + "/live"
    meeting, ballot = str(opened.hall.meeting), str(opened.ballot)
    async with websockets.connect(
        address,
        subprotocols=[websockets.Subprotocol(SUBPROTOCOL)],
        additional_headers={"Cookie": f"{DEVICE_COOKIE}={opened.tokens[who]}"},
        proxy=None,
    ) as socket:
        with contextlib.suppress(websockets.ConnectionClosed):
            for message in [*messages, json.dumps(last)]:
                await socket.send(addressed(message, meeting, ballot))
        with contextlib.suppress(websockets.ConnectionClosed):
            async for told in socket:
                frame = json.loads(told)
                assert frame.get("code") != Code.INTERNAL
                assert not frame.get("again")
                if frame.get("id") == last["id"]:
                    break


async def look_in(opened: Open) -> None:
    """Somebody new joins, is shown everything, and hears what happens then."""
    hall = opened.hall
    async with LostPhone(hall.url, hall.meeting, opened.tokens["resident"]) as phone:
        assert phone.seq > 0
        assert phone.parts
        assert phone.mine
        await ballots.extend(hall.chair, hall.meeting, seconds=60, at=hall.now)
        await phone.hear("ballot.extended")


@settings(max_examples=80, suppress_health_check=list(HealthCheck))
@given(messages=visits(), who=st.sampled_from(["nobody", "resident", "resident", "chair"]))
@example(messages=[HELLO, command("ask", id="\0" * 8, side="for")], who="resident")
@example(messages=[HELLO, command("withdraw", id="\0" * 8)], who="resident")
@example(
    messages=[HELLO, command("vote", id="\0" * 8, ballot=BALLOT, choice="for\0")], who="resident"
)
async def test_whatever_a_client_sends_nothing_fails_and_the_room_goes_on(
    opened: Open, messages: list[Message], who: str
) -> None:
    with no_complaints():
        await in_the_end(visit(opened, messages, who))
        await in_the_end(look_in(opened))
