"""After the close nothing of the votes is left in the files, whatever was in the way."""

import contextlib
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from deliberation import journal
from deliberation import store as the_store
from deliberation.app import create_app
from deliberation.ballots import reading, secret
from deliberation.ballots.casting import cast
from deliberation.ballots.models import SecretVote
from deliberation.config import Settings
from tests.ballots.thief import residue
from tests.ballots.voting import SECRET, Voting, code, voting_hall
from tests.flows.hall import KEY

pytestmark = pytest.mark.anyio

CHOICES = ("for", "against", "abstain", "for", "against", "for")


async def voted(*, is_together: bool = False) -> tuple[Voting, UUID]:
    """Six have voted in a secret ballot, one after another unless together."""
    voting = await voting_hall(households=6, rule=SECRET)
    ballot = await voting.open()
    papers = [voting.sealed(ballot, n, choice, code(n)) for n, choice in enumerate(CHOICES)]
    for group in [papers] if is_together else [[paper] for paper in papers]:
        await cast(group)
    return voting, ballot


@contextlib.asynccontextmanager
async def reading_beside(url: str) -> AsyncIterator[None]:
    """A backup is being made, say: another process reads, and goes on reading."""
    if url.startswith("sqlite://"):
        beside = sqlite3.connect(url.removeprefix("sqlite://"), isolation_level=None)
        beside.execute("BEGIN")
        beside.execute("SELECT * FROM secret_vote").fetchall()
        yield
        beside.close()
        return
    connection = await asyncpg.connect(url)
    async with connection.transaction():
        await connection.fetch("SELECT * FROM secret_vote")
        yield
    await connection.close()


async def dead_rows(url: str, ballot: UUID) -> bool:
    """Whether the files of the database hold deleted votes still."""
    if url.startswith("sqlite://"):
        return bool(residue(Path(url.removeprefix("sqlite://")), ballot))
    (row,) = await the_store.read("SELECT pg_relation_size('secret_vote') AS size")
    return bool(row["size"])


async def test_a_reader_in_the_way_delays_the_scrubbing_and_not_the_close(store: str) -> None:
    voting, ballot = await voted()
    async with reading_beside(store):
        await voting.close()
        await voting.announce()
        assert await dead_rows(store, ballot)
    await secret.scrub_if_due()
    assert not await dead_rows(store, ballot)


async def test_votes_of_a_ballot_that_stands_open_outlive_the_scrubbing(store: str) -> None:
    voting, ballot = await voted(is_together=True)
    await secret.scrub()
    assert await reading.turnout(ballot) == await SecretVote.all().count() == 6
    await voting.close()
    assert (await voting.announce()).cast == 6


async def test_a_service_that_was_killed_before_the_scrubbing_scrubs_at_its_start(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async def killed() -> None:
        """Before it had begun."""

    path = Path(sqlite_url.removeprefix("sqlite://"))
    await the_store.open_store(sqlite_url)
    voting, ballot = await voted()
    with monkeypatch.context() as dying:
        dying.setattr(secret, "scrub", killed)
        await voting.close()
    files = {file: file.read_bytes() for file in path.parent.glob(path.name + "*")}
    await journal.drain()
    await the_store.close_store()
    for file, content in files.items():
        if not file.name.endswith("-shm"):
            file.write_bytes(content)  # a killed process does not tidy up
    assert residue(path, ballot) == {code(n) for n in range(6)}
    app = create_app(Settings(var=str(tmp_path), database_url=sqlite_url, secret_key=KEY))
    async with app.router.lifespan_context(app):
        assert residue(path, ballot) == set()
