"""Who owns the units of a roll: what owners' rule sets count by, and what is still missing."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from tortoise.expressions import Q

from deliberation.errors import Code, Refusal
from deliberation.people.models import Household, Ownership, Person, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Owned:
    """`heads`: one for all units with the same owners; units are those somebody lives in.
    `without_household` are owned and on no roll, which is one of households."""

    units: int
    heads: int
    without_owner: int
    without_area: int
    without_household: int


async def ownership_of(community: UUID, *, scope: str = "") -> Owned:
    """Of the units under a place path; of all, when it is empty."""
    query = Household.filter(community_id=community)
    if scope:
        query = query.filter(unit__place_path__startswith=scope)
    areas = dict(await query.values_list("unit_id", "unit__area_hundredths"))
    owned = Ownership.filter(unit__community_id=community)
    if scope:
        owned = owned.filter(unit__place_path__startswith=scope)
    rows = await owned.values_list("unit_id", "person_id")
    owners: dict[object, set[object]] = defaultdict(set)
    for unit, person in rows:
        if unit in areas:
            owners[unit].add(person)
    return Owned(
        units=len(areas),
        heads=len({frozenset(people) for people in owners.values()}),
        without_owner=len(areas) - len(owners),
        without_area=sum(not area for area in areas.values()),
        without_household=len({unit for unit, _person in rows if unit not in areas}),
    )


async def persons_in(community: UUID, *, scope: str = "") -> int:
    """How many persons the households under a place path have."""
    query = Person.filter(household__community_id=community)
    if scope:
        query = query.filter(household__unit__place_path__startswith=scope)
    return await query.count()


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """`is_holder`: of several owners of a unit the one who casts their vote."""

    is_holder: bool
    is_only: bool


async def owners_among(people: list[UUID]) -> Mapping[UUID, Owner]:
    """Those of these persons who own a unit."""
    mine = await Ownership.filter(person_id__in=people)
    shared = await Ownership.filter(unit_id__in=[row.unit_id for row in mine])
    counts: dict[UUID, int] = defaultdict(int)
    for row in shared:
        counts[row.unit_id] += 1
    return {
        row.person_id: Owner(is_holder=row.is_holder, is_only=counts[row.unit_id] == 1)
        for row in mine
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitOwner:
    """`door` is where they are listed, "" for nobody's home; `is_holder` casts the vote of all."""

    person: UUID
    name: str
    door: str
    is_holder: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnedUnit:
    """`area` in 0.01 m², 0 where it is not known."""

    unit: UUID
    door: str
    area: int
    is_on_roll: bool
    owners: Sequence[UnitOwner]


class Shown(StrEnum):
    """Which units are looked at."""

    ALL = ""
    WITHOUT_OWNER = "without_owner"
    WITHOUT_HOUSEHOLD = "without_household"
    """Owned, and left out of a roll of households."""


async def owned_units(
    community: UUID, *, shown: Shown = Shown.ALL, text: str = "", start: int = 0, most: int = 60
) -> tuple[Sequence[OwnedUnit], int]:
    """Those by place and label from the `start`-th on, and how many there are in all. `text`
    stands in the place, the label or the name of an owner."""
    query = Unit.filter(community_id=community)
    if shown is Shown.WITHOUT_OWNER:
        query = query.filter(ownerships__id__isnull=True)
    elif shown is Shown.WITHOUT_HOUSEHOLD:
        query = query.filter(ownerships__id__not_isnull=True, households__id__isnull=True)
    if text:
        named = Q(label__contains=text) | Q(place_path__contains=text)
        query = query.filter(named | Q(ownerships__person__name__contains=text))
    rows = await query.distinct().order_by("place_path", "label").values_list(*_ORDERED)
    ids = [UUID(str(row[0])) for row in rows]
    return await _units(ids[start : start + most]), len(ids)


_ORDERED = ("id", "place_path", "label")
"""PostgreSQL sorts distinct rows only by what they show."""


async def owned_unit(community: UUID, unit: UUID) -> OwnedUnit:
    """Raises NOT_FOUND."""
    if not await Unit.exists(id=unit, community_id=community):
        raise Refusal(Code.NOT_FOUND)
    return (await _units([unit]))[0]


async def _units(ids: Sequence[UUID]) -> list[OwnedUnit]:
    units = await Unit.filter(id__in=list(ids)).order_by("place_path", "label")
    homes = set(await Household.filter(unit_id__in=list(ids)).values_list("unit_id", flat=True))
    rows = Ownership.filter(unit_id__in=list(ids)).order_by("person_id")
    owners: dict[UUID, list[Ownership]] = defaultdict(list)
    for row in await rows.prefetch_related("person__household__unit"):
        owners[row.unit_id].append(row)
    return [
        OwnedUnit(
            unit=unit.id,
            door=_door(unit),
            area=unit.area_hundredths,
            is_on_roll=unit.id in homes,
            owners=_shown(owners[unit.id]),
        )
        for unit in units
    ]


def _shown(rows: Sequence[Ownership]) -> list[UnitOwner]:
    """The first casts the vote where nobody was chosen."""
    holder = next((row for row in rows if row.is_holder), rows[0] if rows else None)
    return [
        UnitOwner(
            person=row.person_id,
            name=row.person.name,
            door=_door(row.person.household.unit) if row.person.household else "",
            is_holder=row is holder,
        )
        for row in rows
    ]


def _door(unit: Unit) -> str:
    return f"{unit.place_path.replace(' / ', ' ')} {unit.label}".strip()
