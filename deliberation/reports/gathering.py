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
from deliberation.matters.models import Matter
from deliberation.matters.steps import MatterState, Step
from deliberation.people.models import Community, Organisation
from deliberation.reports.facts import (
    DemandFact,
    EvaluationFact,
    Facts,
    MatterFact,
    Period,
    TaskFact,
)
from deliberation.reports.meetings import ballots_of, meetings_of

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
        matters=await _matters(community.id, today),
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
    escalated = {store.identity(row["id"]) for row in await store.read(_ESCALATED, ids, ids)}

    def made() -> tuple[DemandFact, ...]:
        known = ((row, store.identity(row["id"])) for row in rows)
        return tuple(
            _demand(
                row,
                demand,
                places.get(store.identity(row["place_id"]), ""),
                taken.get(demand, {}),
                claims.get(demand, {}),
                zone,
                is_escalated=demand in escalated,
            )
            for row, demand in known
            if demand is not None
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


def _by_demand(rows: Iterable[dict[str, Any]]) -> dict[UUID, dict[str, Any]]:
    """The last row of each demand."""
    found = ((store.identity(row["id"]), row) for row in rows)
    return {demand: row for demand, row in found if demand is not None}


async def _paths(community: UUID) -> dict[UUID | None, str]:
    rows = await store.read("SELECT id, path FROM place WHERE community_id = ?", community)
    found = ((store.identity(row["id"]), str(row["path"])) for row in rows)
    return {place: path for place, path in found if place is not None}


def _demand(
    row: Mapping[str, Any],
    demand: UUID,
    place: str,
    taken: Mapping[str, Any],
    claims: Mapping[str, Any],
    zone: ZoneInfo,
    *,
    is_escalated: bool,
) -> DemandFact:
    return DemandFact(
        id=demand,
        domain=str(row["domain"]),
        place=place,
        channel=str(row["channel"]),
        route=str(row["route"]),
        state=str(row["state"]),
        raised_on=plain_day(row["raised_on"]),
        triaged_on=local_day(row["triaged_at"], zone),
        taken_on=local_day(taken.get("opened_at"), zone),
        decided_on=local_day(taken.get("decided_at"), zone),
        delivered_on=local_day(taken.get("done_at"), zone),
        settled_on=local_day(row["settled_at"], zone),
        organisation=str(taken.get("organisation") or ""),
        is_claimed=int(claims.get("held") or 0) > 0,
        refusals=int(claims.get("refusals") or 0),
        releases=int(claims.get("releases") or 0),
        is_escalated=is_escalated,
    )


def local_day(value: object, zone: ZoneInfo) -> date | None:
    """The day there of an instant as a raw row has it; None for none."""
    return None if value is None else store.instant(value).astimezone(zone).date()


def plain_day(value: object) -> date:
    """A date as a raw row has it: text on SQLite, a date on PostgreSQL."""
    return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])


_TASKS = (
    "SELECT o.id AS organisation_id, o.name AS organisation, t.origin, t.state, t.set_at,"
    " t.first_due_on, t.due_on,"
    " t.done_at, (SELECT COUNT(*) FROM postponement p WHERE p.task_id = t.id) AS postponements"
    " FROM task t JOIN organisation o ON o.id = t.organisation_id"
    " WHERE t.community_id AMONG ? AND t.set_at >= ? AND t.set_at < ? ORDER BY t.set_at"
)


async def tasks_of(
    communities: Iterable[UUID], begins: datetime, ends: datetime, zone: ZoneInfo
) -> tuple[TaskFact, ...]:
    rows = await store.read(_TASKS, store.listed(communities), begins, ends)
    return tuple(_task(row, zone) for row in rows)


def _task(row: Mapping[str, Any], zone: ZoneInfo) -> TaskFact:
    set_on = local_day(row["set_at"], zone)
    assert set_on is not None  # noqa: S101  a column that is never empty
    return TaskFact(
        organisation=str(row["organisation"]),
        origin=str(row["origin"]),
        state=str(row["state"]),
        set_on=set_on,
        first_due_on=plain_day(row["first_due_on"]),
        due_on=plain_day(row["due_on"]),
        done_on=local_day(row["done_at"], zone),
        postponements=int(row["postponements"]),
        organisation_id=store.identity(row["organisation_id"]),
    )


_EVALUATIONS = (
    "SELECT e.id, e.matter_id, e.opened_at, e.asked, e.outcome, m.organisation_id,"
    " o.name AS organisation,"
    " (SELECT MIN(d.domain) FROM matter_demand l JOIN demand d ON d.id = l.demand_id"
    " WHERE l.matter_id = e.matter_id) AS domain"
    " FROM evaluation e JOIN matter m ON m.id = e.matter_id"
    " LEFT JOIN organisation o ON o.id = m.organisation_id"
    " WHERE m.community_id AMONG ? AND e.opened_at >= ? AND e.opened_at < ? ORDER BY e.opened_at"
)
_MARKS = (
    "SELECT evaluation_id AS id, mark FROM household_rating"
    " WHERE evaluation_id AMONG ? AND mark IS NOT NULL ORDER BY mark"
)


async def evaluations_of(
    communities: Iterable[UUID], begins: datetime, ends: datetime, zone: ZoneInfo
) -> tuple[EvaluationFact, ...]:
    rows = await store.read(_EVALUATIONS, store.listed(communities), begins, ends)
    ids = [found for row in rows if (found := store.identity(row["id"])) is not None]
    marks: dict[UUID | None, list[int]] = {}
    for one in await store.read(_MARKS, store.listed(ids)):
        marks.setdefault(store.identity(one["id"]), []).append(int(one["mark"]))
    return tuple(_evaluation(row, marks, zone) for row in rows)


def _evaluation(
    row: Mapping[str, Any], marks: Mapping[UUID | None, list[int]], zone: ZoneInfo
) -> EvaluationFact:
    matter, opened_on = store.identity(row["matter_id"]), local_day(row["opened_at"], zone)
    assert matter is not None  # noqa: S101  columns that are never empty
    assert opened_on is not None  # noqa: S101
    return EvaluationFact(
        matter=matter,
        organisation=str(row["organisation"] or ""),
        domain=str(row["domain"] or ""),
        opened_on=opened_on,
        asked=int(row["asked"]),
        marks=tuple(marks.get(store.identity(row["id"]), [])),
        outcome=str(row["outcome"]),
        organisation_id=store.identity(row["organisation_id"]),
    )


async def _matters(community: UUID, today: date) -> tuple[MatterFact, ...]:
    active = await Matter.filter(community_id=community, state=MatterState.ACTIVE)
    return tuple(
        MatterFact(
            step=row.step,
            is_overdue=row.step == Step.DELIVER and row.due_on is not None and row.due_on < today,
        )
        for row in active
    )


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
            settled_on=local_day(row["returned_at"], zone)
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
        "SELECT DISTINCT s.demand_id, CASE WHEN s.demand_id IS NULL THEN s.words ELSE '' END AS w"
        " FROM solution s JOIN measure m ON m.id = s.measure_id WHERE m.community_id = ?"
        " AND s.solved_on >= ? AND s.solved_on < ?",
        community,
        period.first,
        period.after,
    )
    return len(rows)
