"""One transaction that leaves the store usable however it ends.

Tortoise's own leaves things behind when the database fails at the edges: a commit that fails (a
full disk) leaves the transaction open on SQLite, and what was refused would be committed later; a
beginning that fails leaves SQLite's lock held, or a connection of PostgreSQL's pool lent.
"""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeVar

from tortoise.exceptions import TransactionManagementError
from tortoise.transactions import in_transaction

R = TypeVar("R")


@contextlib.asynccontextmanager
async def transaction() -> AsyncIterator[None]:
    """Statements inside stand or fall together; the first one writes."""
    context: Any = in_transaction()
    try:
        connection = await context.__aenter__()
    except BaseException:
        if hasattr(context, "token"):  # the lock or the connection was taken
            await _give_back(context)
        raise
    try:
        yield
        await connection.commit()
    except BaseException:
        with contextlib.suppress(Exception):  # the connection may be gone, its transaction with it
            await connection.rollback()
        await _give_back(context)
        raise
    await _give_back(context)


async def _give_back(context: Any) -> None:
    """The lock or the pool's connection; what there was to commit or undo is done."""
    await context.__aexit__(TransactionManagementError, None, None)


async def in_one_transaction(act: Callable[[], Awaitable[R]]) -> R:
    """Statements that stand or fall together and are no unit of the journal's; the first one
    writes, and the caller is shielded."""
    async with transaction():
        return await act()
