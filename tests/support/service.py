"""The real service as a process of its own, and any ASGI application on a real socket."""

import asyncio
import contextlib
import os
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp

from deliberation.config import PREFIX
from deliberation.wire import PatientHttp, Wire
from tests.support.processes import ROOT, Kept, free_port, kept
from tests.support.seeding import seed


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """`server.py`, running; `folder` is its data folder."""

    port: int
    folder: Path
    process: Kept

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def environment_of(folder: Path, **settings: str) -> dict[str, str]:
    """This process's environment with none of our settings but those given."""
    kept_values = {k: v for k, v in os.environ.items() if not k.startswith(PREFIX)}
    ours = {PREFIX + name.upper(): value for name, value in settings.items()}
    return {**kept_values, PREFIX + "VAR": str(folder), **ours}


@contextlib.contextmanager
def running_service(folder: Path, **settings: str) -> Iterator[Service]:
    """Start `server.py` on a free port with `folder` as its data folder; ready when entered.

    `settings` are named as in `Settings`: `database_url="postgres://…"`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    seed(settings.get("database_url", f"sqlite://{folder / 'deliberation.sqlite3'}"))
    port = int(settings.setdefault("port", str(free_port())))
    with kept(
        [sys.executable, str(ROOT / "server.py")],
        log=folder / "service.log",
        environment=environment_of(folder, **settings),
    ) as process:
        service = Service(port=port, folder=folder, process=process)
        process.wait_until(lambda: _is_healthy(service.url))
        yield service


def _is_healthy(url: str) -> bool:
    try:
        return httpx2.get(f"{url}/healthz", timeout=5, trust_env=False).is_success
    except httpx2.TransportError:
        return False


@contextlib.asynccontextmanager
async def served(app: ASGIApp) -> AsyncIterator[str]:
    """Serve an application from this very loop on a free port; gives its http address."""
    if isinstance(app, Starlette) and hasattr(app.state, "desk"):  # ours, and no test's own
        seed(app.state.desk.settings.store_url)
    listening = socket.create_server(("127.0.0.1", 0))
    # Inherited by each connection: without it every answer waits 40 ms for an acknowledgement.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    config = uvicorn.Config(app, log_level="warning", http=PatientHttp, ws=Wire, lifespan="on")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        while not server.started and not task.done():  # noqa: ASYNC110  uvicorn has but this flag
            await asyncio.sleep(0.01)
        if task.done():
            task.result()
            raise RuntimeError("the application did not start; see the log")
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
        listening.close()
