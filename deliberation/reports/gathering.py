"""The facts of a period, by few statements whose cost is that of the period and not of history."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from deliberation import store
from deliberation.demands.routes import Outcome, Served
from deliberation.matters.steps import MatterState, Step
from deliberation.people.models import Community, Organisation
from deliberation.reports.facts import DemandFact, Facts, MatterFact, Period
from deliberation.reports.meetings import ballots_of, meetings_of
from deliberation.reports.working import evaluations_of, tasks_of
from deliberation.suggestions.rules import Problem, distinct

NOT_LISTED = "staged"
"""The state of a row of an import that nobody has confirmed yet."""
_Made = TypeVar("_Made")
_COUNTER = ThreadPoolExecutor(max_workers=1, thread_name_prefix="figures")


async def aside(make: Callable[[], _Made]) -> _Made:
    """What takes long is counted beside the loop, one after another: votes do not wait for it."""
    return await asyncio.get_running_loop().run_in_executor(_COUNTER, make)


async def facts_of(community: Community, period: Period, today: date) -> Facts:
    """Everything the figures of one community are counted from."""
    zone = ZoneInfo(community.zone)
    begins, ends = (datetime.combine(on, time(), zone) for on in (period.first, period.after))
    demands = await _demands(community.id, period, zone)
    return Facts(
        period=period,
        today=today,
        demands=demands,
        tasks=await tasks_of([community.id], begins, ends, zone),
        evaluations=await evaluations_of([community.id], begins, ends, zone),
        ballots=await ballots_of(community.id, begins, ends, zone),
        meetings=await meetings_of(community.id, begins, ends, zone),
        matters=await _matters(community.id, period, today),
        served=await _served(community.id, begins, ends, zone),
        suggestions=await _count("suggestion", "noted_at", community.id, begins, ends),
        measures=await _count("measure", "taken_at", community.id, begins, ends),
        problems=await _problems(community.id, period),
        organisations=tuple(
            row.name for row in await Organisation.filter(community_id=community.id, left_at=None)
        ),
    )


async def _demands(community: UUID, period: Period, zone: ZoneInfo) -> tuple[DemandFact, ...]:
    rows = await store.read(_RAISED, community, period.first, period.after, NOT_LISTED)
    ids = store.listed(row["id"] for row in rows)
    places = await _paths(community)
    taken = _by_demand(await store.read(_TAKEN, ids))
    claims = _by_demand(await store.read(_CLAIMS, ids))
    escalated = {str(row["id"]) for row in await store.read(_ESCALATED, ids, ids)}

    def made() -> tuple[DemandFact, ...]:
        return tuple(
            _demand(
                row,
                places.get(str(row["place_id"]), ""),
                taken.get(str(row["id"]), {}),
                claims.get(str(row["id"]), {}),
                zone,
                is_escalated=str(row["id"]) in escalated,
            )
            for row in rows
        )

    return await aside(made)


_RAISED = (
    "SELECT id, domain, place_id, channel, route, state, raised_on, triaged_at, settled_at"
    " FROM demand WHERE community_id = ? AND raised_on >= ? AND raised_on < ? AND state <> ?"
    " ORDER BY raised_on, number"
)
_TAKEN = (
    "SELECT l.demand_id AS id, m.opened_at, m.done_at, o.name AS organisation,"
    " (SELECT MIN(r.decided_at) FROM resolution r WHERE r.matter_id = m.id"
    " AND r.outcome IN ('adopted', 'chosen')) AS decided_at"
    " FROM matter_demand l JOIN matter m ON m.id = l.matter_id"
    " LEFT JOIN organisation o ON o.id = m.organisation_id"
    " WHERE l.demand_id AMONG ? ORDER BY m.opened_at"
)
_CLAIMS = (
    "SELECT demand_id AS id,"
    " SUM(CASE WHEN state IN ('claimed', 'done') THEN 1 ELSE 0 END) AS held,"
    " SUM(CASE WHEN state = 'refused' THEN 1 ELSE 0 END) AS refusals,"
    " SUM(CASE WHEN state = 'released' THEN 1 ELSE 0 END) AS releases"
    " FROM claim WHERE demand_id AMONG ? GROUP BY demand_id"
)
_ESCALATED = (
    "SELECT e.demand_id AS id FROM escalation e WHERE e.demand_id AMONG ?"
    " UNION SELECT l.demand_id AS id FROM escalation e"
    " JOIN matter_demand l ON l.matter_id = e.matter_id WHERE l.demand_id AMONG ?"
)


def _by_demand(rows: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The last row of each demand."""
    return {str(row["id"]): row for row in rows}


