"""Work of a period and what people said of it, read for figures and for the year-end feedback."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from deliberation import store
from deliberation.reports.facts import EvaluationFact, TaskFact

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
    set_on = store.local_day(row["set_at"], zone)
    assert set_on is not None  # noqa: S101  a column that is never empty
    return TaskFact(
        organisation=str(row["organisation"]),
        origin=str(row["origin"]),
        state=str(row["state"]),
        set_on=set_on,
        first_due_on=store.plain_day(row["first_due_on"]),
        due_on=store.plain_day(row["due_on"]),
        done_on=store.local_day(row["done_at"], zone),
        postponements=int(row["postponements"]),
        organisation_id=store.identity(row["organisation_id"]),
    )


_EVALUATIONS = (
    "SELECT e.id, e.matter_id, e.opened_at, e.asked, e.outcome, o.id AS organisation_id,"
    " o.name AS organisation,"
    " (SELECT MIN(d.domain) FROM matter_demand l JOIN demand d ON d.id = l.demand_id"
    " WHERE l.matter_id = e.matter_id) AS domain"
    " FROM evaluation e JOIN matter m ON m.id = e.matter_id"
    " LEFT JOIN organisation o ON o.id = COALESCE((SELECT t.organisation_id FROM task t"
    " WHERE t.matter_id = m.id AND t.done_at <= e.opened_at"
    " ORDER BY t.done_at DESC, t.due_on DESC LIMIT 1), m.organisation_id)"
    " WHERE m.community_id AMONG ? AND e.opened_at >= ? AND e.opened_at < ? ORDER BY e.opened_at"
)
"""Of who had finished it when people were asked: who took it over later has not done that."""
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
    matter, opened_on = store.identity(row["matter_id"]), store.local_day(row["opened_at"], zone)
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
