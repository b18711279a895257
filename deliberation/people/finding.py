"""Somebody of the roll as staff name them."""

from dataclasses import dataclass
from uuid import UUID

from deliberation.people.cards import person_of_code
from deliberation.people.models import Person, Unit
from deliberation.sheets.columns import clean_line, identity_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """By the code of a card, else by door and name; who lives nowhere here, by name alone."""

    card: str = ""
    door: str = ""
    name: str = ""


async def person_named(community: UUID, named: Named, key: bytes) -> UUID | None:
    """The one person that is meant; None when there is none, or more than one.

    Raises CARD_MISTYPED, CARD_UNKNOWN.
    """
    if named.card:
        person = await person_of_code(key, named.card)
        return person if await Person.exists(id=person, community_id=community) else None
    rows = await Person.filter(
        community_id=community, name=clean_line(named.name)
    ).prefetch_related("household__unit")
    found = [row.id for row in rows if _is_meant(row, named.door)]
    return found[0] if len(found) == 1 else None


def _is_meant(row: Person, door: str) -> bool:
    if row.household is None:
        return not door
    return bool(door) and _is_at(row.household.unit, door)


def _is_at(unit: Unit, door: str) -> bool:
    """The label alone, or after as many levels of its place as are given."""
    parts = [*unit.place_path.split(" / "), unit.label]
    doors = {identity_key("".join(parts[start:])) for start in range(len(parts))}
    return identity_key(door.replace("/", " ")) in doors or _is_label(unit, door)


def _is_label(unit: Unit, door: str) -> bool:
    """With whatever strokes are in it."""
    return identity_key(door) == identity_key(unit.label)
