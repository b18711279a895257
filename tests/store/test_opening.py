"""A store is opened on a migrated database, and tests get one of their own each."""

from uuid import uuid4

import pytest

from deliberation import store as the_store
from deliberation.journal.models import Stream


async def _add_stream() -> None:
    await Stream.create(id=uuid4(), community_id=uuid4(), kind="community", head="0" * 64)


async def test_an_opened_store_keeps_what_is_written(store: str) -> None:
    await _add_stream()
    assert await Stream.all().count() == 1


@pytest.mark.parametrize("round_", [1, 2])
async def test_every_test_has_a_fresh_database(store: str, round_: int) -> None:
    await _add_stream()
    assert await Stream.all().count() == 1


async def test_the_engine_is_the_one_of_the_address(store: str) -> None:
    assert store.startswith(the_store.engine())
    assert await the_store.read("SELECT 1 AS one") == [{"one": 1}]


async def test_a_migrated_database_needs_nothing_more(database_url: str) -> None:
    assert await the_store.pending(database_url) == []
    assert await the_store.migrate(database_url) == []
