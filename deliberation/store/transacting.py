"""One transaction that leaves the store usable however it ends.

Tortoise's own leaves things behind when the database fails at the edges: a commit that fails (a
full disk) leaves the transaction open on SQLite, and what was refused would be committed later; a
connection that breaks while a transaction begins is never given back to PostgreSQL's pool.
"""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeVar

from tortoise.transactions import in_transaction

R = TypeVar("R")


@contextlib.asynccontextmanager
async def transaction() -> AsyncIterator[None]:
    """Statements inside stand or fall together; the first one writes."""
    context: Any = in_transaction()
    try:
        connection = await context.__aenter__()
    except BaseException:
        await _give_back(context)
        raise
    try:
        yield
        await _commit(connection)
    except BaseException as error:
        if not await context.__aexit__(type(error), error, error.__traceback__):
            raise
    else:
        await context.__aexit__(None, None, None)


async def _commit(connection: Any) -> None:
    """Committed, or undone: never left open for the next one to commit."""
    try:
        await connection.commit()
    except BaseException:
        with contextlib.suppress(Exception):  # the connection may be gone, its transaction with it
            await connection.rollback()
        raise


async def _give_back(context: Any) -> None:
    """What was taken before the beginning failed: a pool's connection."""
    client = getattr(context, "client", None)
    if client is not None and client._parent._pool and client._connection is not None:
        await client._parent._pool.release(client._connection)


async def in_one_transaction(act: Callable[[], Awaitable[R]]) -> R:
    """Statements that stand or fall together and are no unit of the journal's; the first one
    writes, and the caller is shielded."""
    async with transaction():
        return await act()
