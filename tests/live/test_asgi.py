"""The same service on a server without our wire: frames over plain ASGI, and nothing is missing."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import uvicorn
import websockets
from starlette.types import ASGIApp

from deliberation.app import create_app
from deliberation.clock import FixedClock
from deliberation.config import Settings
from deliberation.errors import Code
from deliberation.live.audience import Kind, Outlet
from deliberation.live.endpoint import AsgiOutlet
from deliberation.live.hub import Hub
from deliberation.live.protocol import CLOSE_MALFORMED
from deliberation.live.room import Room
from tests.ballots.voting import Voting, votes_in, voting_hall
from tests.flows.hall import KEY, ON_THE_DAY
from tests.live.voter import LostPhone, in_the_end

pytestmark = pytest.mark.anyio


class PlainPhone(LostPhone):
    """A phone that may also say what no phone of ours says."""

    async def blurt(self, message: str | bytes) -> None:
        await self._socket.send(message)

    async def end(self) -> int | None:
        """Waits for the close; its code."""
        await self._socket.wait_closed()
        return self._socket.close_code


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The service behind uvicorn's own websockets, with a hall in it."""

    hub: Hub
    url: str
    voting: Voting
    left: asyncio.Queue[Outlet] = field(default_factory=asyncio.Queue)
    """Those who have left the room."""

    def phone(self, n: int) -> PlainPhone:
        return PlainPhone(self.url, self.voting.meeting, self.voting.tokens[n])

    def console(self) -> PlainPhone:
        return PlainPhone(self.url, self.voting.meeting, self.voting.chair_token, "console")


@contextlib.asynccontextmanager
async def served_plainly(app: ASGIApp) -> AsyncIterator[str]:
    """As `tests.support.service.served`, but with a websocket protocol that is not ours."""
    listening = socket.create_server(("127.0.0.1", 0))
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    config = uvicorn.Config(app, log_level="warning", ws="websockets-sansio", lifespan="on")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        while not server.started and not task.done():  # noqa: ASYNC110  uvicorn has but this flag
            await asyncio.sleep(0.01)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
        listening.close()


@pytest.fixture
async def house(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[House]:
    settings = Settings(var=str(tmp_path), database_url=sqlite_url, secret_key=KEY)
    app = create_app(settings, FixedClock(ON_THE_DAY))
    async with served_plainly(app) as url:
        voting = await voting_hall(households=3)
        made = House(hub=app.state.hub, url=url, voting=voting)
        leave = Room.leave

        def leave_and_tell(room: Room, kind: Kind, outlet: Outlet) -> None:
            leave(room, kind, outlet)
            made.left.put_nowait(outlet)

        monkeypatch.setattr(Room, "leave", leave_and_tell)
        yield made


async def test_a_phone_joins_votes_and_hears_the_news_in_its_order(house: House) -> None:
    voting = house.voting
    async with house.phone(0) as phone, house.phone(1) as other, house.console() as console:
        assert phone.parts.keys() >= {"head", "now", "agenda"}
        assert phone.mine["present"] is True
        ballot = await voting.open()
        await in_the_end(phone.hear("ballot.opened"))
        assert phone.ballot is not None
        assert phone.ballot["id"] == str(ballot)
        told = await in_the_end(phone.command("vote", ballot=str(ballot), choice="for"))
        again = await in_the_end(phone.command("vote", ballot=str(ballot), choice="for"))
        assert (told["vote"]["effect"], again["vote"]["effect"]) == ("counted", "repeated")
        await voting.close()
        for everybody in (phone, other, console):
            await in_the_end(everybody.hear("ballot.closed"))
        assert phone.seq == other.seq == console.seq
    kept = (await votes_in(ballot))[voting.household(0)]
    assert kept == ("for", told["vote"]["receipt"]) == ("for", again["vote"]["receipt"])


async def test_commands_sent_with_the_hello_are_all_answered(house: House) -> None:
    ballot = await house.voting.open()
    async with house.phone(0) as phone:
        for n in range(60):
            facts = {"ballot": str(ballot), "choice": ("for", "against")[n % 2]}
            await phone.send({"type": "vote", "id": f"command-{n}", **facts})
        answers: list[tuple[str, str]] = []
        while len(answers) < 60:
            frame = await in_the_end(phone.receive())
            if frame["type"] in ("answer", "refused"):
                answers.append((frame["id"], frame["vote"]["choice"]))
    assert answers == [(f"command-{n}", ("for", "against")[n % 2]) for n in range(60)]


@pytest.mark.parametrize(
    "message", ["nonsense", b"\x00\x01", '{"type":"vote"}', json.dumps({"type": "hello"})]
)
async def test_a_malformed_frame_is_refused_in_words_and_ends_the_connection(
    house: House, message: str | bytes
) -> None:
    async with house.phone(0) as phone:
        await phone.blurt(message)
        frame = await in_the_end(phone.until(lambda frame: frame["type"] == "refused"))
        assert (frame["id"], frame["code"], frame["again"]) == (None, Code.BAD_REQUEST, False)
        assert frame["words"]
        assert await in_the_end(phone.end()) == CLOSE_MALFORMED
        await in_the_end(house.left.get())
    assert house.hub.viewers == 0


async def test_who_disconnects_or_is_lost_leaves_the_room_and_the_others_go_on(
    house: House,
) -> None:
    async with house.phone(0) as stays:
        async with house.phone(1):
            assert house.hub.viewers == 2
        polite = await in_the_end(house.left.get())
        async with house.phone(2) as lost:
            assert house.hub.viewers == 2
            await lost.drop()
            silent = await in_the_end(house.left.get())
        assert isinstance(polite, AsgiOutlet), "it is plain ASGI that is tried here"
        assert isinstance(silent, AsgiOutlet)
        assert house.hub.viewers == 1
        await house.voting.open()
        await in_the_end(stays.hear("ballot.opened"))


async def test_a_socket_that_does_not_speak_our_protocol_is_turned_away(house: House) -> None:
    with pytest.raises(websockets.InvalidStatus) as refused:
        await websockets.connect(house.url.replace("http", "ws") + "/live", proxy=None)
    assert refused.value.response.status_code == 403
    assert house.hub.viewers == 0
