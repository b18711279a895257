"""Who owns a unit, corrected by hand: added, removed, and which of several casts the vote."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from deliberation import journal
from deliberation.errors import Code, Refusal
from deliberation.journal.events import OwnershipChanged
from deliberation.people.finding import Named, person_named
from deliberation.people.models import Household, Ownership, Unit
from deliberation.people.roles import Actor, Permission
from deliberation.people.service import home_of

__all__ = ["Named", "add_owner", "choose_holder", "remove_owner"]


@journal.shielded
async def add_owner(actor: Actor, unit: UUID, named: Named, *, key: bytes, at: datetime) -> None:
    """The first owner casts the vote; a further one does not.

    Raises CARD_MISTYPED, CARD_UNKNOWN, OWNER_NOT_FOUND, OWNER_THERE.
    """
    actor.require(Permission.IMPORT)
    community = home_of(actor)
    async with journal.record(
        community, actor=actor.person, within=actor.community, at=at
    ) as entry:
        owners = await _owners_of(community, unit)
        person = await _person_named(community, named, key)
        if any(owner.person_id == person for owner in owners):
            raise Refusal(Code.OWNER_THERE)
        await Ownership.create(unit_id=unit, person_id=person, is_holder=not owners)
        entry.tell(OwnershipChanged(added=1), restricted=_restricted(unit, person))


@journal.shielded
async def remove_owner(actor: Actor, unit: UUID, person: UUID, *, at: datetime) -> None:
    """Where they cast the vote, the household's representative does if an owner, else the first.

    Raises OWNER_GONE.
    """
    actor.require(Permission.IMPORT)
    community = home_of(actor)
    async with journal.record(
        community, actor=actor.person, within=actor.community, at=at
    ) as entry:
        owners = await _owners_of(community, unit)
        gone = _owner(owners, person)
        await gone.delete()
        rest = [owner for owner in owners if owner.id != gone.id]
        if rest and not any(owner.is_holder for owner in rest):
            await _choose(rest, await _heir(unit, rest))
        entry.tell(OwnershipChanged(removed=1), restricted=_restricted(unit, person))


@journal.shielded
async def choose_holder(actor: Actor, unit: UUID, person: UUID, *, at: datetime) -> None:
    """Of several owners, who casts their one vote. Raises OWNER_GONE."""
    actor.require(Permission.IMPORT)
    community = home_of(actor)
    async with journal.record(
        community, actor=actor.person, within=actor.community, at=at
    ) as entry:
        owners = await _owners_of(community, unit)
        if _owner(owners, person).is_holder:
            return
        await _choose(owners, person)
        entry.tell(OwnershipChanged(chosen=1), restricted=_restricted(unit, person))


def _restricted(unit: UUID, person: UUID) -> dict[str, str]:
    return {"unit": str(unit), "person": str(person)}


async def _owners_of(community: UUID, unit: UUID) -> list[Ownership]:
    if not await Unit.exists(id=unit, community_id=community):
        raise Refusal(Code.NOT_FOUND)
    return await Ownership.filter(unit_id=unit).order_by("person_id")


def _owner(owners: Sequence[Ownership], person: UUID) -> Ownership:
    found = next((owner for owner in owners if owner.person_id == person), None)
    if found is None:
        raise Refusal(Code.OWNER_GONE)
    return found


async def _choose(owners: Sequence[Ownership], person: UUID) -> None:
    for owner in owners:
        if owner.is_holder is not (owner.person_id == person):
            owner.is_holder = owner.person_id == person
            await owner.save(update_fields=["is_holder"])


async def _heir(unit: UUID, owners: Sequence[Ownership]) -> UUID:
    home = await Household.get_or_none(unit_id=unit)
    people = [owner.person_id for owner in owners]
    head = home.representative_id if home else None
    return head if head in people and head is not None else people[0]


async def _person_named(community: UUID, named: Named, key: bytes) -> UUID:
    person = await person_named(community, named, key)
    if person is None:
        raise Refusal(Code.OWNER_NOT_FOUND)
    return person
