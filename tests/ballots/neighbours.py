"""Other processes on the same database, as other workers and the command line are."""

import asyncio
import contextlib
import multiprocessing
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from typing import TypeAlias

from deliberation import journal, store

_SPAWN = multiprocessing.get_context("spawn")
START_SECONDS = 120
"""Only bounds how long a process that does not come may keep the others waiting."""

Facts: TypeAlias = tuple[str, ...]
Work: TypeAlias = Callable[..., AsyncIterator[Facts]]


@contextlib.contextmanager
def neighbours(
    url: str, work: Work, tasks: Sequence[tuple[object, ...]]
) -> Iterator[list[Connection]]:
    """A process for each of the tasks, which does `work(*task)` when all are ready; each says what
    its work yields. `work` is a module's function."""
    ready = _SPAWN.Barrier(len(tasks))
    pipes = [_SPAWN.Pipe(duplex=False) for _ in tasks]
    processes = [
        _SPAWN.Process(target=_live, args=(url, sender, ready, work, task), daemon=True)
        for (_receiver, sender), task in zip(pipes, tasks, strict=True)
    ]
    for process in processes:
        process.start()
    for _receiver, sender in pipes:
        sender.close()
    try:
        yield [receiver for receiver, _sender in pipes]
    finally:
        for process, (receiver, _sender) in zip(processes, pipes, strict=True):
            process.kill()
            process.join()
            process.close()
            receiver.close()


async def heard(neighbour: Connection) -> AsyncIterator[Facts]:
    """What a neighbour says, until its work is done; RuntimeError if it died over it."""
    while (said := await asyncio.to_thread(_next, neighbour)) is not None:
        yield said


def _next(neighbour: Connection) -> Facts | None:
    try:
        said: Facts | None = neighbour.recv()
    except EOFError:
        raise RuntimeError("a neighbour died over its work; see its traceback") from None
    return said


def _live(
    url: str, sender: Connection, ready: Barrier, work: Work, task: tuple[object, ...]
) -> None:
    asyncio.run(_work(url, sender, ready, work, task))


async def _work(
    url: str, sender: Connection, ready: Barrier, work: Work, task: tuple[object, ...]
) -> None:
    await store.open_store(url)
    try:
        await store.read("SELECT 1 AS one")
        ready.wait(START_SECONDS)
        async for facts in work(*task):
            sender.send(facts)
        sender.send(None)
    finally:
        await journal.drain()
        await store.close_store()
