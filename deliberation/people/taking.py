"""From a plan of households to staged rows, and from these into the tables."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from deliberation import store
from deliberation.people.cards import new_cards
from deliberation.people.intake import HouseholdFacts, PersonFacts
from deliberation.people.models import Card
from deliberation.people.planning import (
    ExistingPerson,
    HouseholdChange,
    PeoplePlan,
    PersonChange,
    holder_of,
)
from deliberation.people.planting import plant_places
from deliberation.people.roles import Role
from deliberation.sheets.columns import identity_key
from deliberation.store import staging

TABLES: dict[str, dict[str, str]] = {
    "unit": {
        "id": "uuid",
        "community_id": "uuid",
        "place_path": "text",
        "label": "text",
        "area_hundredths": "int",
    },
    "household": {
        "id": "uuid",
        "community_id": "uuid",
        "unit_id": "uuid",
        "representative_id": "uuid",
    },
    "person": {
        "id": "uuid",
        "community_id": "uuid",
        "household_id": "uuid",
        "name": "text",
        "phone_last4": "text",
    },
    "ownership": {"id": "uuid", "unit_id": "uuid", "person_id": "uuid", "is_holder": "boolean"},
    "role_grant": {"id": "uuid", "person_id": "uuid", "role": "text"},
    "card": {
        "id": "uuid",
        "person_id": "uuid",
        "serial": "int",
        "lookup": "text",
        "is_revoked": "boolean",
        "issued_at": "timestamptz",
    },
}
"""Tables in the order in which their rows refer to each other."""

CORRECTIONS: dict[str, dict[str, str]] = {
    "unit": {"id": "uuid", "area_hundredths": "int"},
    "household": {"id": "uuid", "representative_id": "uuid"},
    "person": {"id": "uuid", "phone_last4": "text"},
    "ownership": {"id": "uuid", "person_id": "uuid", "is_holder": "boolean"},
}
_ENDED = "ownership_ended"
"""What ownerships that are no more are put aside for."""

Rows = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class _Work:
    """Rows being made. `people` are the ids of new persons by row of the file; `owners` those whose
    a unit is, by row, where that is not the person of the row."""

    community: str
    rows: Rows
    corrections: Rows
    people: Mapping[int, str]
    owners: Mapping[int, str]


def rows_of(
    community: UUID, plan: PeoplePlan, key: bytes, taken: set[str], at: datetime
) -> tuple[Rows, Rows]:
    """New rows and corrections by table. CPU work: callers run it off the event loop. `taken`
    are the lookups of the cards there are."""
    rows: Rows = {table: [] for table in TABLES}
    corrections: Rows = {table: [] for table in (*CORRECTIONS, _ENDED)}
    people = {facts.row: str(uuid4()) for facts in _new_people(plan)}
    owners = {
        row: people[one.person] if isinstance(one.person, int) else str(one.person)
        for row, one in plan.same.items()
    }
    work = _Work(str(community), rows, corrections, people, owners)
    for facts in plan.added:
        _add_household(work, facts)
    for change in plan.changed:
        _change_household(work, change)
    made = [UUID(row["id"]) for row in rows["person"]]
    rows["card"] = [_card(card) for card in new_cards(key, made, taken, at)]
    return rows, corrections


def _new_people(plan: PeoplePlan) -> Iterator[PersonFacts]:
    for household in plan.added:
        yield from household.people
    for change in plan.changed:
        yield from change.joined


def _change_household(work: _Work, change: HouseholdChange) -> None:
    household, fields = change.existing, {c.field: c.after for c in change.fields}
    people = {identity_key(person.name): str(person.id) for person in household.people}
    for joined in change.joined:
        person = _add_person(work, str(household.id), joined)
        people.setdefault(identity_key(joined.name), person)
    if "area" in fields:
        unit = {"id": str(household.unit), "area_hundredths": fields["area"]}
        work.corrections["unit"].append(unit)
    representative = people.get(identity_key(str(fields.get("representative") or "")))
    if representative:
        chosen = {"id": str(household.id), "representative_id": representative}
        work.corrections["household"].append(chosen)
    for person_change in change.people:
        _change_person(work, person_change)
    _change_owners(work, change, people)


def _change_owners(work: _Work, change: HouseholdChange, people: Mapping[str, str]) -> None:
    """`people` are those of the household by name, who joined it among them."""
    says = {identity_key(facts.name): facts for facts in change.facts.people}
    outside, has_owner = change.existing.outside, set[str]()
    for person in change.existing.people:
        if person.ownership is not None:
            name = identity_key(person.name)
            has_owner.add(name)
            _keep_owner(work, change, person, says.get(name))
    has_owner |= {identity_key(owner.name) for owner in outside}
    for name, facts in says.items():
        if facts.says_owner and name not in has_owner:
            owner = work.owners.get(facts.row, people[name])
            is_holder = name == identity_key(change.holder)
            _add_owner(work, str(change.existing.unit), owner, is_holder=is_holder)
    for one in outside:
        if one.is_holder and change.holder:
            _correct_owner(work, one.ownership, str(one.person), is_holder=False)


def _keep_owner(
    work: _Work, change: HouseholdChange, person: ExistingPerson, facts: PersonFacts | None
) -> None:
    """Ended where the file says so, or where the same owner has the unit already."""
    assert person.ownership is not None  # noqa: S101  callers ask for it
    was = str(person.owner or person.id)
    owner = work.owners.get(facts.row, was) if facts else was
    others = {str(one.person) for one in change.existing.outside}
    if (facts and facts.says_owner is False) or (owner != was and owner in others):
        work.corrections[_ENDED].append({"id": str(person.ownership)})
        return
    is_holder = identity_key(person.name) == identity_key(change.holder)
    if owner != was or person.is_holder is not is_holder:
        _correct_owner(work, person.ownership, owner, is_holder=is_holder)


def _correct_owner(work: _Work, ownership: UUID, person: str, *, is_holder: bool) -> None:
    kept = {"id": str(ownership), "person_id": person, "is_holder": is_holder}
    work.corrections["ownership"].append(kept)


def _add_owner(work: _Work, unit: str, person: str, *, is_holder: bool) -> None:
    made = {"id": str(uuid4()), "unit_id": unit, "person_id": person, "is_holder": is_holder}
    work.rows["ownership"].append(made)


def _change_person(work: _Work, change: PersonChange) -> None:
    person = str(change.existing.id)
    last_four = change.facts.last_four or change.existing.last_four
    work.corrections["person"].append({"id": person, "phone_last4": last_four})
    for role in sorted(change.facts.roles - change.existing.roles):
        _grant(work, person, role)


def _grant(work: _Work, person: str, role: Role) -> None:
    granted = {"id": str(uuid4()), "person_id": person, "role": role.value}
    work.rows["role_grant"].append(granted)


def _add_household(work: _Work, facts: HouseholdFacts) -> None:
    unit, household = str(uuid4()), str(uuid4())
    work.rows["unit"].append(
        {
            "id": unit,
            "community_id": work.community,
            "place_path": " / ".join(facts.place),
            "label": facts.label,
            "area_hundredths": facts.area or 0,
        }
    )
    made = {p.name: _add_person(work, household, p) for p in facts.people}
    holder = holder_of(facts)
    for person in facts.people:
        if person.says_owner:
            owner = work.owners.get(person.row, made[person.name])
            _add_owner(work, unit, owner, is_holder=person.name == holder)
    work.rows["household"].append(
        {
            "id": household,
            "community_id": work.community,
            "unit_id": unit,
            "representative_id": made[facts.representative],
        }
    )


def _add_person(work: _Work, household: str, facts: PersonFacts) -> str:
    person = work.people[facts.row]
    work.rows["person"].append(
        {
            "id": person,
            "community_id": work.community,
            "household_id": household,
            "name": facts.name,
            "phone_last4": facts.last_four,
        }
    )
    for role in sorted(facts.roles):
        _grant(work, person, role)
    return person


def _card(card: Card) -> dict[str, Any]:
    return {
        "id": str(card.id),
        "person_id": str(card.person_id),
        "serial": card.serial,
        "lookup": card.lookup,
        "is_revoked": False,
        "issued_at": card.issued_at.isoformat(" "),
    }


async def stage(intake: UUID, rows: Rows, corrections: Rows) -> None:
    """Put both aside, in chunks."""
    for table, listed in rows.items():
        await staging.stage(intake, table, "insert", listed)
    for table, listed in corrections.items():
        await staging.stage(intake, table, "update", listed)


async def take(intake: UUID, community: UUID) -> None:
    """Into the tables by one statement each, inside the caller's unit of work."""
    for table, columns in TABLES.items():
        await staging.take_over(intake, table, columns)
    for table, columns in CORRECTIONS.items():
        await staging.take_changes(intake, table, columns)
    await _end_ownerships(intake)
    await plant_places(community)


async def _end_ownerships(intake: UUID) -> None:
    await store.write(
        f"DELETE FROM ownership WHERE id IN (SELECT {staging.value('id', 'uuid')}"  # noqa: S608
        " FROM staged_row s WHERE s.batch_id = ? AND s.target = ?)",
        [intake, _ENDED],
    )  # only our own names are put in
