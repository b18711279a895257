"""The socket's address: handshake checks, the hello, then frames until the end."""

import asyncio
import contextlib
from datetime import datetime

import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect

from deliberation.auth.service import actor_of
from deliberation.clock import Clock
from deliberation.errors import Code, Refusal
from deliberation.faces.mine import mine_of
from deliberation.i18n.catalogs import negotiate, translations_for, words_for
from deliberation.live import protocol
from deliberation.live.commands import Asked, obey
from deliberation.live.connection import Connection, Kind
from deliberation.live.hub import Hub
from deliberation.live.personal import mine_facts
from deliberation.live.protocol import Ask, Attend, Command, Hello, Withdraw
from deliberation.live.room import Room
from deliberation.meetings.service import require_meeting
from deliberation.people.models import Community
from deliberation.people.roles import Actor, Permission

HELLO_SECONDS = 10
FAREWELL_SECONDS = 5
"""How long the last words to a client may take, before its socket is given up."""

_log = structlog.get_logger(__name__)


class Endpoint:
    """One connected client, from accept to close."""

    def __init__(self, socket: WebSocket, hub: Hub, clock: Clock, token: str | None) -> None:
        self._socket = socket
        self._hub = hub
        self._clock = clock
        self._token = token
        self._language = negotiate(
            socket.headers.get("accept-language", ""), socket.cookies.get("dd_language")
        )

    async def run(self) -> None:
        """Serve the client; a frame that is none of ours ends the connection, in words."""
        if protocol.SUBPROTOCOL not in self._socket.scope.get("subprotocols", []):
            await self._socket.close(protocol.CLOSE_MALFORMED)
            return
        await self._socket.accept(subprotocol=protocol.SUBPROTOCOL)
        actor = await actor_of(self._token, at=self._now())
        with contextlib.suppress(WebSocketDisconnect):
            try:
                hello = await self._hello(actor)
            except Refusal as refusal:
                await self._refuse(refusal)
                return
            await self._serve(hello, actor)

    def _now(self) -> datetime:
        return self._clock.now()

    async def _hello(self, actor: Actor) -> Hello:
        try:
            async with asyncio.timeout(HELLO_SECONDS):
                frame = protocol.decode(await self._receive())
        except TimeoutError:
            raise Refusal(Code.BAD_REQUEST) from None
        if not isinstance(frame, Hello):
            raise Refusal(Code.BAD_REQUEST)
        actor.require(Permission.PRESIDE if frame.face == "console" else Permission.PUBLIC)
        await require_meeting(frame.meeting)
        return frame

    async def _receive(self) -> str:
        message = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1000))
        text = message.get("text")
        if text is None:
            raise Refusal(Code.BAD_REQUEST)
        return str(text)

    async def _refuse(self, refusal: Refusal) -> None:
        await self._socket.send_text(self._words(None, refusal))
        malformed = refusal.code is Code.BAD_REQUEST
        await self._socket.close(protocol.CLOSE_MALFORMED if malformed else protocol.CLOSE_REFUSED)

    def _words(self, command: str | None, refusal: Refusal) -> str:
        words = words_for(refusal.code, refusal.facts, translations_for(self._language))
        return protocol.refused(command, refusal.code, words)

    async def _serve(self, hello: Hello, actor: Actor) -> None:
        connection = Connection(self._socket, actor, Kind(hello.face, self._language))
        meeting = await require_meeting(hello.meeting)
        community = await Community.get(id=meeting.community_id)
        sending = asyncio.create_task(connection.send_all())
        room = await self._hub.join(connection, hello.meeting, community, hello.since)
        try:
            connection.write(protocol.mine(mine_facts(await mine_of(actor, room.state))))
            await self._listen(connection, room)
        finally:
            await self._hub.leave(connection, room)
            await _finish(connection, sending)

    async def _listen(self, connection: Connection, room: Room) -> None:
        while True:
            try:
                frame = protocol.decode(await self._receive())
                if isinstance(frame, Hello):
                    raise Refusal(Code.BAD_REQUEST)
            except Refusal as refusal:
                connection.write(self._words(None, refusal))
                connection.close(protocol.CLOSE_MALFORMED, after_waiting=True)
                return
            await self._answer(connection, room, frame)

    async def _answer(self, connection: Connection, room: Room, command: Command) -> None:
        asked = Asked(command=command, actor=connection.actor, meeting=room.meeting, at=self._now())
        try:
            answer = await obey(asked)
        except Refusal as refusal:
            connection.write(self._words(command.id, refusal))
            return
        except Exception:
            _log.exception("command_failed", kind=type(command).__name__)
            connection.write(self._words(command.id, Refusal(Code.INTERNAL)))
            return
        connection.write(protocol.answered(command.id, answer))
        if isinstance(command, Attend):
            room.noticed_arrival()
        if isinstance(command, Ask | Withdraw):
            state = await room.present_state()
            connection.write(protocol.mine(mine_facts(await mine_of(connection.actor, state))))


async def _finish(connection: Connection, sending: "asyncio.Task[None]") -> None:
    """Let a connection that is being closed say its last words; end one that is gone."""
    if connection.is_closing:
        await asyncio.wait([sending], timeout=FAREWELL_SECONDS)
    sending.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await sending
