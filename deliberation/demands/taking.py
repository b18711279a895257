"""Staged rows into the demand list: written unseen in chunks, each a short transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from deliberation import store
from deliberation.demands.preparing import INSERT, UNNUMBERED, UPDATE
from deliberation.demands.rules import Channel
from deliberation.demands.service import ON_THE_WAY, next_numbers
from deliberation.people.models import Community
from deliberation.store import staging

CHUNK = 1_000

_COLUMNS = {
    "id": "uuid",
    "community_id": "uuid",
    "number": "text",
    "title": "text",
    "description": "text",
    "domain": "text",
    "place": "text",
    "source": "text",
    "raised_on": "date",
    "supporters_listed": "int",
    "supporters_signed": "int",
    "carried_over": "int",
    "contact_name": "text",
    "contact_phone": "text",
    "state": "text",
    "channel": "text",
    "merged_into_id": "uuid",
    "created_at": "timestamptz",
}
_CHANGEABLE = (
    *("title", "description", "domain", "place", "source"),
    *("raised_on", "supporters_listed", "contact_name", "contact_phone"),
)


async def write_staged(
    community: Community, intake: UUID, report: Mapping[str, Any], at: datetime
) -> int:
    """Write the new rows where nobody sees them; how many. Until they are shown, a row says in
    `merged_into_id` which intake it belongs to. Raises IntegrityError for a number that is taken.
    """
    fixed = _fixed(community, intake, at)
    written = 0
    for start in range(0, report["last_row"] + 1, CHUNK):
        span = (start, start + CHUNK)
        written += await _write(community, intake, INSERT, fixed, between=span)
    if report["unnumbered"]:
        on = at.astimezone(ZoneInfo(community.zone)).date()
        year, _, first = (await next_numbers(community, on, 1))[0].rpartition("-")
        made = {"number": _number(year, int(first))}
        # the highest first, so that whoever raises a demand meanwhile gets a number above all
        for start in reversed(range(0, report["unnumbered"], CHUNK)):
            span = (start, start + CHUNK)
            written += await _write(community, intake, UNNUMBERED, fixed, made=made, between=span)
    return written


def _fixed(community: Community, intake: UUID, at: datetime) -> dict[str, object]:
    return {
        "community_id": community.id,
        "supporters_signed": 0,
        "carried_over": 0,
        "state": ON_THE_WAY,
        "channel": Channel.IMPORT.value,
        "merged_into_id": intake,
        "created_at": at,
    }


async def _write(community: Community, intake: UUID, act: str, fixed: Any, **how: Any) -> int:
    async def write() -> int:
        await _lock(community.id)
        return await staging.take_over(intake, "demand", _COLUMNS, act=act, fixed=fixed, **how)

    return await store.in_one_transaction(write)


async def _lock(community: UUID) -> None:
    """Numbers are given under the community's lock, as when somebody raises a demand."""
    await store.write("UPDATE stream SET seq = seq WHERE id = ?", [community])


def _number(year: str, first: int) -> str:
    """2026-014 and on, by the row's place among those without a number."""
    place = f"({first} + s.position)"
    return store.sql(
        sqlite=f"'{year}-' || printf('%03d', {place})",
        postgres=f"'{year}-' || lpad(CAST({place} AS text),"
        f" greatest(3, length(CAST({place} AS text))), '0')",
    )


async def remove_staged(community: UUID) -> None:
    """Drop rows that were never shown, of this attempt or of one that was killed."""
    while await store.write(
        "DELETE FROM demand WHERE id IN (SELECT id FROM demand"
        " WHERE community_id = ? AND state = ? LIMIT 1000)",
        [community, ON_THE_WAY],
    ):
        continue


async def write_changes(intake: UUID, report: Mapping[str, Any]) -> None:
    """Lay the corrections of rows that are in the list already out in columns, in chunks."""
    await remove_changes(intake)
    ids = {"id": "uuid", "intake_id": "uuid", "demand_id": "uuid"}
    columns = ids | {name: _COLUMNS[name] for name in _CHANGEABLE}
    for start in range(0, report["last_row"] + 1, CHUNK):
        await staging.take_over(
            intake,
            "demand_change",
            columns,
            target="demand",
            act=UPDATE,
            fixed={"intake_id": intake},
            made={"id": "s.id", "demand_id": staging.value("id", "uuid")},
            between=(start, start + CHUNK),
        )


async def take_changes(intake: UUID) -> int:
    """Correct them; inside the caller's unit of work."""
    settings = ", ".join(f"{name} = c.{name}" for name in _CHANGEABLE)
    return await store.write(
        f"UPDATE demand SET {settings} FROM demand_change c"  # noqa: S608  our own names
        " WHERE c.intake_id = ? AND demand.id = c.demand_id",
        [intake],
    )


async def remove_changes(intake: UUID) -> None:
    """Forget them, in chunks."""
    while await store.write(
        "DELETE FROM demand_change WHERE id IN"
        " (SELECT id FROM demand_change WHERE intake_id = ? LIMIT 2000)",
        [intake],
    ):
        continue
