"""Reading the demand list. What is private is in no list: it is counted and found by nobody."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from deliberation import store
from deliberation.demands.models import Demand, Support
from deliberation.demands.service import ON_THE_WAY
from deliberation.people.models import Place

PAGE = 30
MOST_PLACES = 600
"""To choose from in a form."""
EXPORTED = 50_000
AT_ONCE = 250
EVERYTHING = Q()


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What of the list is asked for; empty means all. `area` is a node of the tree of places, with
    all below it."""

    domains: Sequence[str] = ()
    places: Sequence[str] = ()
    channels: Sequence[str] = ()
    urgencies: Sequence[str] = ()
    area: UUID | None = None
    text: str = ""


def _query(community: UUID, filters: Filters) -> QuerySet[Demand]:
    query = Demand.filter(community_id=community, state__not=ON_THE_WAY, is_private=False)
    given = {
        "domain__in": filters.domains,
        "place__in": filters.places,
        "channel__in": filters.channels,
        "urgency__in": filters.urgencies,
    }
    query = query.filter(**{name: list(values) for name, values in given.items() if values})
    if filters.text:
        has_text = (f"{column}__icontains" for column in ("title", "place", "number"))
        query = query.filter(Q(*(Q(**{name: filters.text}) for name in has_text), join_type=Q.OR))
    return query


async def _within(community: UUID, area: UUID | None) -> Q:
    if area is None:
        return EVERYTHING
    top = await Place.get_or_none(id=area, community_id=community)
    if top is None:
        return Q(id__in=[])
    below = await Place.filter(community_id=community, path__startswith=f"{top.path} / ")
    return Q(place_id__in=[top.id, *(place.id for place in below)])


async def list_demands(
    community: UUID, filters: Filters, *, where: Q = EVERYTHING, page: int = 1
) -> tuple[Sequence[Demand], int]:
    """A page of the list, the latest first, and how many there are in all. `where` is what
    else is asked, by those who know what became of the demands."""
    query = _query(community, filters).filter(where, await _within(community, filters.area))
    offset = (max(1, page) - 1) * PAGE
    return await query.order_by("-raised_on", "number").offset(offset).limit(PAGE), (
        await query.count()
    )


async def all_demands(
    community: UUID, filters: Filters, *, where: Q = EVERYTHING
) -> AsyncIterator[Sequence[Demand]]:
    """The whole list that is asked for, by number; piece by piece, so that others have their turn
    between."""
    query = _query(community, filters).filter(where, await _within(community, filters.area))
    last = ""
    for _piece in range(EXPORTED // AT_ONCE):
        part = await query.filter(number__gt=last).order_by("number").limit(AT_ONCE)
        if part:
            yield part
        if len(part) < AT_ONCE:
            return
        last = part[-1].number


async def private_demands(community: UUID, limit: int = 30) -> list[Demand]:
    """Disputes that are being mediated, the latest first; only their numbers are for showing."""
    query = Demand.filter(community_id=community, is_private=True, state__not=ON_THE_WAY)
    return (
        await query.only("id", "number", "raised_on", "due_on", "state")
        .order_by("-raised_on", "number")
        .limit(limit)
    )


async def count_by(community: UUID, column: str, *, limit: int = 1_000) -> dict[str, int]:
    """How many demands by `domain`, `place`, `channel`, `urgency` or `state`, the most first."""
    if column not in ("domain", "place", "channel", "urgency", "state"):
        raise ValueError(column)
    rows = await store.read(
        f"SELECT {column} AS name, COUNT(*) AS n FROM demand WHERE community_id = ?"  # noqa: S608
        f" AND state <> ? AND is_private = ? GROUP BY {column}"
        " ORDER BY n DESC, name LIMIT ?",  # one of those above
        community,
        ON_THE_WAY,
        False,
        limit,
    )
    return {str(row["name"]): int(row["n"]) for row in rows}


async def raised_between(
    community: UUID, first: date, last: date, where: Q, *, offset: int, limit: int
) -> list[Demand]:
    """Raised on those days, the latest first."""
    query = Demand.filter(where, community_id=community, is_private=False)
    query = query.filter(state__not=ON_THE_WAY, raised_on__gte=first, raised_on__lte=last)
    return await query.order_by("-raised_on", "-number").offset(offset).limit(limit)


async def places_of(community: UUID) -> list[Place]:
    """The tree, each node before those below it."""
    return await Place.filter(community_id=community).order_by("path").limit(MOST_PLACES)


async def supported_by(household: UUID, demands: Sequence[UUID]) -> set[UUID]:
    """Which of the demands a household stands behind."""
    rows = await Support.filter(household_id=household, demand_id__in=list(demands))
    return {row.demand_id for row in rows}


async def own_demands(person: UUID, limit: int = 3) -> list[Demand]:
    """What a person has brought, the latest first."""
    return await Demand.filter(raised_by_id=person).order_by("-raised_on").limit(limit)


async def count_own(person: UUID) -> int:
    return await Demand.filter(raised_by_id=person).count()


async def backed_demands(household: UUID, person: UUID, limit: int = 3) -> list[Demand]:
    """What a household stands behind and the person did not bring, the latest support first."""
    others = Q(demand__raised_by_id__isnull=True) | ~Q(demand__raised_by_id=person)
    rows = (
        Support.filter(others, household_id=household, demand__is_private=False)
        .order_by("-created_at")
        .limit(limit)
    )
    return [row.demand for row in await rows.prefetch_related("demand")]
