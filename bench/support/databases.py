"""Databases of a benchmark's own: SQLite files in a folder, or a PostgreSQL cluster for a while."""

import asyncio
import contextlib
import getpass
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from bench.support.building import MissingError
from bench.support.processes import PATIENCE_SECONDS, Command, Started, cores, free_port, started
from bench.support.seeding import City, Size, seeded, sqlite_url

_SETTINGS = ("max_connections=100", "shared_buffers=256MB", "max_wal_size=4GB")
"""fsync and synchronous_commit stay on: a vote is answered when it is durable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A running PostgreSQL server, for this benchmark alone."""

    port: int
    user: str
    password: str
    process: Started

    def url(self, database: str) -> str:
        return f"postgres://{self.user}:{self.password}@127.0.0.1:{self.port}/{database}"

    def create(self, database: str, *, template: str = "template1") -> str:
        """The address of a new database, empty or a copy of another that nobody uses."""
        asyncio.run(self._execute(f'CREATE DATABASE "{database}" TEMPLATE "{template}"'))
        return self.url(database)

    async def _execute(self, statement: str) -> None:
        connection = await asyncpg.connect(self.url("postgres"))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    def is_ready(self) -> bool:
        try:
            asyncio.run(self._execute("SELECT 1"))
        except (OSError, asyncpg.PostgresError):
            return False
        return True


@contextlib.contextmanager
def cluster() -> Iterator[Cluster]:
    """Made and started on the load's core, removed at the end. As root it runs as `postgres`."""
    programs = _programs()
    switch_to = "postgres" if os.geteuid() == 0 else ""
    folder = Path(tempfile.mkdtemp(prefix="deliberation-bench-postgres-"))
    user, password, port = switch_to or getpass.getuser(), secrets.token_hex(12), free_port()
    try:
        _initialise(programs, folder, user, password, switch_to)
        own = (f"port={port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={folder}")
        settings = [part for setting in (*own, *_SETTINGS) for part in ("-c", setting)]
        command: Command = [programs / "postgres", "-D", folder / "data", *settings]
        with started(command, log=folder / "log", core=cores().load, user=switch_to) as process:
            made = Cluster(port=port, user=user, password=password, process=process)
            process.wait_until(made.is_ready)
            yield made
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path:
    """The folder of the newest initdb and postgres."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda path: int("".join(re.findall(r"\d+", path.parts[-3])[:1]) or 0),
    )
    if not found:
        raise MissingError("PostgreSQL is not installed (no initdb in /usr/lib/postgresql)")
    return found[-1].parent


def _initialise(programs: Path, folder: Path, user: str, password: str, switch_to: str) -> None:
    secret = folder / "password"
    secret.write_text(password)
    if switch_to:
        for path in (folder, secret):
            shutil.chown(path, user=switch_to)
    command: Command = [
        programs / "initdb",
        f"--pgdata={folder / 'data'}",
        f"--username={user}",
        f"--pwfile={secret}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C",
    ]
    with started(command, log=folder / "initdb.log", user=switch_to) as process:
        if process.process.wait(PATIENCE_SECONDS):
            raise MissingError(f"initdb failed: {process.log.read_text()[-500:]}")


class Template:
    """A seeded database and fresh copies of it, on SQLite or in a cluster."""

    def __init__(self, folder: Path, size: Size, server: Cluster | None = None) -> None:
        self._folder, self._server, self._copies = folder, server, 0
        url = server.create("seeded") if server else sqlite_url(folder / "seeded")
        self.city: City = seeded(url, size)

    def copy(self) -> str:
        """The address of a copy that nobody has used."""
        self._copies += 1
        if self._server is not None:
            return self._server.create(f"copy{self._copies}", template="seeded")
        folder = self._folder / f"copy{self._copies}"
        folder.mkdir()
        source = sqlite_url(self._folder / "seeded").removeprefix("sqlite://")
        url = sqlite_url(folder)
        shutil.copyfile(source, url.removeprefix("sqlite://"))
        return url
