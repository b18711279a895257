"""What every test may ask for: a database on either engine, a clock, a browser."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import hypothesis
import pytest
from playwright.async_api import Browser

from deliberation import journal
from deliberation import store as the_store
from deliberation.clock import FixedClock
from tests.support import ON_CI
from tests.support.browser import running_chromium
from tests.support.databases import Cluster, running_cluster
from tests.support.seeding import seed, template

TEMPLATE = "migrated"

# A slow machine is no failure, and a failure on CI must come again.
hypothesis.settings.register_profile("deliberation", deadline=None, derandomize=ON_CI)
hypothesis.settings.load_profile("deliberation")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def clock() -> FixedClock:
    """2026-11-20, nine in the morning in Shanghai."""
    return FixedClock(datetime(2026, 11, 20, 1, tzinfo=UTC))


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server with a migrated template; one a worker, started when first wanted."""
    with running_cluster() as running:
        asyncio.run(the_store.migrate(running.create(TEMPLATE)))
        yield running


@pytest.fixture(scope="session")
def sqlite_template() -> Path:
    """A migrated file, to be copied."""
    return template()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A migrated, empty SQLite database of this test's own."""
    url = f"sqlite://{tmp_path / 'deliberation.sqlite3'}"
    seed(url)
    return url


@pytest.fixture
def postgres_url(cluster: Cluster) -> Iterator[str]:
    """A migrated, empty PostgreSQL database of this test's own."""
    name = f"test_{uuid4().hex}"
    yield cluster.create(name, template=TEMPLATE)
    cluster.drop(name)


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The same test on both engines."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[str]:
    """The store, open on a fresh database of each engine; gives its address."""
    async with _opened(database_url) as url:
        yield url


@pytest.fixture
async def sqlite_store(sqlite_url: str) -> AsyncIterator[str]:
    """The store, open on a fresh SQLite file, for what does not depend on the engine."""
    async with _opened(sqlite_url) as url:
        yield url


@contextlib.asynccontextmanager
async def _opened(url: str) -> AsyncIterator[str]:
    await the_store.open_store(url)
    try:
        yield url
    finally:
        await journal.drain()
        await the_store.close_store()


@pytest.fixture(scope="session")
async def chromium(anyio_backend: str) -> AsyncIterator[Browser]:
    """One browser a worker; a test makes its own context in it."""
    async with running_chromium() as browser:
        yield browser
