"""Ways in which a database goes away for a while, and comes back with all that it had."""

import contextlib
import os
import resource
import shutil
import signal
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from tests.live.voting import Voting
from tests.support import databases
from tests.support.databases import Cluster
from tests.support.processes import Kept, free_port, kept
from tests.support.service import Service

MEBIBYTE = 1024 * 1024


class Outage(Protocol):
    """Both block until it is so."""

    def begin(self, service: Service) -> None: ...

    def end(self, service: Service) -> None: ...


class DiskFull:
    """SQLite can write no further: its log is longer than any file of the service may be."""

    def __init__(self, voting: Voting) -> None:
        self._path = voting.url.removeprefix("sqlite://")

    def begin(self, service: Service) -> None:
        with contextlib.closing(sqlite3.connect(self._path, timeout=60)) as ballast:
            ballast.execute("PRAGMA wal_autocheckpoint = 0")
            ballast.execute("CREATE TABLE ballast (bytes BLOB)")
            ballast.execute("INSERT INTO ballast VALUES (zeroblob(?))", (2 * MEBIBYTE,))
            ballast.commit()
            assert Path(f"{self._path}-wal").stat().st_size > MEBIBYTE
            self._limit(service, MEBIBYTE)

    def end(self, service: Service) -> None:
        self._limit(service, resource.RLIM_INFINITY)

    def _limit(self, service: Service, most: int) -> None:
        limits = (most, resource.RLIM_INFINITY)
        resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE, limits)


class ConnectionsRefused:
    """PostgreSQL runs, throws everybody out of the database and lets nobody in."""

    def __init__(self, voting: Voting, cluster: Cluster) -> None:
        self._database = voting.url.rsplit("/", 1)[1]
        self._cluster = cluster

    def begin(self, service: Service) -> None:
        self._allow("false")
        others = f"pg_stat_activity WHERE datname = '{self._database}'"
        self._cluster.execute(f"SELECT pg_terminate_backend(pid) FROM {others}")  # noqa: S608

    def end(self, service: Service) -> None:
        self._allow("true")

    def _allow(self, whether: str) -> None:
        self._cluster.execute(f'ALTER DATABASE "{self._database}" ALLOW_CONNECTIONS {whether}')


class ServerStopped:
    """PostgreSQL ends without a word to anybody and without a checkpoint; then it recovers."""

    def __init__(self, cluster: Cluster, starts: contextlib.ExitStack) -> None:
        self.cluster = cluster
        self._starts = starts
        self._server = self._started()

    def begin(self, service: Service) -> None:
        os.kill(self._server.pid, signal.SIGQUIT)
        self._server.keeper.wait()

    def end(self, service: Service) -> None:
        self._server = self._started()

    def _started(self) -> Kept:
        programs, folder = databases._programs(), self.cluster.folder
        command = [str(programs / "postgres"), "-D", str(folder / "data")]
        command += databases._settings(self.cluster)
        log, user = folder / "log", self.cluster.user if os.geteuid() == 0 else ""
        server = self._starts.enter_context(kept(command, log=log, user=user))
        databases._await_ready(self.cluster, server)
        return server


@contextlib.contextmanager
def stoppable_cluster() -> Iterator[ServerStopped]:
    """A PostgreSQL server of this test's own; its folder is removed however the test ends."""
    folder = Path(tempfile.mkdtemp(prefix="deliberation-postgres-"))
    cluster = Cluster(port=free_port(), user="postgres", password="p" * 16, folder=folder)
    waiting = [sys.executable, "-c", "import signal; signal.pause()"]
    try:
        with (
            kept(waiting, log=Path(os.devnull), removing=folder),
            contextlib.ExitStack() as starts,
        ):
            switch_to = cluster.user if os.geteuid() == 0 else ""
            databases._initialise(cluster, databases._programs(), switch_to)
            yield ServerStopped(cluster, starts)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
