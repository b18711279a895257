"""The demonstration's year as a file: lived through once a run, by whichever worker comes first."""

import asyncio
import fcntl
import os
import tempfile
import threading
from datetime import UTC, datetime
from pathlib import Path

from deliberation import journal, store
from deliberation.demonstration.year import load_year
from tests.support.seeding import seed

UNTIL = datetime(2026, 11, 24, 2, tzinfo=UTC)
KEY = b"k" * 40


def lived_year() -> Path:
    """A SQLite file to be copied; all that was written is in it, nothing in a log beside it.

    Workers of one run share it: the others wait for the one that makes it.
    """
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    folder = Path(tempfile.gettempdir()) / f"deliberation-year-{run}"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / "year.sqlite3"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            making = threading.Thread(target=lambda: asyncio.run(_live(folder / "made.sqlite3")))
            making.start()  # a loop of its own, also where one runs
            making.join()
            (folder / "made.sqlite3").rename(path)
    return path


async def _live(path: Path) -> None:
    url = f"sqlite://{path}"
    seed(url)
    await store.open_store(url)
    try:
        await load_year(key=KEY, until=UNTIL)
        await store.write("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        await journal.drain()
        await store.close_store()
