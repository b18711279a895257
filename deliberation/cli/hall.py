"""Made-up residents who come to a meeting over real sockets, ask to speak and vote."""

import asyncio
import contextlib
import json
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import websockets

from deliberation.live.protocol import SUBPROTOCOL
from deliberation.web.visit import DEVICE_COOKIE

CHOICES = ("for",) * 7 + ("against",) * 2 + ("abstain",)
SIDES = ("for", "against", "question")
EVERY_SPEAKER = 10
"""One resident in so many asks to speak on each item."""


@dataclass(slots=True)
class Answers:
    """How many commands of each kind were answered or refused; somebody may wait for a number."""

    counts: Counter[str] = field(default_factory=Counter)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def add(self, kind: str) -> None:
        async with self.changed:
            self.counts[kind] += 1
            self.changed.notify_all()

    async def until(self, kind: str, count: int) -> None:
        async with self.changed:
            await self.changed.wait_for(lambda: self.counts[kind] >= count)


class SimulatedResident:
    """One phone. `pause` is the most seconds it takes its holder to make up their mind."""

    def __init__(self, number: int, token: str, answers: Answers, *, pause: float) -> None:
        self._number = number
        self._token = token
        self._answers = answers
        self._pause = pause
        self._chance = random.Random(number)  # noqa: S311  the same behaviour every time
        self._sent: dict[str, str] = {}
        self._voted: set[str] = set()
        self._acts: set[asyncio.Task[None]] = set()

    async def take_part(self, url: str, meeting: UUID) -> None:
        """Join, sign in, and answer to what happens until the service ends the connection."""
        async with websockets.connect(
            url.replace("http://", "ws://") + "/live",
            subprotocols=[websockets.Subprotocol(SUBPROTOCOL)],
            additional_headers={"Cookie": f"{DEVICE_COOKIE}={self._token}"},
            proxy=None,
        ) as socket:
            hello = {"type": "hello", "meeting": str(meeting), "face": "resident", "since": 0}
            await socket.send(json.dumps(hello))
            self._soon(socket, "attend", channel="hall" if self._number % 3 else "phone")
            with contextlib.suppress(websockets.ConnectionClosed):
                async for text in socket:
                    await self._hear(socket, json.loads(text))
        for act in self._acts:
            act.cancel()

    async def _hear(self, socket: websockets.ClientConnection, frame: dict[str, Any]) -> None:
        if frame["type"] in ("answer", "refused"):
            await self._answers.add(self._sent.pop(frame["id"], "other"))
        ballot = frame.get("ballot")
        if isinstance(ballot, dict) and ballot["state"] == "open":
            if ballot["id"] not in self._voted:
                self._voted.add(ballot["id"])
                choice = self._chance.choice(CHOICES)
                self._soon(socket, "vote", ballot=ballot["id"], choice=choice)
        elif "item.opened" in frame.get("events", []) and self._number % EVERY_SPEAKER == 0:
            self._soon(socket, "ask", side=self._chance.choice(SIDES))

    def _soon(self, socket: websockets.ClientConnection, kind: str, **facts: str) -> None:
        act = asyncio.create_task(self._do(socket, kind, facts))
        self._acts.add(act)
        act.add_done_callback(self._acts.discard)

    async def _do(
        self, socket: websockets.ClientConnection, kind: str, facts: dict[str, str]
    ) -> None:
        await asyncio.sleep(self._chance.uniform(0, self._pause))
        command = uuid4().hex
        self._sent[command] = f"vote {facts['ballot']}" if kind == "vote" else kind
        with contextlib.suppress(websockets.ConnectionClosed):
            await socket.send(json.dumps({"type": kind, "id": command, **facts}))
