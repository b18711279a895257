"""PostgreSQL, where transactions run side by side, and who looks on from outside."""

from collections.abc import AsyncIterator

import pytest

from deliberation import journal, store
from tests.ballots.watching import Onlooker, looking_on


@pytest.fixture
async def postgres(postgres_url: str) -> AsyncIterator[str]:
    """The store, open on PostgreSQL."""
    await store.open_store(postgres_url)
    yield postgres_url
    await journal.drain()
    await store.close_store()


@pytest.fixture
async def onlooker(postgres: str) -> AsyncIterator[Onlooker]:
    async with looking_on(postgres) as looking:
        yield looking
