"""Two processes with the made-up community on a PostgreSQL of their own, until Ctrl+C.

    python -m bench.serve_cluster [--port 8000]

Open the meeting at one address and its console at the other: whoever is connected to either sees
the same. Database and data are gone afterwards.
"""

import argparse
import asyncio
import contextlib
import sys
import tempfile
import threading
from datetime import UTC, datetime
from pathlib import Path

from bench.support.building import MissingError
from bench.support.databases import cluster
from bench.support.seeding import KEY
from bench.support.service import service
from deliberation import journal, store
from deliberation.demonstration.loading import DemoFacts, load_demonstration
from deliberation.people.codes import format_code


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--port", type=int, default=8000, help="of the first process")
    first: int = options.parse_args().port
    try:
        with contextlib.suppress(KeyboardInterrupt):
            _serve([first, first + 1])
    except MissingError as missing:
        print(missing, file=sys.stderr)
        return 2
    return 0


def _serve(ports: list[int]) -> None:
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(cluster())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = server.create("deliberation")
        facts = asyncio.run(_load(url))
        for port in ports:
            stack.enter_context(service(url, folder / str(port), port=port, core=None))
        _tell(facts, ports)
        threading.Event().wait()


async def _load(url: str) -> DemoFacts:
    await store.migrate(url)
    await store.open_store(url)
    try:
        return await load_demonstration(key=KEY.encode(), at=datetime.now(UTC))
    finally:
        await journal.drain()
        await store.close_store()


def _tell(facts: DemoFacts, ports: list[int]) -> None:
    meeting = f"/meetings/{facts.meeting}"
    here, there = (f"http://127.0.0.1:{port}{meeting}" for port in ports)
    print("Two processes, one database; people and matters are made up.")
    print(f"  resident    {here}    card {format_code(facts.residents[-1].code)}")
    print(f"  console     {there}/console    name {facts.login}, password {facts.password}")
    print(f"  big screen  {there}/screen")
    print("Ctrl+C ends both and removes the database.", flush=True)


if __name__ == "__main__":
    sys.exit(main())
