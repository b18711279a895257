"""What pages show of claims: what waits, who has what, how each organisation stands."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Generic, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from deliberation import store
from deliberation.claims import rules
from deliberation.claims.models import Claim, Escalation
from deliberation.claims.rules import ClaimState
from deliberation.demands.models import Demand
from deliberation.matters.models import MatterDemand, Milestone, Task
from deliberation.matters.planning import percent

T = TypeVar("T")
M = TypeVar("M", Demand, Claim, Task)

PAGE = 20
_FREE = Q(state="listed", is_private=False, route__in=["", "deliberation"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An offered demand; `answers` are refusals and releases, the latest first."""

    demand: Demand
    waited_days: int
    answers: Sequence[Claim]
    is_escalated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A task with how far it has come: `percent` from its milestones, None where it has none."""

    task: Task
    late_days: int
    percent: int | None
    next_stage: Milestone | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A claim in force; `work` is None once it was reported done."""

    claim: Claim
    work: Work | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How an organisation stands. `claimed`: demands it took on, ever; tasks for the rest."""

    claimed: int = 0
    open: int = 0
    done: int = 0
    overdue: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Punctuality:
    """Of `finished` tasks, how many by the day that then held, and by the first one."""

    finished: int = 0
    on_time: int = 0
    by_first_day: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """A page of a list, and how many there are in all."""

    rows: Sequence[T] = field(default_factory=tuple)
    total: int = 0
    page: int = 1

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


def _cut(query: QuerySet[M], page: int) -> QuerySet[M]:
    return query.offset((max(1, page) - 1) * PAGE).limit(PAGE)


async def waiting(community: UUID, today: date, *, page: int = 1) -> Page[Waiting]:
    """Demands that are offered and nobody took, the longest waiting first."""
    query = Demand.filter(_FREE, community_id=community, offered_on__not_isnull=True)
    rows = await _cut(query.order_by("offered_on", "number"), page)
    ids = [row.id for row in rows]
    answers = (
        await Claim.filter(demand_id__in=ids, state__in=[ClaimState.REFUSED, ClaimState.RELEASED])
        .order_by("-ended_at")
        .prefetch_related("organisation")
    )
    listed = await _escalated(ids)
    made = [
        Waiting(
            demand=row,
            waited_days=rules.waited_days(row.offered_on or today, today),
            answers=[one for one in answers if one.demand_id == row.id],
            is_escalated=row.id in listed,
        )
        for row in rows
    ]
    return Page(rows=made, total=await query.count(), page=page)


async def _escalated(demands: Sequence[UUID]) -> set[UUID]:
    """Which are on the list of the level above, by themselves or as the matter they were in."""
    matters = dict(
        await MatterDemand.filter(demand_id__in=list(demands)).values_list("matter_id", "demand_id")
    )
    open_ones = await Escalation.filter(open_subject_id__in=[*demands, *matters]).values_list(
        "open_subject_id", flat=True
    )
    return {matters.get(one, one) for one in open_ones}


async def offerable(community: UUID, *, page: int = 1) -> Page[Demand]:
    """Demands that could be offered and were not, the most supported first."""
    query = Demand.filter(_FREE, community_id=community, offered_on__isnull=True)
    rows = await _cut(query.order_by("-supporters_signed", "raised_on", "number"), page)
    return Page(rows=rows, total=await query.count(), page=page)


async def in_force(community: UUID, today: date, *, page: int = 1) -> Page[Held]:
    """Claims that bind somebody, by the promised day."""
    query = Claim.filter(community_id=community, active_demand_id__not_isnull=True)
    claims = await _cut(query.order_by("promised_on", "id"), page).prefetch_related(
        "organisation", "demand"
    )
    tasks = await Task.filter(
        matter_id__in=[claim.matter_id for claim in claims], state="open"
    ).prefetch_related("organisation")
    works = {(w.task.matter_id, w.task.organisation_id): w for w in await works_of(tasks, today)}
    made = [
        Held(claim=claim, work=works.get((claim.matter_id, claim.organisation_id)))
        for claim in claims
        if claim.matter_id is not None
    ]
    return Page(rows=made, total=await query.count(), page=page)


async def ended(community: UUID, limit: int = 10) -> list[Claim]:
    """Claims that ended lately, however."""
    rows = Claim.filter(community_id=community, ended_at__not_isnull=True, demand__is_private=False)
    rows = rows.exclude(state=ClaimState.REFUSED).order_by("-ended_at").limit(limit)
    return await rows.prefetch_related("organisation", "demand")


async def works_of(tasks: Collection[Task], today: date) -> list[Work]:
    """How far each task has come, in the order given."""
    stages = await Milestone.filter(task_id__in=[task.id for task in tasks]).order_by("position")
    return [_work(task, [one for one in stages if one.task_id == task.id], today) for task in tasks]


def _work(task: Task, stages: Sequence[Milestone], today: date) -> Work:
    waiting = [one for one in stages if one.reached_at is None]
    late = (today - task.due_on).days if task.state == "open" else 0
    return Work(
        task=task,
        late_days=max(0, late),
        percent=percent(len(stages) - len(waiting), len(stages)),
        next_stage=waiting[0] if waiting else None,
    )


async def standings(organisations: Collection[UUID], today: date) -> dict[UUID, Standing]:
    """How each stands, by two statements."""
    claims = await store.read(
        "SELECT organisation_id AS id, COUNT(*) AS n FROM claim"
        " WHERE organisation_id AMONG ? AND state <> 'refused' GROUP BY organisation_id",
        store.listed(organisations),
    )
    tasks = await store.read(
        "SELECT organisation_id AS id,"
        " SUM(CASE WHEN state = 'open' THEN 1 ELSE 0 END) AS open,"
        " SUM(CASE WHEN state = 'done' THEN 1 ELSE 0 END) AS done,"
        " SUM(CASE WHEN state = 'open' AND due_on < ? THEN 1 ELSE 0 END) AS overdue"
        " FROM task WHERE organisation_id AMONG ? GROUP BY organisation_id",
        today,
        store.listed(organisations),
    )
    claimed = {store.identity(row["id"]): int(row["n"]) for row in claims}
    rows = {store.identity(row["id"]): row for row in tasks}
    return {
        one: Standing(
            claimed=claimed.get(one, 0),
            **{name: int(rows[one][name]) if one in rows else 0 for name in _COUNTED},
        )
        for one in organisations
    }


_COUNTED = ("open", "done", "overdue")


async def punctuality(organisation: UUID, zone: ZoneInfo) -> Punctuality:
    """How often an organisation finished by the day it had promised."""
    rows = await Task.filter(organisation_id=organisation, state="done").values_list(
        "due_on", "first_due_on", "done_at"
    )
    done = [(due, first, at.astimezone(zone).date()) for due, first, at in rows if at]
    return Punctuality(
        finished=len(done),
        on_time=sum(on <= due for due, _first, on in done),
        by_first_day=sum(on <= first for _due, first, on in done),
    )


async def tasks_of(organisation: UUID, today: date, *, page: int = 1) -> Page[Work]:
    """What an organisation has to do and did: open ones first, by their day."""
    query = Task.filter(organisation_id=organisation)
    rows = await _cut(query.order_by("-state", "due_on", "id"), page).prefetch_related("matter")
    return Page(rows=await works_of(rows, today), total=await query.count(), page=page)


async def claims_of(organisation: UUID, limit: int = 30) -> list[Claim]:
    """What an organisation answered, the latest first; of disputes nothing is said."""
    rows = Claim.filter(organisation_id=organisation, demand__is_private=False)
    rows = rows.order_by("-claimed_at").limit(limit)
    return await rows.prefetch_related("demand")
