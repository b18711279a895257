"""Who owns the units of a roll: what owners' rule sets count by, and what is still missing."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from deliberation.people.models import Household, Ownership, Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Owned:
    """`heads`: one for all units with the same owners; units are those somebody lives in."""

    units: int
    heads: int
    without_owner: int
    without_area: int


async def ownership_of(community: UUID, *, scope: str = "") -> Owned:
    """Of the units under a place path; of all, when it is empty."""
    query = Household.filter(community_id=community)
    if scope:
        query = query.filter(unit__place_path__startswith=scope)
    areas = dict(await query.values_list("unit_id", "unit__area_hundredths"))
    rows = await Ownership.filter(unit__community_id=community).values_list("unit_id", "person_id")
    owners: dict[object, set[object]] = defaultdict(set)
    for unit, person in rows:
        if unit in areas:
            owners[unit].add(person)
    return Owned(
        units=len(areas),
        heads=len({frozenset(people) for people in owners.values()}),
        without_owner=len(areas) - len(owners),
        without_area=sum(not area for area in areas.values()),
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
