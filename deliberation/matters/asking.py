"""Who is asked whether it is really done, and the rows in which they answer."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from deliberation import journal, store
from deliberation.demands.models import Demand, Support
from deliberation.journal.events import EvaluationClosed, EvaluationOpened
from deliberation.matters.models import Evaluation, Matter, MatterDemand, Rating, Resolution
from deliberation.matters.stages import Limits
from deliberation.meetings.models import Attendance
from deliberation.people.models import Community, Household, Person

MARKS = (1, 2, 3, 4, 5)


class Scope(StrEnum):
    """Who is asked."""

    SUPPORTERS = "supporters"
    """Households that raised or support one of the demands."""
    ATTENDANTS = "attendants"
    """Nobody is known to have asked for it: those who came to the meeting that decided it."""
    EVERYBODY = "everybody"
    """Nor did anybody come: the whole community."""


async def open_of(matter: UUID) -> Evaluation | None:
    """The time of asking that is under way."""
    return await Evaluation.get_or_none(matter_id=matter, closed_at=None)


async def last_of(matter: UUID) -> Evaluation | None:
    """The time of asking that is under way, or the last one."""
    return await Evaluation.filter(matter_id=matter).order_by("-round").first()


async def open_evaluation(entry: journal.Recorder, matter: Matter, limits: Limits) -> Evaluation:
    """Ask once more, inside the caller's unit of work; what is under way goes on."""
    found = await open_of(matter.id)
    if found is not None:
        return found
    scope, asked = await _asked(matter)
    community = await Community.get(id=matter.community_id)
    today = entry.at.astimezone(ZoneInfo(community.zone)).date()
    count = len(asked) or await Household.filter(community_id=community.id).count()
    evaluation = await Evaluation.create(
        id=uuid4(),
        matter_id=matter.id,
        round=await Evaluation.filter(matter_id=matter.id).count() + 1,
        scope=scope.value,
        asked=count,
        opened_at=entry.at,
        closes_on=today + timedelta(days=limits.rating_days),
    )
    await Rating.bulk_create(
        [Rating(evaluation_id=evaluation.id, household_id=one) for one in sorted(asked)]
    )
    opened = EvaluationOpened(
        evaluation=evaluation.id,
        matter=matter.id,
        round=evaluation.round,
        scope=scope.value,
        asked=count,
        closes_on=evaluation.closes_on,
    )
    entry.tell(opened, subject=f"matter:{matter.id}")
    return evaluation


async def _asked(matter: Matter) -> tuple[Scope, Collection[UUID]]:
    """The households that are asked; none where it is everybody."""
    supporters = await _supporters(matter)
    if supporters:
        return Scope.SUPPORTERS, supporters
    attendants = await _attendants(matter)
    if attendants:
        return Scope.ATTENDANTS, attendants
    return Scope.EVERYBODY, ()


async def _supporters(matter: Matter) -> set[UUID]:
    demands = await MatterDemand.filter(matter_id=matter.id).values_list("demand_id", flat=True)
    behind = await Support.filter(demand_id__in=list(demands)).values_list(
        "household_id", flat=True
    )
    raised = await Demand.filter(id__in=list(demands), raised_by_id__not_isnull=True).values_list(
        "raised_by_id", flat=True
    )
    own = await Person.filter(id__in=list(raised), household_id__not_isnull=True).values_list(
        "household_id", flat=True
    )
    return await _of_community(matter, {*behind, *own})


async def _attendants(matter: Matter) -> set[UUID]:
    decided = (
        await Resolution.filter(matter_id=matter.id, outcome__in=["adopted", "chosen"])
        .order_by("-decided_at")
        .first()
    )
    if decided is None:
        return set()
    came = await Attendance.filter(
        meeting_id=decided.meeting_id, household_id__not_isnull=True
    ).values_list("household_id", flat=True)
    return await _of_community(matter, came)


async def _of_community(matter: Matter, households: Collection[object]) -> set[UUID]:
    """Those that live there still; a meeting may have had guests."""
    rows = await Household.filter(id__in=list(households), community_id=matter.community_id)
    return {row.id for row in rows}


async def marks_of(evaluation: UUID) -> dict[int, int]:
    """How many households gave which mark, from 1 to 5."""
    rows = await store.read(
        "SELECT mark, COUNT(*) AS n FROM household_rating"
        " WHERE evaluation_id = ? AND mark IS NOT NULL GROUP BY mark",
        evaluation,
    )
    given = {int(row["mark"]): int(row["n"]) for row in rows}
    return {mark: given.get(mark, 0) for mark in MARKS}


async def count(evaluation: UUID) -> None:
    """Put number and mean of the marks right; the row is locked by the caller."""
    marks = await marks_of(evaluation)
    rated = sum(marks.values())
    mean = sum(mark * n for mark, n in marks.items()) * 100 // rated if rated else 0
    await Evaluation.filter(id=evaluation).update(rated=rated, mean=mean)


async def lock(evaluation: UUID) -> bool:
    """Keep ratings and the closing apart; False when it was closed."""
    rows = await store.read(
        "UPDATE evaluation SET rated = rated WHERE id = ? AND closed_at IS NULL RETURNING id",
        evaluation,
    )
    return bool(rows)


async def end(entry: journal.Recorder, evaluation: Evaluation, outcome: str) -> None:
    """Close it, inside the caller's unit of work, and tell what was said and what follows."""
    await lock(evaluation.id)
    await count(evaluation.id)
    await evaluation.refresh_from_db()
    evaluation.closed_at, evaluation.outcome = entry.at, outcome
    await evaluation.save(update_fields=["closed_at", "outcome"])
    marks = await marks_of(evaluation.id)
    closed = EvaluationClosed(
        evaluation=evaluation.id,
        matter=evaluation.matter_id,
        asked=evaluation.asked,
        rated=evaluation.rated,
        marks={str(mark): n for mark, n in marks.items() if n},
        mean=evaluation.mean,
        outcome=outcome,
    )
    entry.tell(closed, subject=f"matter:{evaluation.matter_id}")


async def due(at: datetime) -> list[tuple[UUID, UUID]]:
    """Matters whose days for rating are over where they are, with their communities."""
    rows = await Evaluation.filter(
        closed_at=None, closes_on__lte=at.date() + timedelta(days=1)
    ).prefetch_related("matter__community")
    found = [(row, row.matter.community) for row in rows if row.matter.state == "active"]
    return [
        (row.matter_id, community.id)
        for row, community in found
        if is_over(row.closes_on, at, ZoneInfo(community.zone))
    ]


def is_over(closes_on: date, at: datetime, zone: ZoneInfo) -> bool:
    """The last day on which one may rate has passed."""
    return closes_on < at.astimezone(zone).date()
