"""Two who write one stream at once, and commands that come twice at once or fail at the end."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from itertools import chain
from uuid import UUID, uuid4

import pytest
from tortoise.exceptions import IntegrityError

from deliberation import journal
from deliberation.journal.events import ItemOpened
from deliberation.journal.models import Answer
from tests.ballots.leaving import leave_after, moments, turns_of
from tests.ballots.neighbours import Facts, heard, neighbours
from tests.ballots.watching import refusing

pytestmark = pytest.mark.anyio

CHAIR = UUID(int=1)
NOW = datetime(2026, 11, 20, 1, tzinfo=UTC)
EACH = 25
"""Items that each of two processes calls."""


@pytest.fixture
async def meeting(store: str) -> UUID:
    """The stream of a meeting, begun and empty."""
    return await begun()


@journal.shielded
async def begun() -> UUID:
    stream = uuid4()
    opens = journal.Opens(uuid4(), "meeting")
    async with journal.record(stream, actor=CHAIR, at=NOW, opens=opens):
        return stream


@journal.shielded
async def call_item(stream: UUID) -> int:
    async with journal.record(stream, actor=CHAIR, at=NOW) as entry:
        return entry.tell(ItemOpened(item=uuid4()))


async def commanded(command: str, stream: UUID) -> int:
    """Calls an item by a command, and answers alike when it comes again."""
    try:
        with journal.commanded(command):
            return await call_item(stream)
    except journal.AlreadyAnswered as before:
        return int(before.answer["seq"])


async def calls_items(stream: UUID) -> AsyncIterator[Facts]:
    for _ in range(EACH):
        yield (str(await call_item(stream)),)


async def test_two_processes_that_write_one_stream_lose_and_double_no_entry(
    store: str, meeting: UUID
) -> None:
    async def said_by(worker: AsyncIterator[Facts]) -> list[int]:
        return [int(seq) async for (seq,) in worker]

    with neighbours(store, calls_items, [(meeting,), (meeting,)]) as workers:
        told = await asyncio.gather(*(said_by(heard(worker)) for worker in workers))
    assert all(seqs == sorted(seqs) for seqs in told)
    in_order = list(range(1, 2 * EACH + 1))
    assert sorted(chain(*told)) == in_order
    assert [entry.seq for entry in await journal.entries(meeting)] == in_order
    assert await journal.broken_at(meeting) is None


async def test_a_command_that_comes_several_times_at_once_is_done_once(meeting: UUID) -> None:
    for n in range(1, 6):
        told = await asyncio.gather(*(commanded(f"press-{n}", meeting) for _ in range(4)))
        assert told == [n] * 4
    assert await journal.position(meeting) == await Answer.all().count() == 5


async def test_an_act_whose_answer_cannot_be_stored_is_not_done(meeting: UUID) -> None:
    async with refusing("answer"):
        with pytest.raises(IntegrityError):
            await commanded("press-1", meeting)
    assert await journal.position(meeting) == 0
    assert await journal.entries(meeting) == []
    assert await commanded("press-1", meeting) == await commanded("press-1", meeting) == 1


async def test_an_act_whose_asker_goes_away_is_answered_exactly_if_it_was_done(
    meeting: UUID,
) -> None:
    await turns_of(commanded("press-before", meeting))
    for moment in moments(await turns_of(commanded("press-whole", meeting))):
        await leave_after(moment, commanded(f"press-{moment}", meeting))
        done = await journal.position(meeting)
        assert await Answer.all().count() == done
        again = await commanded(f"press-{moment}", meeting)
        assert again == await journal.position(meeting)
        assert again in (done, done + 1)
    assert await journal.broken_at(meeting) is None
