"""A PostgreSQL cluster of the tests' own, and fresh databases on both engines."""

import asyncio
import contextlib
import getpass
import os
import re
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from tests.support import missing
from tests.support.processes import Kept, free_port, kept

SERVER_SETTINGS = (
    "fsync=off",  # a cluster that lives for one test run has nothing to lose
    "full_page_writes=off",
    "max_connections=200",
    "shared_buffers=64MB",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A running PostgreSQL server, for this process alone."""

    port: int
    user: str
    password: str
    folder: Path

    def url(self, database: str) -> str:
        return f"postgres://{self.user}:{self.password}@127.0.0.1:{self.port}/{database}"

    def create(self, database: str, *, template: str = "template1") -> str:
        """The address of a new database."""
        self.execute(f'CREATE DATABASE "{database}" TEMPLATE "{template}"')
        return self.url(database)

    def drop(self, database: str) -> None:
        self.execute(f'DROP DATABASE "{database}" WITH (FORCE)')

    def execute(self, statement: str) -> None:
        """One statement outside of any transaction, over the unix socket."""

        async def run() -> None:
            connection = await asyncpg.connect(
                host=str(self.folder),
                port=self.port,
                user=self.user,
                password=self.password,
                database="postgres",
            )
            try:
                await connection.execute(statement)
            finally:
                await connection.close()

        asyncio.run(run())


@contextlib.contextmanager
def running_cluster() -> Iterator[Cluster]:
    """Make, start and at the end remove a cluster. As root it runs as `postgres`."""
    programs = _programs()
    user = "postgres" if os.geteuid() == 0 else getpass.getuser()
    switch_to = user if os.geteuid() == 0 else ""
    folder = Path(tempfile.mkdtemp(prefix="deliberation-postgres-"))
    cluster = Cluster(
        port=free_port(), user=user, password=secrets.token_urlsafe(16), folder=folder
    )
    try:
        _initialise(cluster, programs, switch_to)
        command = [str(programs / "postgres"), "-D", str(folder / "data"), *_settings(cluster)]
        with kept(command, log=folder / "log", user=switch_to, removing=folder) as server:
            _await_ready(cluster, server)
            yield cluster
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path:
    """The folder of initdb and postgres: of the newest version that is installed."""
    found = [Path(given).resolve() for given in [shutil.which("initdb")] if given]
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=_version, reverse=True)
    complete = [initdb.parent for initdb in found if initdb.with_name("postgres").exists()]
    if not complete:
        missing("PostgreSQL is not installed (no initdb in PATH or /usr/lib/postgresql)")
    return complete[0]


def _version(path: Path) -> int:
    numbers = re.findall(r"\d+", path.parts[-3])
    return int(numbers[0]) if numbers else 0


def _initialise(cluster: Cluster, programs: Path, switch_to: str) -> None:
    password_file = cluster.folder / "password"
    password_file.write_text(cluster.password)
    if switch_to:
        for path in (cluster.folder, password_file):
            shutil.chown(path, user=switch_to)
    done = subprocess.run(
        [
            programs / "initdb",
            f"--pgdata={cluster.folder / 'data'}",
            f"--username={cluster.user}",
            f"--pwfile={password_file}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
        ],
        user=switch_to or None,
        group=switch_to or None,
        extra_groups=[] if switch_to else None,
        cwd=cluster.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"initdb failed:\n{done.stdout}{done.stderr}")


def _settings(cluster: Cluster) -> list[str]:
    own = ("listen_addresses=127.0.0.1", f"port={cluster.port}")
    sockets = (f"unix_socket_directories={cluster.folder}",)
    return [part for setting in (*own, *sockets, *SERVER_SETTINGS) for part in ("-c", setting)]


def _await_ready(cluster: Cluster, server: Kept) -> None:
    def is_ready() -> bool:
        try:
            cluster.execute("SELECT 1")
        except (OSError, asyncpg.CannotConnectNowError):
            return False
        return True

    server.wait_until(is_ready)
