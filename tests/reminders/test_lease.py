"""One runner at a time, whoever asks and whatever the clock does."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliberation.reminders import lease
from deliberation.reminders.scheduler import FURTHEST, OVERLAP, since_when
from tests.support.processes import ROOT

pytestmark = pytest.mark.anyio

AT = datetime(2026, 12, 1, 8, tzinfo=UTC)
CONTENDER = f"""
import asyncio, sys
from datetime import datetime
from deliberation import store
from deliberation.reminders import lease

async def contend(url, holder):
    await store.open_store(url)
    at = datetime.fromisoformat({AT.isoformat()!r})
    got = [await lease.take("chores", holder, at=at) is not None for _ in range(25)]
    print(sum(got))
    await store.close_store()

asyncio.run(contend(*sys.argv[1:]))
"""


async def test_of_several_processes_one_has_the_word(store: str) -> None:
    running = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", CONTENDER, store, f"process-{n}", cwd=ROOT, stdout=PIPE
        )
        for n in range(3)
    ]
    printed = [(await process.communicate())[0] for process in running]
    told = sorted(int(text) for text in printed)
    assert told == [0, 0, 25]


async def test_it_is_kept_by_who_has_it_and_taken_over_when_it_has_passed(store: str) -> None:
    assert await lease.take("chores", "a", at=AT)
    for seconds in (15, 100, 200, 300):
        at = AT + timedelta(seconds=seconds)
        assert await lease.take("chores", "a", at=at), "kept"
        assert await lease.take("chores", "b", at=at) is None
    over = at + lease.LENGTH
    assert await lease.take("chores", "b", at=over)
    assert await lease.take("chores", "a", at=over) is None


async def test_another_takes_over_at_once_from_one_that_ends(store: str) -> None:
    assert await lease.take("chores", "a", at=AT)
    await lease.release("chores", "b", at=AT)
    assert await lease.take("chores", "b", at=AT) is None, "only its holder gives it back"
    await lease.release("chores", "a", at=AT)
    assert await lease.take("chores", "b", at=AT)


async def test_how_far_it_came_is_remembered_for_the_next(store: str) -> None:
    held = await lease.take("chores", "a", at=AT)
    assert held == lease.Held(done_until=None)
    assert await lease.done("chores", "a", until=AT)
    assert not await lease.done("chores", "b", until=AT + timedelta(days=9))
    later = AT + timedelta(days=3)
    assert await lease.take("chores", "b", at=later) == lease.Held(done_until=AT)


async def test_two_leases_have_nothing_to_do_with_each_other(store: str) -> None:
    assert await lease.take("chores", "a", at=AT)
    assert await lease.take("letters", "b", at=AT)


@pytest.mark.parametrize("hours", [1, 30, 24 * 400])
async def test_a_clock_that_is_put_back_stops_nothing_for_ever(store: str, hours: int) -> None:
    await lease.take("chores", "dead", at=AT)
    back = AT - timedelta(hours=hours)
    assert await lease.take("chores", "alive", at=back)
    assert await lease.take("chores", "other", at=back) is None


async def test_a_clock_put_back_a_little_is_waited_for(store: str) -> None:
    await lease.take("chores", "dead", at=AT)
    back = AT - timedelta(minutes=5)
    assert await lease.take("chores", "alive", at=back) is None
    assert await lease.take("chores", "dead", at=back), "its own holder goes on"


seconds = st.integers(-(10**8), 10**8)
moments = seconds.map(lambda n: AT + timedelta(seconds=n))


@given(at=moments, done=st.none() | moments)
def test_what_is_looked_at_again_is_bounded_and_never_in_the_future(
    at: datetime, done: datetime | None
) -> None:
    since = since_when(done, at)
    assert at - FURTHEST <= since < at
    if done is not None and done <= at:
        assert since <= done - OVERLAP or since == at - FURTHEST
