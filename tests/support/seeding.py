"""A migrated, empty SQLite file to start from: making one takes a second, copying it none."""

import asyncio
import functools
import shutil
import tempfile
import threading
from pathlib import Path

from deliberation import store


@functools.cache
def template() -> Path:
    """Made once a process; all that was written is in it, nothing in a log beside it."""
    path = Path(tempfile.mkdtemp(prefix="deliberation-template-")) / "migrated.sqlite3"
    making = threading.Thread(target=lambda: asyncio.run(store.migrate(f"sqlite://{path}")))
    making.start()  # a loop of its own, also where one runs
    making.join()
    return path


def seed(url: str) -> None:
    """Put a migrated file where the database of that address is to be, unless one is there, or it
    is on PostgreSQL."""
    path = Path(url.removeprefix("sqlite://"))
    if url.startswith("sqlite://") and not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.copyfile(template(), path)
