"""The list of the joint meeting of a level: what came up, who was given it, how it stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from tortoise.queryset import QuerySet

from deliberation.claims.models import Escalation, Review
from deliberation.claims.reading import PAGE, Page, Work, works_of
from deliberation.claims.rules import OPEN, EscalationState
from deliberation.demands.models import Demand
from deliberation.matters.models import Matter, Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of the list. `number` is the demand's, else the matter's; no contacts are in it."""

    escalation: Escalation
    title: str
    number: str
    is_matter: bool
    place: str
    href: str
    work: Work | None
    late_days: int
    reviews: Sequence[Review]


async def of_upper(
    upper: UUID, today: date, *, states: Sequence[EscalationState] = tuple(OPEN), page: int = 1
) -> Page[Row]:
    """What is on the list of a level, what waits longest first."""
    query = Escalation.filter(upper_id=upper, state__in=list(states))
    return await _page(query, today, page)


async def of_community(
    community: UUID, today: date, *, states: Sequence[EscalationState] = tuple(OPEN), page: int = 1
) -> Page[Row]:
    """What a community sent up."""
    query = Escalation.filter(community_id=community, state__in=list(states))
    return await _page(query, today, page)


async def all_open(upper: UUID, today: date) -> Sequence[Row]:
    """The whole list for a meeting, in the order in which it is gone through."""
    rows = await Escalation.filter(upper_id=upper, state__in=list(OPEN)).order_by(
        "-state", "raised_at"
    )
    return await rows_of(rows, today)


async def _page(query: QuerySet[Escalation], today: date, page: int) -> Page[Row]:
    rows = query.order_by("-state", "raised_at", "id").offset((max(1, page) - 1) * PAGE)
    return Page(
        rows=await rows_of(await rows.limit(PAGE), today), total=await query.count(), page=page
    )


async def counts(upper: UUID) -> dict[str, int]:
    """How many in each state."""
    return {
        state.value: await Escalation.filter(upper_id=upper, state=state).count()
        for state in EscalationState
    }


async def rows_of(escalations: Sequence[Escalation], today: date) -> list[Row]:
    """With their titles, tasks and reviews, by one statement each."""
    ids = [one.id for one in escalations]
    found = {
        row.id: row
        for row in await Escalation.filter(id__in=ids).prefetch_related("organisation", "community")
    }
    matters = {m.id: m for m in await Matter.filter(id__in=_ids(escalations, "matter_id"))}
    demands = {d.id: d for d in await Demand.filter(id__in=_ids(escalations, "demand_id"))}
    tasks = await Task.filter(matter_id__in=list(matters), state__in=["open", "done"]).order_by(
        "set_at"
    )
    works = {work.task.matter_id: work for work in await works_of(tasks, today)}
    reviews = await Review.filter(escalation_id__in=ids).order_by("-reviewed_at")
    return [
        _row(
            found[one],
            demands.get(found[one].demand_id or one),
            matters.get(found[one].matter_id or one),
            works,
            [review for review in reviews if review.escalation_id == one],
            today,
        )
        for one in ids
    ]


def _ids(escalations: Sequence[Escalation], name: str) -> list[UUID]:
    return [getattr(one, name) for one in escalations if getattr(one, name) is not None]


def _row(
    escalation: Escalation,
    demand: Demand | None,
    matter: Matter | None,
    works: dict[UUID, Work],
    reviews: Sequence[Review],
    today: date,
) -> Row:
    about = matter or demand
    is_hidden = demand is not None and demand.is_private
    is_late = escalation.due_on is not None and escalation.state == EscalationState.ASSIGNED
    late = (today - escalation.due_on).days if is_late and escalation.due_on else 0
    return Row(
        escalation=escalation,
        title=demand.number if demand and is_hidden else about.title if about else "",
        number=demand.number if demand else matter.number if matter else "",
        is_matter=demand is None,
        place=demand.place if demand and not is_hidden else "",
        href=f"/matters/{matter.id}" if matter else f"/demands/{escalation.demand_id}",
        work=works.get(matter.id) if matter else None,
        late_days=max(0, late),
        reviews=reviews,
    )
