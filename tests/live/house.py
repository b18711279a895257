"""A hall that is really served: its phones, its chair, and the service being stopped and started.

It does what it is asked and says what was told; what should have been told is the model's affair.
"""

import asyncio
import contextlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx2
import websockets

from deliberation import journal, store
from deliberation.app import create_app
from deliberation.ballots import reading
from deliberation.clock import FixedClock
from deliberation.config import Settings
from deliberation.errors import Refusal
from deliberation.live.protocol import CLOSE_RESTART
from tests.ballots.voting import Voting, votes_in, voting_hall
from tests.flows.hall import KEY, ON_THE_DAY
from tests.live.model import TAKEN, Told
from tests.live.voter import LostPhone
from tests.support.service import served
from tests.web.desk import Browser

HOUSEHOLDS = 5
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Handset(LostPhone):
    """A phone that keeps what it has seen and its last press, whatever becomes of the service."""

    def __init__(self, voting: Voting, token: str, face: str = "resident") -> None:
        super().__init__("", voting.meeting, token, face)
        self.is_connected = False
        self.pressed: dict[str, Any] = {}
        self.turnout = (UUID(int=0), 0)

    async def come(self, url: str) -> None:
        if not self.is_connected:
            self._address = url.replace("http://", "ws://") + "/live"
            await self.__aenter__()
            self.is_connected = True

    async def leave(self) -> None:
        if self.is_connected:
            self.is_connected = False
            await self.__aexit__(None, None, None)

    async def fall_silent(self) -> None:
        """Gone without a word, with whatever was on its way."""
        self.is_connected = False
        await self.drop()

    async def receive(self) -> dict[str, Any]:
        frame = await super().receive()
        if frame["type"] == "turnout":
            ballot, n = UUID(frame["ballot"]), frame["n"]
            assert n <= frame["entitled"] == HOUSEHOLDS
            assert self.turnout[0] != ballot or n >= self.turnout[1], "turnout goes backwards"
            self.turnout = (ballot, n)
        return frame

    async def press(self, ballot: UUID, choice: str) -> None:
        """Send a vote under a new id, and do not wait for its answer."""
        facts = {"ballot": str(ballot), "choice": choice}
        self.pressed = {"type": "vote", "id": uuid4().hex, **facts}
        await self.send(self.pressed)

    async def answer(self) -> Told:
        """To the last press."""
        return _told(await self.until(lambda frame: frame.get("id") == self.pressed["id"]))

    async def see_restart(self) -> Told | None:
        """The connection ends by the service's restart; the answer that came before, if any."""
        told: Told | None = None
        while True:
            try:
                frame = await self.receive()
            except websockets.ConnectionClosed:
                break
            if frame.get("id") == self.pressed.get("id", ""):
                told = _told(frame)
        assert self._socket.close_code == CLOSE_RESTART
        await self.leave()
        return told


def _told(frame: dict[str, Any]) -> Told:
    if frame["type"] == "refused":
        return Told(frame["code"])
    vote = frame["vote"]
    return Told(vote["effect"], vote["receipt"], _instant(vote["at"]))


def _instant(milliseconds: int) -> datetime:
    return EPOCH + timedelta(milliseconds=milliseconds)


class House:
    """The service on one database, with a handset for each household and the chair's console."""

    def __init__(self, folder: Path, database_url: str, voting: Voting) -> None:
        """`voting` stands in the database already."""
        self._settings = Settings(var=str(folder), database_url=database_url, secret_key=KEY)
        self._running = contextlib.AsyncExitStack()
        self._url = ""
        self.voting = replace(voting, clock=FixedClock(ON_THE_DAY))
        self.handsets = [Handset(voting, token) for token in voting.tokens]
        self.console = Handset(voting, voting.chair_token, "console")

    @property
    def now(self) -> datetime:
        return self.voting.clock.now()

    async def open(self) -> None:
        """Start the service; the chair sits down at the console."""
        app = create_app(self._settings, self.voting.clock)
        self._url = await self._running.enter_async_context(served(app))
        json = {"Accept": "application/json"}
        self._client = await self._running.enter_async_context(
            httpx2.AsyncClient(base_url=self._url, headers=json, trust_env=False)
        )
        await self.console.come(self._url)

    async def restart(self) -> dict[int, Told]:
        """Stop and start; everybody is sent off and comes back by themselves. Says what was still
        answered to a press that had been sent just before."""
        there = [n for n, handset in enumerate(self.handsets) if handset.is_connected]
        _stopped, _console, *told = await asyncio.gather(
            self._running.aclose(),
            self.console.see_restart(),
            *(self.handsets[n].see_restart() for n in there),
        )
        self._running = contextlib.AsyncExitStack()
        await self.open()
        return {n: answer for n, answer in zip(there, told, strict=True) if answer is not None}

    async def close(self) -> None:
        for handset in (*self.handsets, self.console):
            await handset.leave()
        await self._running.aclose()

    async def come(self, n: int) -> Handset:
        await self.handsets[n].come(self._url)
        return self.handsets[n]

    async def by_socket(self, n: int, ballot: UUID, choice: str) -> Told:
        handset = await self.come(n)
        await handset.press(ballot, choice)
        return await handset.answer()

    async def again(self, n: int) -> Told:
        """The last press once more, under its own id."""
        handset = await self.come(n)
        await handset.send(handset.pressed)
        return await handset.answer()

    async def by_form(self, n: int, ballot: UUID, choice: str) -> Told:
        browser = Browser(self._client, self.voting.tokens[n])
        path = f"/meetings/{self.voting.meeting}/ballots/{ballot}/votes"
        said = (await browser.send(path, choice=choice)).json()
        if "code" in said:
            return Told(said["code"])
        assert (said["ballot"], said["choice"]) == (str(ballot), choice)
        return Told(TAKEN, said["receipt"], _instant(said["at"]))

    async def kept_and_turnout(self, ballot: UUID) -> tuple[dict[int, tuple[str, str]], int]:
        """Choice and receipt by the household's number, and the turnout, of one moment: a press
        whose phone was cut off may be written while we look."""
        before = None
        while (votes := await votes_in(ballot)) != before:
            before, turnout = votes, await reading.turnout(ballot)
        numbers = {self.voting.household(n): n for n in range(HOUSEHOLDS)}
        return {numbers[household]: vote for household, vote in votes.items()}, turnout

    async def settle(self) -> None:
        """Everybody who is connected has heard all that happened."""
        seq = await journal.position(self.voting.meeting)
        for handset in (self.console, *self.handsets):
            while handset.is_connected and handset.seq < seq:
                await handset.receive()
            assert not handset.is_connected or handset.seq == seq


async def refused(act: Any) -> str | None:
    """The code of an act that was refused."""
    try:
        await act
    except Refusal as refusal:
        return refusal.code
    return None


async def furnish(database_url: str, *, may_change: bool) -> Voting:
    """Bring a migrated, empty database to the morning on which its first motion has been read."""
    await store.open_store(database_url)
    try:
        return await voting_hall(households=HOUSEHOLDS, may_change=may_change)
    finally:
        await journal.drain()
        await store.close_store()
