"""The demand list: raising, supporting, reading."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from deliberation import journal, store
from deliberation.demands.intake import is_phone
from deliberation.demands.models import Demand, Support
from deliberation.errors import Code, Refusal
from deliberation.i18n import N_
from deliberation.journal.events import DemandRaised, DemandsSupported
from deliberation.people.models import Community
from deliberation.people.roles import Actor, Permission
from deliberation.people.service import require_community

LONGEST_TITLE = 60
LONGEST_DESCRIPTION = 2_000
PAGE = 30
EVERYTHING = Q()
ON_THE_WAY = "staged"
"""The state of a row that an import has written and not yet confirmed: it is in nobody's list,
but its number is taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What of the list is asked for; empty means all."""

    domains: Sequence[str] = ()
    places: Sequence[str] = ()
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Raising:
    """What somebody brings."""

    title: str
    description: str = ""
    domain: str = ""
    place: str = ""
    phone: str = ""


async def require_demand(demand: UUID) -> Demand:
    """Raises NOT_FOUND."""
    found = await Demand.get_or_none(id=demand)
    if found is None or found.state == ON_THE_WAY:
        raise Refusal(Code.NOT_FOUND)
    return found


def _check(raising: Raising) -> None:
    if not raising.title.strip():
        raise Refusal(Code.FIELD_MISSING, field=N_("您的需求"))
    if len(raising.title.strip()) > LONGEST_TITLE:
        raise Refusal(Code.FIELD_TOO_LONG, field=N_("您的需求"), limit=LONGEST_TITLE)
    if len(raising.description) > LONGEST_DESCRIPTION:
        raise Refusal(Code.FIELD_TOO_LONG, field=N_("详细说明"), limit=LONGEST_DESCRIPTION)
    if len(raising.place) > 120 or len(raising.domain) > 40:
        raise Refusal(Code.FIELD_TOO_LONG, field=N_("地点"), limit=120)
    if raising.phone.strip() and not is_phone(raising.phone.strip()):
        raise Refusal(Code.FIELD_INVALID, field=N_("电话"))


@journal.shielded
async def raise_demand(actor: Actor, raising: Raising, *, at: datetime) -> Demand:
    """Put a demand on the list; the household that brings it supports it."""
    actor.require(Permission.RAISE_DEMAND)
    _check(raising)
    community = await require_community()
    on = at.astimezone(ZoneInfo(community.zone)).date()
    async with journal.record(community.id, actor=actor.person, at=at) as entry:
        demand = await Demand.create(
            id=uuid4(),
            community_id=community.id,
            number=(await next_numbers(community, on, 1))[0],
            title=raising.title.strip(),
            description=raising.description.strip(),
            domain=raising.domain.strip() or N_("其他"),
            place=raising.place.strip(),
            source=N_("居民网上提出") if actor.household else N_("居委会登记"),
            raised_on=on,
            contact_name=actor.name,
            contact_phone=raising.phone.strip(),
            raised_by_id=actor.person,
            created_at=at,
        )
        if actor.household is not None and actor.person is not None:
            await _stand_behind(demand.id, actor.household, actor.person, at)
        raised = DemandRaised(
            demand=demand.id, number=demand.number, title=demand.title, domain=demand.domain
        )
        entry.tell(raised, subject=f"demand:{demand.id}")
        entry.answer["demand"] = str(demand.id)
    return demand


async def next_numbers(community: Community, on: date, count: int) -> list[str]:
    """The next free numbers of a year, such as 2026-014; under the community's lock."""
    prefix = f"{on.year}-"
    rows = await store.read(
        "SELECT number FROM demand WHERE community_id = ? AND number LIKE ?",
        community.id,
        f"{prefix}%",
    )
    tails = [str(row["number"]).removeprefix(prefix) for row in rows]
    last = max((int(tail) for tail in tails if tail.isascii() and tail.isdecimal()), default=0)
    return [f"{prefix}{last + n:03}" for n in range(1, count + 1)]


async def _stand_behind(demand: UUID, household: UUID, person: UUID, at: datetime) -> bool:
    rows = await store.read(
        "INSERT INTO support (id, demand_id, household_id, person_id, is_journalled, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING id",
        uuid4(),
        demand,
        household,
        person,
        False,
        at,
    )
    if rows:
        await store.read(
            "UPDATE demand SET supporters_signed = supporters_signed + 1 WHERE id = ?"
            " RETURNING supporters_signed",
            demand,
        )
    return bool(rows)


@journal.shielded
async def support(actor: Actor, demand: UUID, *, at: datetime) -> bool:
    """Stand behind a demand, once a household; False when it did already.

    A row and a count: the journal hears of supports in groups (`journal_supports`).
    """
    actor.require(Permission.SUPPORT_DEMAND)
    if actor.household is None:
        raise Refusal(Code.NOT_PERMITTED)
    found = await require_demand(demand)
    if found.state not in ("listed", "taken_up"):
        raise Refusal(Code.DEMAND_SETTLED)
    return await store.in_one_transaction(
        lambda: _stand_behind(demand, _household(actor), actor.present_person(), at)
    )


def _household(actor: Actor) -> UUID:
    if actor.household is None:
        raise Refusal(Code.NOT_PERMITTED)
    return actor.household


@journal.shielded
async def journal_supports(*, at: datetime) -> None:
    """Journal in one entry the supports since the last one."""
    if not await Support.exists(is_journalled=False):
        return
    community = await require_community()
    async with journal.record(community.id, actor=None, at=at) as entry:
        rows = await Support.filter(is_journalled=False)
        if not rows:
            return  # another process has told of them
        await Support.filter(id__in=[row.id for row in rows]).update(is_journalled=True)
        more: dict[str, int] = {}
        for row in rows:
            more[str(row.demand_id)] = more.get(str(row.demand_id), 0) + 1
        entry.tell(DemandsSupported(more=more))


def _query(community: UUID, filters: Filters) -> QuerySet[Demand]:
    query = Demand.filter(community_id=community, state__not=ON_THE_WAY)
    if filters.domains:
        query = query.filter(domain__in=filters.domains)
    if filters.places:
        query = query.filter(place__in=filters.places)
    if filters.text:
        has_text = (f"{column}__icontains" for column in ("title", "place", "number"))
        query = query.filter(Q(*(Q(**{name: filters.text}) for name in has_text), join_type=Q.OR))
    return query


async def list_demands(
    community: UUID, filters: Filters, *, where: Q = EVERYTHING, page: int = 1
) -> tuple[Sequence[Demand], int]:
    """A page of the list, the latest first, and how many there are in all. `where` is what
    else is asked, by those who know what became of the demands."""
    query = _query(community, filters).filter(where)
    offset = (max(1, page) - 1) * PAGE
    return await query.order_by("-raised_on", "number").offset(offset).limit(PAGE), (
        await query.count()
    )


async def count_by(community: UUID, column: str, *, limit: int = 1_000) -> dict[str, int]:
    """How many demands by `domain`, `place` or `state`, the most first."""
    if column not in ("domain", "place", "state"):
        raise ValueError(column)
    rows = await store.read(
        f"SELECT {column} AS name, COUNT(*) AS n FROM demand WHERE community_id = ?"  # noqa: S608
        f" AND state <> ? GROUP BY {column} ORDER BY n DESC, name LIMIT ?",  # one of those above
        community,
        ON_THE_WAY,
        limit,
    )
    return {str(row["name"]): int(row["n"]) for row in rows}


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
    rows = Support.filter(others, household_id=household).order_by("-created_at").limit(limit)
    return [row.demand for row in await rows.prefetch_related("demand")]
