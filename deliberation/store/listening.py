"""PostgreSQL's notifications: a wake-up between processes, never the news itself."""

import asyncio
import contextlib
from collections.abc import Callable

import asyncpg
import structlog

from deliberation.store.engine import address, read

FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 15.0
ALIVE_SECONDS = 30.0
"""How often a silent connection is asked whether it is still there."""

_log = structlog.get_logger(__name__)


async def notify(channel: str, payload: str) -> None:
    """Inside a transaction: told to the others when it commits, and not at all when it does not."""
    await read("SELECT pg_notify(?, ?) AS told", channel, payload)


async def listen(
    channel: str, hear: Callable[[str], None], begin_again: Callable[[], None]
) -> None:
    """Call `hear` with every payload until cancelled. When the connection was lost and is there
    again, `begin_again` is called: something may have been missed meanwhile."""
    wait = FIRST_WAIT_SECONDS
    while True:
        try:
            connection = await asyncpg.connect(**address(), timeout=ALIVE_SECONDS)
        except (OSError, TimeoutError, asyncpg.PostgresError):
            await asyncio.sleep(wait)
            wait = min(2 * wait, LONGEST_WAIT_SECONDS)
            continue
        try:
            await connection.add_listener(
                channel, lambda _connection, _pid, _channel, payload: hear(str(payload))
            )
            wait = FIRST_WAIT_SECONDS
            begin_again()
            while True:
                await asyncio.sleep(ALIVE_SECONDS)
                await connection.fetchval("SELECT 1", timeout=ALIVE_SECONDS)
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            _log.warning("listening_lost", kind=type(error).__name__)
            await asyncio.sleep(wait)
        finally:
            with contextlib.suppress(Exception):
                connection.terminate()
