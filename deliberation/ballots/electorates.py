"""Electorates: who may vote, frozen when a ballot is opened, stored once however many it serves."""

import hashlib
import secrets
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from deliberation.ballots.models import Elector, Electorate
from deliberation.ballots.published import SALT_BYTES, electorate_digest
from deliberation.meetings.attending import present_now, roll_of
from deliberation.meetings.models import Proxy
from deliberation.people.models import Household, Ownership, Person
from deliberation.people.service import representatives
from deliberation.rulesets import rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Voter:
    """One head of an electorate: `holder` casts the vote, or any of the household where there is
    none; `area` is in 0.01 m²."""

    id: UUID
    holder: UUID | None
    area: int


async def voters_for(meeting: UUID, kind: rules.Electorate) -> list[Voter]:
    """Those of the meeting's roll: its households, the persons in them, or the owners of their
    units."""
    roll = await roll_of(meeting)
    match kind:
        case "households":
            holders = await representatives(roll)
            return [Voter(id=h, holder=holders.get(h), area=area) for h, area in roll.items()]
        case "persons":
            people = await Person.filter(household_id__in=list(roll)).values_list("id", flat=True)
            return [Voter(id=person, holder=person, area=0) for person in map(_id, people)]
        case "owners":
            return await _owners(roll)


def _id(value: object) -> UUID:
    assert isinstance(value, UUID)  # noqa: S101  a primary key
    return value


async def _owners(roll: Mapping[UUID, int]) -> list[Voter]:
    """Units with the same owners are one head, with their areas summed; several owners of a unit
    have one vote, which one of them casts."""
    units = dict(await Household.filter(id__in=list(roll)).values_list("unit_id", "id"))
    owned: dict[UUID, list[Ownership]] = defaultdict(list)
    for row in await Ownership.filter(unit_id__in=list(units)).order_by("person_id"):
        owned[row.unit_id].append(row)
    heads: dict[frozenset[UUID], list[UUID]] = defaultdict(list)
    for unit, owners in sorted(owned.items()):
        heads[frozenset(o.person_id for o in owners)].append(unit)
    return [
        Voter(
            id=next(iter(owners)) if len(owners) == 1 else theirs[0],
            holder=_holder(owned[theirs[0]]),
            area=sum(roll[units[unit]] for unit in theirs),
        )
        for owners, theirs in heads.items()
    ]


def _holder(owners: Sequence[Ownership]) -> UUID:
    chosen = next((o for o in owners if o.is_holder), owners[0])
    return chosen.person_id


async def voters_in(electorate: UUID) -> list[Voter]:
    """Those of a frozen electorate."""
    rows = await Elector.filter(electorate_id=electorate).values_list(
        "voter_id", "person_id", "area_hundredths"
    )
    return [Voter(id=row[0], holder=row[1], area=row[2]) for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """Who of an electorate is there, by heads and by area (0.01 m²); `by_proxy` of them through a
    person who holds their mandate and is there."""

    voters: int
    area: int
    by_proxy: int


async def present_of(
    meeting: UUID, item: UUID, voters: Sequence[Voter], kind: rules.Electorate
) -> Present:
    """A household is there with any of its persons, another voter with who casts the vote."""
    people, households = await present_now(meeting)
    mandates = await Proxy.filter(meeting_id=meeting, state__in=["given", "used"])
    holders = {p.voter_id for p in mandates if p.item_id in (None, item) and p.holder_id in people}
    there, area, by_proxy = 0, 0, 0
    for voter in voters:
        is_there = voter.id in households if kind == "households" else voter.holder in people
        if is_there or voter.id in holders:
            there, area = there + 1, area + voter.area
            by_proxy += not is_there
    return Present(voters=there, area=area, by_proxy=by_proxy)


async def freeze(meeting: UUID, voters: Sequence[Voter]) -> Electorate:
    """The electorate of these voters, inside the unit of work that opens a ballot."""
    lines = sorted(f"{v.id} {v.holder} {v.area}" for v in voters)
    fingerprint = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    found = await Electorate.get_or_none(meeting_id=meeting, fingerprint=fingerprint)
    if found is not None:
        return found
    salt = secrets.token_bytes(SALT_BYTES)
    made = await Electorate.create(
        meeting_id=meeting,
        fingerprint=fingerprint,
        salt=salt.hex(),
        digest=electorate_digest(salt, ((v.id, v.area) for v in voters)),
        size=len(voters),
    )
    electors = [
        Elector(electorate_id=made.id, voter_id=v.id, person_id=v.holder, area_hundredths=v.area)
        for v in voters
    ]
    await Elector.bulk_create(electors, batch_size=500)
    return made
