"""Long computations in a process of their own, so that no request waits for the interpreter."""

import asyncio
import multiprocessing
from collections.abc import AsyncIterator, Callable, Iterator
from multiprocessing.connection import Connection
from typing import TypeAlias

from deliberation.errors import Code, Fact, Refusal

Work: TypeAlias = Callable[..., Iterator[str]]
_SPAWN = multiprocessing.get_context("spawn")


async def computed_aside(work: Work, *args: object) -> AsyncIterator[str]:
    """The texts that `work(*args)` yields in another process, as they come.

    `work` is a module's function and its arguments can be pickled; texts are small, because one
    is decoded without a pause. A Refusal of the work is raised here; INTERNAL when it dies.
    """
    receiver, sender = _SPAWN.Pipe(duplex=False)
    process = _SPAWN.Process(target=_run, args=(sender, work, args), daemon=True)
    await asyncio.to_thread(process.start)
    sender.close()
    try:
        while (text := await asyncio.to_thread(_next, receiver)) is not None:
            yield text
    finally:
        process.kill()
        await asyncio.to_thread(process.join)
        process.close()
        receiver.close()


def _next(receiver: Connection) -> str | None:
    try:
        kind, text, facts = receiver.recv()
    except EOFError as error:
        raise Refusal(Code.INTERNAL) from error
    if kind == "refused":
        raise Refusal(Code(text), **facts)
    return text if kind == "text" else None


def _run(sender: Connection, work: Work, args: tuple[object, ...]) -> None:
    nothing: dict[str, Fact] = {}
    try:
        for text in work(*args):
            sender.send(("text", text, nothing))
        sender.send(("done", "", nothing))
    except Refusal as refusal:
        sender.send(("refused", refusal.code.value, dict(refusal.facts)))
    finally:
        sender.close()
