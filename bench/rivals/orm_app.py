"""The service's vote in its plainest form: one `Vote.create` for each, on Starlette and uvicorn.

    python -m bench.rivals.orm_app PORT DATABASE_URL

The same models, constraints and durability as the service; the same frames. No groups, no room.
"""

import contextlib
import secrets
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from deliberation import store
from deliberation.auth.service import actor_of
from deliberation.ballots.models import Vote
from deliberation.people.roles import Actor

SUBPROTOCOL = "deliberation.v1"


async def live(socket: WebSocket) -> None:
    await socket.accept(subprotocol=SUBPROTOCOL)
    actor = await actor_of(socket.cookies.get("dd_device"), at=datetime.now(UTC))
    with contextlib.suppress(WebSocketDisconnect):
        await socket.receive_text()
        await _tell(socket, {"type": "mine", "vote": None})
        while True:
            said = msgspec.json.decode(await socket.receive_text())
            vote = await _cast(actor, UUID(said["ballot"]), said["choice"])
            told = {"receipt": vote.receipt, "choice": vote.choice, "effect": "counted"}
            await _tell(socket, {"type": "answer", "id": said["id"], "vote": told})


async def _tell(socket: WebSocket, frame: dict[str, Any]) -> None:
    await socket.send_text(msgspec.json.encode(frame).decode())


async def _cast(actor: Actor, ballot: UUID, choice: str) -> Vote:
    return await Vote.create(
        id=secrets.randbits(63),
        ballot_id=ballot,
        voter_id=actor.household,
        person_id=actor.person,
        choice=choice,
        channel="phone",
        receipt=secrets.token_hex(8),
        cast_at=datetime.now(UTC),
    )


def app(url: str) -> Starlette:
    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        await store.open_store(url)
        yield
        await store.close_store()

    return Starlette(routes=[WebSocketRoute("/live", live)], lifespan=lifespan)


if __name__ == "__main__":
    uvicorn.run(
        app(sys.argv[2]),
        port=int(sys.argv[1]),
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        access_log=False,
        log_level="warning",
    )
