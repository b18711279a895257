"""The bell rings for whoever listens, here and in other processes, and for nothing undone."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from deliberation import journal
from deliberation import store as the_store
from deliberation.clock import FixedClock
from deliberation.errors import Code, Refusal
from deliberation.journal import bell
from deliberation.journal.events import ItemOpened
from deliberation.store import listening

pytestmark = pytest.mark.anyio

PATIENCE_SECONDS = 60
"""Only bounds how long a broken bell may hang; nothing is measured by it."""
CUT_OFF = (
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


class Ears:
    """Hears the bells of some streams, in their order."""

    def __init__(self, *streams: UUID) -> None:
        self._rung: asyncio.Queue[UUID] = asyncio.Queue()
        self._listeners = {stream: self._listener(stream) for stream in streams}

    def _listener(self, stream: UUID) -> Any:
        return lambda: self._rung.put_nowait(stream)

    @contextlib.contextmanager
    def listening(self) -> Iterator["Ears"]:
        for stream, listener in self._listeners.items():
            bell.listen(stream, listener)
        try:
            yield self
        finally:
            for stream, listener in self._listeners.items():
                bell.stop_listening(stream, listener)

    async def next(self) -> UUID:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self._rung.get()

    @property
    def have_heard_nothing(self) -> bool:
        return self._rung.empty()


@pytest.fixture
async def postgres(postgres_url: str) -> AsyncIterator[Any]:
    """The store, open on PostgreSQL; gives another process's connection."""
    await the_store.open_store(postgres_url)
    other = await asyncpg.connect(postgres_url)
    yield other
    await other.close()
    await journal.drain()
    await the_store.close_store()


@contextlib.asynccontextmanager
async def hearing_others(*streams: UUID) -> AsyncIterator[Ears]:
    """As the service does while it runs; entered when the others can be heard."""
    with Ears(*streams).listening() as ears:
        task = asyncio.create_task(bell.hear_others())
        try:
            assert {await ears.next() for _ in streams} == set(streams), "all are rung at first"
            yield ears
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def ring_from(other: Any, stream: UUID, worker: str) -> None:
    await other.execute("SELECT pg_notify($1, $2)", bell.CHANNEL, f"{stream.hex} {worker}")


async def begin(stream: UUID, clock: FixedClock) -> None:
    await _record(stream, clock, opens=journal.Opens(uuid4(), "meeting"))


@journal.shielded
async def _record(
    stream: UUID,
    clock: FixedClock,
    *,
    opens: journal.Opens | None = None,
    told: int = 0,
    refused: bool = False,
) -> None:
    async with journal.record(stream, actor=None, at=clock.now(), opens=opens) as entry:
        for _ in range(told):
            entry.tell(ItemOpened(item=uuid4()))
        if refused:
            raise Refusal(Code.ITEM_CLOSED, item=1)


async def test_a_unit_of_work_rings_once_after_its_commit_and_only_if_it_told_something(
    store: str, clock: FixedClock
) -> None:
    stream, other = uuid4(), uuid4()
    with Ears(stream, other).listening() as ears:
        await begin(stream, clock)
        assert ears.have_heard_nothing
        await _record(stream, clock, told=3)
        assert await ears.next() == stream
        assert ears.have_heard_nothing
    await _record(stream, clock, told=1)
    assert ears.have_heard_nothing, "it has stopped listening"


async def test_a_refused_unit_of_work_rings_nobody(store: str, clock: FixedClock) -> None:
    stream = uuid4()
    await begin(stream, clock)
    with Ears(stream).listening() as ears:
        with pytest.raises(Refusal):
            await _record(stream, clock, told=1, refused=True)
        assert ears.have_heard_nothing


async def test_other_processes_hear_of_what_was_committed_and_of_nothing_that_was_refused(
    postgres: Any, clock: FixedClock
) -> None:
    refused, done = uuid4(), uuid4()
    heard: asyncio.Queue[str] = asyncio.Queue()
    await postgres.add_listener(bell.CHANNEL, lambda *told: heard.put_nowait(told[-1]))
    for stream in (refused, done):
        await begin(stream, clock)
    with pytest.raises(Refusal):
        await _record(refused, clock, told=1, refused=True)
    await _record(done, clock, told=2)
    async with asyncio.timeout(PATIENCE_SECONDS):
        assert await heard.get() == f"{done.hex} {the_store.WORKER}"
    assert heard.empty()


async def test_what_another_process_has_recorded_rings_here(postgres: Any) -> None:
    stream, other = uuid4(), uuid4()
    async with hearing_others(stream, other) as ears:
        await ring_from(postgres, stream, worker="another")
        assert await ears.next() == stream
        assert ears.have_heard_nothing


async def test_what_this_process_has_recorded_does_not_ring_a_second_time(postgres: Any) -> None:
    own, other = uuid4(), uuid4()
    async with hearing_others(own, other) as ears:
        await ring_from(postgres, own, worker=the_store.WORKER)
        await ring_from(postgres, other, worker="another")  # comes after it
        assert await ears.next() == other
        assert ears.have_heard_nothing


async def test_a_lost_connection_is_made_again_and_everybody_is_rung(
    postgres: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "ALIVE_SECONDS", 0.05)
    streams = {uuid4(), uuid4()}
    async with hearing_others(*streams) as ears:
        assert await postgres.fetchval(CUT_OFF) >= 1
        assert {await ears.next(), await ears.next()} == streams
        stream = streams.pop()
        await ring_from(postgres, stream, worker="another")
        assert await ears.next() == stream


async def test_on_sqlite_there_are_no_others_to_hear(sqlite_store: str) -> None:
    with Ears(uuid4()).listening() as ears:
        await bell.hear_others()  # ends at once
        assert ears.have_heard_nothing
