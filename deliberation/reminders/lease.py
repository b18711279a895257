"""One runner at a time, among the processes that share a database.

A lease saves work; it is no lock. What must not happen twice (a message, a letter) is guarded by
its own row as well, for clocks of two machines may differ.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from deliberation import store

LENGTH = timedelta(minutes=2)
"""How far ahead the word is given; a holder that died is replaced after it."""
ASTRAY = timedelta(minutes=12)
"""A lease that ends further ahead was taken by a clock that has been put back since."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The word is ours; `done_until` is how far its former holders came."""

    done_until: datetime | None


async def take(name: str, holder: str, *, at: datetime) -> Held | None:
    """Take the word or keep it, by one statement; None while another has it."""
    rows = await store.read(
        "INSERT INTO lease (id, holder, until, done_until) VALUES (?, ?, ?, NULL)"
        " ON CONFLICT (id) DO UPDATE SET holder = excluded.holder, until = excluded.until"
        " WHERE lease.holder = excluded.holder OR lease.until <= ? OR lease.until > ?"
        " RETURNING done_until",
        name,
        holder,
        at + LENGTH,
        at,
        at + ASTRAY,
    )
    if not rows:
        return None
    done = rows[0]["done_until"]
    return Held(done_until=None if done is None else store.instant(done))


async def done(name: str, holder: str, *, until: datetime) -> bool:
    """All is done up to that instant; False, and nothing noted, when another has the word.

    After a clock was put back it notes the earlier instant: it goes by the clock there is now.
    """
    changed = await store.write(
        "UPDATE lease SET done_until = ? WHERE id = ? AND holder = ?", [until, name, holder]
    )
    return changed > 0


async def release(name: str, holder: str, *, at: datetime) -> None:
    """The next one need not wait until it ends."""
    await store.write("UPDATE lease SET until = ? WHERE id = ? AND holder = ?", [at, name, holder])
