"""A unit of work happens wholly or not at all, once, and in one order, on either engine."""

import asyncio
from uuid import UUID, uuid4

import pytest

from deliberation import journal
from deliberation.clock import FixedClock
from deliberation.errors import Code, Refusal
from deliberation.journal.events import ItemOpened

CHAIR = UUID(int=1)


@pytest.fixture
async def meeting(store: str, clock: FixedClock) -> UUID:
    """The stream of a meeting, begun and empty."""
    stream = uuid4()

    @journal.shielded
    async def begin() -> None:
        opens = journal.Opens(uuid4(), "meeting")
        async with journal.record(stream, actor=CHAIR, at=clock.now(), opens=opens):
            pass

    await begin()
    return stream


@journal.shielded
async def call_item(stream: UUID, clock: FixedClock, *, refused: bool = False) -> int:
    async with journal.record(stream, actor=CHAIR, at=clock.now()) as entry:
        seq = entry.tell(ItemOpened(item=uuid4()))
        await asyncio.sleep(0)  # lets the others in, as any question to the database does
        if refused:
            raise Refusal(Code.ITEM_CLOSED, item=1)
        return seq


async def test_acts_at_the_same_moment_are_numbered_without_gaps_in_an_unbroken_chain(
    meeting: UUID, clock: FixedClock
) -> None:
    told = await asyncio.gather(*(call_item(meeting, clock) for _ in range(12)))
    assert sorted(told) == list(range(1, 13))
    assert [entry.seq for entry in await journal.entries(meeting)] == list(range(1, 13))
    assert await journal.broken_at(meeting) is None


async def test_a_refusal_inside_leaves_nothing_behind(meeting: UUID, clock: FixedClock) -> None:
    with pytest.raises(Refusal):
        await call_item(meeting, clock, refused=True)
    assert await journal.position(meeting) == 0
    assert await call_item(meeting, clock) == 1


async def test_whoever_asks_may_go_away_and_the_act_is_still_done(
    meeting: UUID, clock: FixedClock
) -> None:
    asking = [asyncio.ensure_future(call_item(meeting, clock)) for _ in range(8)]
    await asyncio.sleep(0)
    for request in asking:
        request.cancel()
    await asyncio.gather(*asking, return_exceptions=True)
    assert all(request.cancelled() for request in asking)
    await journal.drain()
    assert await journal.position(meeting) == 8
    assert await call_item(meeting, clock) == 9


async def test_the_same_command_is_done_once_and_answered_alike(
    meeting: UUID, clock: FixedClock
) -> None:
    with journal.commanded("c-1"):
        seq = await call_item(meeting, clock)
        with pytest.raises(journal.AlreadyAnswered) as again:
            await call_item(meeting, clock)
    assert again.value.answer == {"seq": seq}
    assert await journal.position(meeting) == 1


async def test_a_stream_that_does_not_exist_is_refused(store: str, clock: FixedClock) -> None:
    with pytest.raises(Refusal) as refused:
        await call_item(uuid4(), clock)
    assert refused.value.code is Code.NOT_FOUND
