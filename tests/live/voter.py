"""A phone that does what our page does: press once, and send the press until it is answered."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, Self, TypeVar

import websockets

from tests.flows.live_client import Phone
from tests.live.voting import Voting

T = TypeVar("T")

LOST = (websockets.ConnectionClosed, websockets.InvalidHandshake, OSError, EOFError)
"""How a connection ends that another one replaces."""
CHOICES = ("for", "against", "abstain")
PATIENCE_SECONDS = 30.0
"""How long a phone waits for an answer before it takes the connection for dead."""
REST_SECONDS = 0.1
HESITATION_SECONDS = 0.2
"""Nobody presses in the very same moment as all others."""
ENOUGH_SECONDS = 120
"""Only bounds how long a test that fails may hang; nothing is measured by it."""


async def in_the_end(act: Awaitable[T]) -> T:
    """What must happen at last, however slow the machine is."""
    async with asyncio.timeout(ENOUGH_SECONDS):
        return await act


async def until(holds: Callable[[], bool], what: str) -> None:
    """Look again and again at what only another process can change."""
    give_up_at = asyncio.get_running_loop().time() + ENOUGH_SECONDS
    while not holds():
        assert asyncio.get_running_loop().time() < give_up_at, what
        await asyncio.sleep(0.02)


class LostPhone(Phone):
    """A phone whose connection may end anyhow, at any moment, without leaving anything behind."""

    async def __aenter__(self) -> Self:
        try:
            return await super().__aenter__()
        except BaseException:
            await self.drop()
            raise

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is not None:
            await self.drop()
        try:
            await super().__aexit__(kind, error, trace)
        except BaseException:
            await self.drop()
            raise

    async def drop(self) -> None:
        """Gone without a word."""
        socket: websockets.ClientConnection | None = getattr(self, "_socket", None)
        if socket is not None:
            socket.transport.abort()
            await socket.wait_closed()


class Voter(LostPhone):
    """The n-th household's phone. Its press has one id, whatever becomes of the connection."""

    def __init__(self, url: str, voting: Voting, n: int, *, seed: int) -> None:
        super().__init__(url, voting.meeting, voting.tokens[n])
        self._luck = random.Random(f"{seed} {n}")  # noqa: S311  a test's luck comes again
        self.n = n
        self.ballot_pressed = str(voting.ballot)
        self.choice = self._luck.choice(CHOICES)
        self.patience = PATIENCE_SECONDS
        self.losses = 0
        self.put_off: list[str] = []
        """The codes of passing refusals: not done, to be sent again."""
        self.together: asyncio.Barrier | None = None
        """Who has joined waits here for the others, to press with them."""
        self.on_moment: Callable[[], None] = lambda: None
        """Called when the press has been sent, and when it has been answered."""

    async def press(self) -> dict[str, Any]:
        """The answer to the press: a receipt, or the refusal that is final."""
        while True:
            try:
                async with asyncio.timeout(self.patience), self:
                    await self._wait_for_the_others()
                    return await self._asked()
            except LOST as loss:
                self.losses += 1
                if isinstance(loss, TimeoutError):
                    self.patience *= 1.5  # the network may be slow, not dead
                await asyncio.sleep(REST_SECONDS * (1 + self._luck.random()))

    async def _wait_for_the_others(self) -> None:
        if self.together is not None:
            await self.together.wait()
            self.together = None
            await asyncio.sleep(self._luck.uniform(0, HESITATION_SECONDS))

    async def _asked(self) -> dict[str, Any]:
        """Send the press on this connection until its answer is more than "again"."""
        facts = {"ballot": self.ballot_pressed, "choice": self.choice}
        while True:
            answer = await self.command("vote", id_=f"vote-of-phone-{self.n}", **facts)
            self.on_moment()
            if not answer.get("again"):
                return answer
            self.put_off.append(answer["code"])
            await asyncio.sleep(REST_SECONDS)

    async def send(self, frame: dict[str, Any]) -> None:
        await super().send(frame)
        if frame["type"] == "vote":
            self.on_moment()