async def _paths(community: UUID) -> dict[str, str]:
    rows = await store.read("SELECT id, path FROM place WHERE community_id = ?", community)
    return {str(row["id"]): str(row["path"]) for row in rows}


def _demand(
    row: Mapping[str, Any],
    place: str,
    taken: Mapping[str, Any],
    claims: Mapping[str, Any],
    zone: ZoneInfo,
    *,
    is_escalated: bool,
) -> DemandFact:
    return DemandFact(
        id=UUID(str(row["id"])),
        domain=str(row["domain"]),
        place=place,
        channel=str(row["channel"]),
        route=str(row["route"]),
        state=str(row["state"]),
        raised_on=store.plain_day(row["raised_on"]),
        triaged_on=store.local_day(row["triaged_at"], zone),
        taken_on=store.local_day(taken.get("opened_at"), zone),
        decided_on=store.local_day(taken.get("decided_at"), zone),
        delivered_on=store.local_day(taken.get("done_at"), zone),
        settled_on=store.local_day(row["settled_at"], zone),
        organisation=str(taken.get("organisation") or ""),
        is_claimed=int(claims.get("held") or 0) > 0,
        refusals=int(claims.get("refusals") or 0),
        releases=int(claims.get("releases") or 0),
        is_escalated=is_escalated,
    )


async def _matters(community: UUID, period: Period, today: date) -> tuple[MatterFact, ...]:
    """Where things stand now is said of the period that has today in it, and of no other."""
    if not period.holds(today):
        return ()
    rows = await store.read(_ACTIVE, community, MatterState.ACTIVE.value)
    return tuple(
        MatterFact(
            step=str(row["step"]),
            is_overdue=row["step"] == Step.DELIVER
            and row["due_on"] is not None
            and store.plain_day(row["due_on"]) < today,
        )
        for row in rows
    )


_ACTIVE = "SELECT step, due_on FROM matter WHERE community_id = ? AND state = ?"

_SERVED = (
    "SELECT h.handed_at, h.returned_at, h.outcome FROM handover h"
    " JOIN demand d ON d.id = h.demand_id WHERE d.community_id = ? AND h.kind = 'service'"
    " AND h.state <> 'withdrawn' AND h.handed_at >= ? AND h.handed_at < ?"
)


async def _served(
    community: UUID, begins: datetime, ends: datetime, zone: ZoneInfo
) -> tuple[Served, ...]:
    return tuple(
        Served(
            handed_on=store.instant(row["handed_at"]).astimezone(zone).date(),
            settled_on=store.local_day(row["returned_at"], zone)
            if row["outcome"] == Outcome.SETTLED
            else None,
        )
        for row in await store.read(_SERVED, community, begins, ends)
    )


async def _count(table: str, column: str, community: UUID, begins: datetime, ends: datetime) -> int:
    rows = await store.read(
        f"SELECT COUNT(*) AS n FROM {table} WHERE community_id = ?"  # noqa: S608  our own names
        f" AND {column} >= ? AND {column} < ?",
        community,
        begins,
        ends,
    )
    return int(rows[0]["n"])


async def _problems(community: UUID, period: Period) -> int:
    """Each problem once, however many measures solved it."""
    rows = await store.read(
        "SELECT s.demand_id, s.words FROM solution s JOIN measure m ON m.id = s.measure_id"
        " WHERE m.community_id = ? AND s.solved_on >= ? AND s.solved_on < ?",
        community,
        period.first,
        period.after,
    )
    return len(distinct(Problem(store.identity(r["demand_id"]), str(r["words"])) for r in rows))
