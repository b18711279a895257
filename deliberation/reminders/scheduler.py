"""What the service does by itself, every few seconds, in one process at a time."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from traceback import extract_tb

import structlog

from deliberation import store
from deliberation.clock import Clock
from deliberation.reminders import lease

TICK_SECONDS = 15.0
OVERLAP = timedelta(minutes=10)
"""Looked at again each time: an act may be committed a little after the instant it carries."""
FURTHEST = timedelta(days=30)
"""What happened longer ago is not told any more, however long nobody ran."""
FIRST_TIME = timedelta(days=1)

_log = structlog.get_logger(__name__)

Act = Callable[[datetime, datetime], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chore:
    """`act` is given the present instant and the one since when things may not have been seen."""

    name: str
    act: Act


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """Chores that are done in turn by whoever holds the lease `name`."""

    name: str
    chores: Sequence[Chore]
    clock: Clock
    holder: str = store.WORKER
    wake: asyncio.Event = field(default_factory=asyncio.Event)


async def run(made: Round, *, tick_seconds: float = TICK_SECONDS) -> None:
    """For ever; until it is cancelled, when the word is given back."""
    try:
        while True:
            await _quietly(made.name, partial(tick, made))
            await _pause(made.wake, tick_seconds)
    finally:
        with contextlib.suppress(Exception):
            await asyncio.shield(lease.release(made.name, made.holder, at=made.clock.now()))


async def _pause(wake: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await wake.wait()
    wake.clear()


async def tick(made: Round) -> bool:
    """One turn. Whether it was ours to do and all of it went well."""
    held = await lease.take(made.name, made.holder, at=made.clock.now())
    if held is None:
        return False
    at = made.clock.now()
    since = since_when(held.done_until, at)
    all_went_well = True
    for chore in made.chores:
        if await lease.take(made.name, made.holder, at=made.clock.now()) is None:
            return False  # it took so long that another goes on
        all_went_well &= await _quietly(chore.name, partial(chore.act, at, since))
    return all_went_well and await lease.done(made.name, made.holder, until=at)


def since_when(done_until: datetime | None, at: datetime) -> datetime:
    """Pure. A clock that was put back looks from where it stands now."""
    if done_until is None:
        return at - FIRST_TIME
    return max(min(done_until, at) - OVERLAP, at - FURTHEST)


async def _quietly(name: str, act: Callable[[], Awaitable[object]]) -> bool:
    """What fails does not stop the others. The log names the place, never what was worked on."""
    try:
        await act()
    except Exception as error:
        last = extract_tb(error.__traceback__)[-1]
        where = f"{Path(last.filename).name}:{last.lineno}"
        _log.error("chore_failed", chore=name, kind=type(error).__name__, where=where)
        return False
    return True
