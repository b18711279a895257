"""A phone in the hall: a real socket that votes and waits for its receipt."""

import json
from types import TracebackType
from typing import Any, Self
from uuid import UUID, uuid4

import websockets

from deliberation.live.protocol import SUBPROTOCOL
from deliberation.web.visit import DEVICE_COOKIE


class Phone:
    """Joins a meeting over a websocket and remembers what it was told."""

    def __init__(self, url: str, meeting: UUID, token: str = "", face: str = "resident") -> None:
        self._address = url.replace("http://", "ws://") + "/live"
        self._meeting = meeting
        self._face = face
        self._headers = {"Cookie": f"{DEVICE_COOKIE}={token}"} if token else {}
        self.seq = 0
        self.parts: dict[str, str] = {}
        self.events: list[str] = []
        self.mine: dict[str, Any] = {}
        self.ballot: dict[str, Any] | None = None

    async def __aenter__(self) -> Self:
        self._socket = await websockets.connect(
            self._address,
            subprotocols=[websockets.Subprotocol(SUBPROTOCOL)],
            additional_headers=self._headers,
            proxy=None,
        )
        hello = {"type": "hello", "meeting": str(self._meeting), "face": self._face}
        await self.send({**hello, "since": self.seq})
        await self.until(lambda frame: frame["type"] == "mine")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._socket.close()

    async def send(self, frame: dict[str, Any]) -> None:
        await self._socket.send(json.dumps(frame))

    async def receive(self) -> dict[str, Any]:
        frame: dict[str, Any] = json.loads(await self._socket.recv())
        self._remember(frame)
        return frame

    def _remember(self, frame: dict[str, Any]) -> None:
        if frame["type"] in ("snapshot", "news"):
            assert frame["type"] == "snapshot" or frame["since"] == self.seq
            self.seq = frame["seq"]
            self.parts |= frame["parts"]
            self.events += frame.get("events", [])
            self.ballot = frame.get("ballot", self.ballot)
        if frame["type"] == "mine":
            self.mine = frame

    async def until(self, wanted: Any) -> dict[str, Any]:
        """The first frame that is wanted; what comes before is remembered."""
        while True:
            frame = await self.receive()
            if wanted(frame):
                return frame

    async def hear(self, event: str) -> None:
        """Wait until an event was told, if it was not yet."""
        while event not in self.events:
            await self.receive()

    async def command(self, type_: str, *, id_: str | None = None, **facts: Any) -> dict[str, Any]:
        """Ask for something; its answer or refusal."""
        made = id_ or uuid4().hex
        await self.send({"type": type_, "id": made, **facts})
        return await self.until(
            lambda frame: frame["type"] in ("answer", "refused") and frame["id"] == made
        )
