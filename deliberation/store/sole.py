"""One service at a time on an SQLite file."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path


class StoreTaken(Exception):  # noqa: N818  said in words by the command line
    """Another process serves this file."""


@contextlib.contextmanager
def sole_service(url: str) -> Iterator[None]:
    """Hold the file for serving; raises StoreTaken. PostgreSQL is shared by as many as like.

    The lock ends with the process, however it ends. The command line does not ask for it: a single
    short act beside the service is safe (every transaction writes first).
    """
    if not url.startswith("sqlite://"):
        yield
        return
    path = Path(url.removeprefix("sqlite://") + ".serving")
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise StoreTaken from None
        yield
    finally:
        os.close(descriptor)
