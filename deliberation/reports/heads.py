"""The large numbers of many communities at once, for the level above: counts and nothing else."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from deliberation import store
from deliberation.people.models import Community
from deliberation.reports.facts import SETTLED, Period
from deliberation.reports.figures import Figure, Line, Name, Unit
from deliberation.reports.gathering import NOT_LISTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Heads:
    """What the large numbers are made of; those of several communities can be added up."""

    received: int = 0
    settled: int = 0
    done: int = 0
    on_time: int = 0
    """Of those done, by the day that was promised first."""
    rated: int = 0
    marks: int = 0

    def __add__(self, other: "Heads") -> "Heads":
        return Heads(
            received=self.received + other.received,
            settled=self.settled + other.settled,
            done=self.done + other.done,
            on_time=self.on_time + other.on_time,
            rated=self.rated + other.rated,
            marks=self.marks + other.marks,
        )

    def lines(self) -> list[Line]:
        """The same figures that the page of one community begins with."""
        n = self.received
        figures = (
            Figure(name=Name.RECEIVED, unit=Unit.COUNT, part=n, whole=1, n=n),
            _share(Name.SETTLED, self.settled, n),
            _share(Name.ON_TIME_FIRST, self.on_time, self.done),
            Figure(name=Name.MEAN, unit=Unit.MEAN, part=self.marks, whole=self.rated, n=self.rated),
        )
        return [Line(dimension="all", key="", figure=figure) for figure in figures]


def _share(name: Name, part: int, whole: int) -> Figure:
    return Figure(name=name, unit=Unit.SHARE, part=part, whole=whole, n=whole)


async def heads_of(communities: Sequence[Community], period: Period) -> Mapping[UUID, Heads]:
    """Of each community, by three statements for all that share a zone."""
    by_zone: dict[str, list[UUID]] = defaultdict(list)
    for row in communities:
        by_zone[row.zone].append(row.id)
    found: dict[UUID, Heads] = {}
    for zone, ids in by_zone.items():
        found |= await _of_zone(ids, period, ZoneInfo(zone))
    return found


async def _of_zone(ids: Sequence[UUID], period: Period, zone: ZoneInfo) -> dict[UUID, Heads]:
    begins, ends = (datetime.combine(on, time(), zone) for on in (period.first, period.after))
    among = store.listed(ids)
    raised = await store.read(_RAISED, SETTLED, among, period.first, period.after, NOT_LISTED)
    received = {str(row["id"]): row for row in raised}
    rated = {str(row["id"]): row for row in await store.read(_RATED, among, begins, ends)}
    done = await store.read(_DONE, among, begins, ends)
    work: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in done:
        work[str(row["id"])].append(row)
    return {
        one: Heads(
            received=_number(received, one, "n"),
            settled=_number(received, one, "settled"),
            done=len(work[str(one)]),
            on_time=_on_time(work[str(one)], zone),
            rated=_number(rated, one, "n"),
            marks=_number(rated, one, "marks"),
        )
        for one in ids
    }


def _number(rows: Mapping[str, Mapping[str, Any]], community: UUID, column: str) -> int:
    row = rows.get(str(community))
    return int(row[column] or 0) if row else 0


def _on_time(rows: Iterable[Mapping[str, Any]], zone: ZoneInfo) -> int:
    ends = (
        (store.local_day(row["done_at"], zone), store.plain_day(row["first_due_on"]))
        for row in rows
    )
    return sum(_is_by(done_on, due_on) for done_on, due_on in ends)


def _is_by(done_on: date | None, due_on: date) -> bool:
    return done_on is not None and done_on <= due_on


_RAISED = (
    "SELECT community_id AS id, COUNT(*) AS n,"
    " SUM(CASE WHEN state = ? THEN 1 ELSE 0 END) AS settled FROM demand"
    " WHERE community_id AMONG ? AND raised_on >= ? AND raised_on < ? AND state <> ?"
    " GROUP BY community_id"
)
_DONE = (
    "SELECT community_id AS id, first_due_on, done_at FROM task WHERE community_id AMONG ?"
    " AND set_at >= ? AND set_at < ? AND state <> 'released' AND done_at IS NOT NULL"
)
_RATED = (
    "SELECT m.community_id AS id, COUNT(r.mark) AS n, SUM(r.mark) AS marks FROM evaluation e"
    " JOIN matter m ON m.id = e.matter_id JOIN household_rating r ON r.evaluation_id = e.id"
    " WHERE m.community_id AMONG ? AND e.opened_at >= ? AND e.opened_at < ?"
    " GROUP BY m.community_id"
)
