"""Whom a published list names, where the rule says so: each voter told from the others."""

from collections import Counter
from collections.abc import Collection, Mapping
from uuid import UUID

from deliberation.ballots.electorates import Voter, voters_in
from deliberation.ballots.holding import labels_of
from deliberation.people.models import Person

BETWEEN = " · "


async def names_in(electorate: UUID) -> dict[UUID, str]:
    """Of a household or a co-owned unit the door, with who casts its vote where that was laid down;
    of a person the name, with the door where another voter has the same name."""
    voters = await voters_in(electorate)
    known = await labels_of({v.id for v in voters} | {v.holder for v in voters if v.holder})
    times = Counter(known.get(voter.id) for voter in voters)
    doors = await _doors_of([v.id for v in voters if times[known.get(v.id)] > 1])
    return {voter.id: _name_of(voter, known, doors) for voter in voters}


def _name_of(voter: Voter, known: Mapping[UUID, str], doors: Mapping[UUID, str]) -> str:
    more = doors.get(voter.id) if voter.holder in (None, voter.id) else known.get(voter.holder)
    return BETWEEN.join(part for part in (known.get(voter.id), more) if part)


async def _doors_of(people: Collection[UUID]) -> dict[UUID, str]:
    """Where these persons live."""
    rows = await Person.filter(id__in=list(people)).values_list("id", "household_id")
    homes = {person: home for person, home in rows if home is not None}
    labels = await labels_of(set(homes.values()))
    return {person: labels.get(home, "") for person, home in homes.items()}
