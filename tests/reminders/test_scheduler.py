"""Chores are done in turn, by one at a time, and none of them stops the others."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from deliberation.clock import FixedClock
from deliberation.reminders import scheduler
from deliberation.reminders.scheduler import Chore, Round, tick

pytestmark = pytest.mark.anyio

AT = datetime(2026, 12, 1, 8, tzinfo=UTC)


class Diary:
    """Notes what it was asked, and fails when it is told to."""

    def __init__(self) -> None:
        self.asked: list[tuple[datetime, datetime]] = []
        self.fails = False
        self.done = asyncio.Event()

    async def act(self, at: datetime, since: datetime) -> None:
        self.asked.append((at, since))
        self.done.set()
        if self.fails:
            raise RuntimeError("王大妈 wang@example.net")


def a_round(clock: FixedClock, *diaries: Diary, holder: str = "a") -> Round:
    chores = tuple(Chore(name=f"chore {n}", act=diary.act) for n, diary in enumerate(diaries))
    return Round(name="chores", chores=chores, clock=clock, holder=holder)


async def test_a_chore_that_fails_stops_no_other_and_names_nobody_in_the_log(store: str) -> None:
    clock, bad, good = FixedClock(AT), Diary(), Diary()
    bad.fails = True
    with capture_logs() as logs:
        assert not await tick(a_round(clock, bad, good))
    assert len(good.asked) == 1
    (entry,) = logs
    assert (entry["event"], entry["chore"], entry["kind"]) == (
        "chore_failed",
        "chore 0",
        "RuntimeError",
    )
    assert "wang" not in str(logs)


async def test_after_three_days_down_it_is_told_since_when_nobody_looked(store: str) -> None:
    clock, diary = FixedClock(AT), Diary()
    assert await tick(a_round(clock, diary))
    clock.advance(timedelta(days=3))
    assert await tick(a_round(clock, diary, holder="started again"))
    at, since = diary.asked[-1]
    assert at == AT + timedelta(days=3)
    assert since <= AT


async def test_what_failed_is_looked_at_again(store: str) -> None:
    clock, diary = FixedClock(AT), Diary()
    assert await tick(a_round(clock, diary))
    diary.fails = True
    for _ in range(3):
        clock.advance(timedelta(hours=1))
        assert not await tick(a_round(clock, diary))
    assert all(since <= AT for _at, since in diary.asked)


async def test_of_two_runners_one_works_and_the_other_goes_on_when_it_dies(store: str) -> None:
    clock, mine, theirs = FixedClock(AT), Diary(), Diary()
    first, second = a_round(clock, mine), a_round(clock, theirs, holder="b")
    for _ in range(8):
        both = await asyncio.gather(tick(first), tick(second))
        assert sorted(both) == [False, True]
        clock.advance(timedelta(seconds=15))
    assert (len(mine.asked), len(theirs.asked)) in ((8, 0), (0, 8))
    dead, alive = (first, second) if mine.asked else (second, first)
    clock.advance(timedelta(minutes=5))
    assert await tick(alive)
    assert not await tick(dead)


async def test_it_wakes_when_it_is_called_and_gives_the_word_back_at_the_end(store: str) -> None:
    clock, diary, next_one = FixedClock(AT), Diary(), Diary()
    made = a_round(clock, diary)
    running = asyncio.create_task(scheduler.run(made, tick_seconds=3_600))
    await diary.done.wait()
    diary.done.clear()
    made.wake.set()
    await diary.done.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert await tick(a_round(clock, next_one, holder="b"))
    assert len(next_one.asked) == 1
