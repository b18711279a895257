"""The service itself, as its operator starts it: `server.py` with a database that is ready."""

import contextlib
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode
from uuid import UUID, uuid4

from bench.support.processes import ROOT, Command, Started, cores, free_port, started
from bench.support.seeding import KEY, City
from deliberation.auth.tokens import form_token
from deliberation.config import PREFIX

_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class ActError(RuntimeError):
    """An act of the chair was refused."""


def environment(folder: Path, url: str, port: int) -> dict[str, str]:
    """This process's environment with none of the service's settings but ours."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    ours = {"VAR": str(folder), "DATABASE_URL": url, "SECRET_KEY": KEY, "PORT": str(port)}
    return {**kept, **{PREFIX + name: value for name, value in ours.items()}}


@contextlib.contextmanager
def service(
    url: str, folder: Path, *, port: int | None = None, core: int | None = -1
) -> Iterator[tuple[Started, int]]:
    """`server.py` on its core (-1: the server's, None: any) and on a port, answering; stopped when
    the block ends."""
    chosen = port or free_port()
    command: Command = [sys.executable, ROOT / "server.py"]
    folder.mkdir(exist_ok=True)
    log = folder / f"service-{chosen}.log"
    with started(
        command,
        log=log,
        core=cores().server if core == -1 else core,
        environment=environment(folder, url, chosen),
    ) as process:
        process.wait_until(lambda: is_healthy(chosen))
        yield process, chosen


def is_healthy(port: int) -> bool:
    try:
        with _direct.open(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def chair(city: City, port: int, meeting: UUID, act: str, **fields: str) -> None:
    """An act of the chair's, by its form: `chair(city, port, meeting, "ballot/close")`."""
    token = city.chair_token
    told = {"csrf": form_token(KEY.encode(), token), "command": uuid4().hex, "confirmed": "1"}
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/meetings/{meeting}/{act}",
        data=urlencode({**told, **fields}).encode(),
        headers={"Cookie": f"dd_device={token}", "Accept": "application/json"},
    )
    try:
        with _direct.open(request, timeout=60) as answer:
            answer.read()
    except urllib.error.HTTPError as error:
        raise ActError(f"{act}: {error.status} {error.read()[:300]!r}") from error
