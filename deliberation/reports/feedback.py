"""The year-end feedback of an organisation (年终反馈): what it took on, and what became of it.

Neutral by design: numbers with what they are of, and reasons in the words that were given.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from deliberation import store
from deliberation.people.models import Community, Organisation
from deliberation.reports.facts import Facts, Period
from deliberation.reports.figures import Line, figures_of
from deliberation.reports.working import evaluations_of, tasks_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """One task of the year, as its line in the document says it."""

    matter: UUID
    title: str
    """The number of the matter where its demand has become a dispute since."""
    community: str
    origin: str
    state: str
    first_due_on: date
    due_on: date
    done_on: date | None
    reasons: tuple[str, ...] = ()
    """Of each postponement, in order; of a release, the last."""

    def is_overdue(self, today: date) -> bool:
        return self.state == "open" and self.due_on < today


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A demand that was not taken on, and why."""

    title: str
    reason: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """Everything the document says."""

    organisation: str
    community: str
    is_demonstration: bool
    period: Period
    made_on: date
    duties: tuple[Duty, ...]
    answers: tuple[Answer, ...]
    lines: tuple[Line, ...] = field(default=())


async def feedback_of(
    organisation: Organisation, within: Sequence[Community], period: Period, today: date
) -> Feedback:
    """Over the communities where it works: its own, or all below a subdistrict or city."""
    home = next(row for row in within if row.id == organisation.community_id)
    zone = ZoneInfo(home.zone)
    begins, ends = (datetime.combine(on, time(), zone) for on in (period.first, period.after))
    communities = [row.id for row in within]
    tasks = await tasks_of(communities, begins, ends, zone)
    rated = await evaluations_of(communities, begins, ends, zone)
    facts = Facts(
        period=period,
        today=today,
        tasks=tuple(t for t in tasks if t.organisation_id == organisation.id),
        evaluations=tuple(e for e in rated if e.organisation_id == organisation.id),
        organisations=(organisation.name,),
    )
    wanted = "organisation"
    return Feedback(
        organisation=organisation.name,
        community=home.name,
        is_demonstration=home.is_demonstration,
        period=period,
        made_on=today,
        duties=await _duties(organisation.id, begins, ends, zone),
        answers=await _answers(organisation.id, begins, ends, zone),
        lines=tuple(line for line in figures_of(facts) if line.dimension == wanted),
    )


_DUTIES = (
    "SELECT t.id, t.matter_id, t.title, c.name AS community, t.origin, t.state, t.first_due_on,"
    " t.due_on, t.done_at, t.reason, m.number, EXISTS (SELECT 1 FROM matter_demand l"
    " JOIN demand d ON d.id = l.demand_id WHERE l.matter_id = t.matter_id AND d.is_private)"
    " AS is_private FROM task t JOIN matter m ON m.id = t.matter_id"
    " JOIN community c ON c.id = t.community_id"
    " WHERE t.organisation_id = ? AND t.set_at >= ? AND t.set_at < ? ORDER BY t.set_at, t.id"
)
_POSTPONED = (
    "SELECT task_id AS id, reason FROM postponement WHERE task_id AMONG ? ORDER BY postponed_at"
)


async def _duties(
    organisation: UUID, begins: datetime, ends: datetime, zone: ZoneInfo
) -> tuple[Duty, ...]:
    rows = await store.read(_DUTIES, organisation, begins, ends)
    ids = [found for row in rows if (found := store.identity(row["id"])) is not None]
    reasons: dict[UUID | None, list[str]] = {}
    for one in await store.read(_POSTPONED, store.listed(ids)):
        reasons.setdefault(store.identity(one["id"]), []).append(str(one["reason"]))
    return tuple(_duty(row, reasons.get(store.identity(row["id"]), []), zone) for row in rows)


def _duty(row: Mapping[str, Any], postponed: Sequence[str], zone: ZoneInfo) -> Duty:
    matter = store.identity(row["matter_id"])
    assert matter is not None  # noqa: S101  a column that is never empty
    given = str(row["reason"])
    is_private = bool(row["is_private"])
    return Duty(
        matter=matter,
        title=str(row["number"] if is_private else row["title"]),
        community=str(row["community"]),
        origin=str(row["origin"]),
        state=str(row["state"]),
        first_due_on=store.plain_day(row["first_due_on"]),
        due_on=store.plain_day(row["due_on"]),
        done_on=store.local_day(row["done_at"], zone),
        reasons=() if is_private else (*postponed, *([given] if given else [])),
    )


_ANSWERS = (
    "SELECT d.title, c.reason, c.claimed_at FROM claim c JOIN demand d ON d.id = c.demand_id"
    " WHERE c.organisation_id = ? AND c.state = 'refused' AND d.is_private = ?"
    " AND c.claimed_at >= ? AND c.claimed_at < ? ORDER BY c.claimed_at, c.id"
)
"""What was claimed and given back is a task that was given back, with the same reason."""


async def _answers(
    organisation: UUID, begins: datetime, ends: datetime, zone: ZoneInfo
) -> tuple[Answer, ...]:
    rows = await store.read(_ANSWERS, organisation, False, begins, ends)
    return tuple(
        Answer(
            title=str(row["title"]),
            reason=str(row["reason"]),
            on=store.instant(row["claimed_at"]).astimezone(zone).date(),
        )
        for row in rows
    )
