"""How many are connected to a meeting in other processes that share a PostgreSQL database.

Each process reports its own counts and reads the others'. A report has a time to live, by the
database's clock. On SQLite there is one process, and nothing to report.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID, uuid4

from deliberation import store

LIVES_SECONDS = 10
"""A count that was not reported again for so long is forgotten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How many are connected, by face."""

    resident: int = 0
    screen: int = 0
    console: int = 0

    def __add__(self, other: "Counted") -> "Counted":
        return Counted(
            resident=self.resident + other.resident,
            screen=self.screen + other.screen,
            console=self.console + other.console,
        )


async def report(here: Mapping[UUID, Counted]) -> None:
    """What this process has connected now."""
    rows = [
        (
            str(uuid4()),
            str(meeting),
            store.WORKER,
            counted.resident,
            counted.screen,
            counted.console,
        )
        for meeting, counted in sorted(here.items())
    ]
    if store.engine() != "postgres" or not rows:
        return
    await store.read(
        "INSERT INTO viewers (id, meeting_id, worker, resident, screen, console, seen_at)"
        " SELECT (j->>0)::uuid, (j->>1)::uuid, j->>2, (j->>3)::int, (j->>4)::int, (j->>5)::int,"
        " now() FROM jsonb_array_elements(?::text::jsonb) AS j ON CONFLICT (meeting_id, worker)"
        " DO UPDATE SET resident = excluded.resident, screen = excluded.screen,"
        " console = excluded.console, seen_at = excluded.seen_at RETURNING id",
        json.dumps(rows),
    )


async def elsewhere(meetings: Mapping[UUID, object]) -> dict[UUID, Counted]:
    """What the other processes have reported lately; a meeting without viewers is not among it."""
    if store.engine() != "postgres" or not meetings:
        return {}
    rows = await store.read(
        "SELECT meeting_id, SUM(resident) AS resident, SUM(screen) AS screen,"
        " SUM(console) AS console FROM viewers WHERE meeting_id AMONG ? AND worker <> ?"
        " AND seen_at > now() - make_interval(secs => ?) GROUP BY meeting_id",
        store.listed(meetings),
        store.WORKER,
        LIVES_SECONDS,
    )
    return {
        row["meeting_id"]: Counted(
            resident=int(row["resident"]), screen=int(row["screen"]), console=int(row["console"])
        )
        for row in rows
    }


async def forget_old() -> None:
    """Drop reports of processes that are long gone."""
    if store.engine() == "postgres":
        await store.read(
            "DELETE FROM viewers WHERE seen_at < now() - interval '1 day' RETURNING id"
        )
