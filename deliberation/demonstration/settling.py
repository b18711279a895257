"""Moving into the made-up homes, in one unit of work."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from deliberation import journal
from deliberation.demonstration import invented
from deliberation.journal.events import PeopleImported
from deliberation.people.cards import code_of, new_cards
from deliberation.people.models import Card, Community, Household, Person, Place, Unit
from deliberation.people.roles import Actor, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Resident:
    """A household's representative, with the code on their card."""

    person: UUID
    household: UUID
    code: str
    community: UUID

    @property
    def actor(self) -> Actor:
        return Actor(
            person=self.person,
            community=self.community,
            household=self.household,
            roles=frozenset({Role.RESIDENT, Role.REPRESENTATIVE}),
        )


async def _homes(
    community: Community, count: int | None
) -> tuple[list[Unit], list[Household], list[Person]]:
    """The first `count` homes, evenly from all buildings, and who lives there."""
    paths = await Place.filter(community_id=community.id).values_list("path", "id")
    places = {str(path): place for path, place in paths}
    homes = invented.homes()
    step = max(1, len(homes) // count) if count else 1
    units, households, people = [], [], []
    for home in homes[::step][:count]:
        path = " / ".join(home.place)
        unit = Unit(
            id=uuid4(),
            community_id=community.id,
            place_id=places[path],
            place_path=path,
            label=home.label,
            area_hundredths=home.area_hundredths,
        )
        household = Household(id=uuid4(), community_id=community.id, unit_id=unit.id)
        person = Person(
            id=uuid4(), community_id=community.id, household_id=household.id, name=home.name
        )
        household.representative_id = person.id
        units.append(unit)
        households.append(household)
        people.append(person)
    return units, households, people


@journal.shielded
async def settle(
    community: Community, key: bytes, at: datetime, count: int | None = None
) -> Sequence[Resident]:
    """So many homes (all, when None), each with a representative who has a card."""
    units, households, people = await _homes(community, count)
    cards = new_cards(key, [person.id for person in people], set(), at)
    async with journal.record(community.id, actor=None, at=at) as entry:
        await Unit.bulk_create(units)
        await Household.bulk_create(households)
        await Person.bulk_create(people)
        await Card.bulk_create(cards)
        taken = PeopleImported(intake=uuid4(), added=len(households), changed=0, unchanged=0)
        entry.tell(taken)
    return [
        Resident(
            person=card.person_id,
            household=home.id,
            code=code_of(key, card.id, card.serial),
            community=community.id,
        )
        for card, home in zip(cards, households, strict=True)
    ]
