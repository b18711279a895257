"""Asking for something and going away at some moment, on the event loop's own clock: its turns."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from deliberation import journal, store
from deliberation.ballots.writer import WRITER

MOMENTS = 24
PATIENCE_SECONDS = 30
"""Only bounds how long a store that was left unusable may hang."""

Act = Coroutine[Any, Any, object]


async def turns_of(act: Act) -> int:
    """How many turns of the loop an act takes when nobody goes away."""
    asking = asyncio.create_task(act)
    turns = 0
    while not asking.done():
        await _turn()
        turns += 1
    await asking
    return turns


async def _turn() -> None:
    await asyncio.sleep(0)


def moments(turns: int) -> list[int]:
    """Each of the first turns, where transactions begin, and others spread over all the way."""
    return sorted({*range(8), *(turns * n // MOMENTS for n in range(MOMENTS + 2))})


async def leave_after(turns: int, act: Act) -> None:
    """Ask for an act, go away after so many turns, and wait until nothing is under way."""
    asking = asyncio.create_task(act)
    for _ in range(turns):
        await _turn()
    asking.cancel()
    await asyncio.wait({asking})
    assert asking.cancelled() or asking.exception() is None
    await WRITER.drain()
    await journal.drain()
    async with asyncio.timeout(PATIENCE_SECONDS):
        await store.read("SELECT 1 AS one")  # waits for ever behind a lock that was left held
