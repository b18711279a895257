"""From a plan of households to staged rows, and from these into the tables."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from deliberation import store
from deliberation.people.cards import new_cards
from deliberation.people.intake import HouseholdFacts, PersonFacts
from deliberation.people.models import Card, Place, Unit
from deliberation.people.planning import (
    ExistingPerson,
    HouseholdChange,
    PeoplePlan,
    PersonChange,
    holder_of,
)
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
    "ownership": {"id": "uuid", "is_holder": "boolean"},
}
_ENDED = "ownership_ended"
"""What ownerships that are no more are put aside for."""

_KINDS = ("grid", "courtyard", "entrance")

Rows = dict[str, list[dict[str, Any]]]


def rows_of(
    community: UUID, plan: PeoplePlan, key: bytes, taken: set[str], at: datetime
) -> tuple[Rows, Rows]:
    """New rows and corrections by table. CPU work: callers run it off the event loop. `taken`
    are the lookups of the cards there are."""
    rows: Rows = {table: [] for table in TABLES}
    corrections: Rows = {table: [] for table in (*CORRECTIONS, _ENDED)}
    for facts in plan.added:
        _add_household(rows, community, facts)
    for change in plan.changed:
        _change_household(rows, corrections, community, change)
    people = [UUID(row["id"]) for row in rows["person"]]
    rows["card"] = [_card(card) for card in new_cards(key, people, taken, at)]
    return rows, corrections


def _change_household(
    rows: Rows, corrections: Rows, community: UUID, change: HouseholdChange
) -> None:
    household, fields = change.existing, {c.field: c.after for c in change.fields}
    people = {identity_key(person.name): str(person.id) for person in household.people}
    for joined in change.joined:
        person = _add_person(rows, community, household.id, joined)
        people.setdefault(identity_key(joined.name), person)
    if "area" in fields:
        unit = {"id": str(household.unit), "area_hundredths": fields["area"]}
        corrections["unit"].append(unit)
    representative = people.get(identity_key(str(fields.get("representative") or "")))
    if representative:
        chosen = {"id": str(household.id), "representative_id": representative}
        corrections["household"].append(chosen)
    for person_change in change.people:
        _change_person(rows, corrections, person_change)
    _change_owners(rows, corrections, change, people)


def _change_owners(
    rows: Rows, corrections: Rows, change: HouseholdChange, people: Mapping[str, str]
) -> None:
    """`people` are those of the household by name, who joined it among them."""
    holder, known = identity_key(change.holder), dict[str, ExistingPerson]()
    for person in change.existing.people:
        known[identity_key(person.name)] = person
    ended = {p.existing.ownership for p in change.people if p.facts.says_owner is False}
    corrections[_ENDED] += [{"id": str(one)} for one in ended if one]
    for facts in change.facts.people:
        name = identity_key(facts.name)
        if facts.says_owner and not (name in known and known[name].ownership):
            _add_owner(rows, str(change.existing.unit), people[name], is_holder=name == holder)
    for name, person in known.items():
        is_kept = person.ownership is not None and person.ownership not in ended
        if is_kept and person.is_holder is not (name == holder):
            kept = {"id": str(person.ownership), "is_holder": name == holder}
            corrections["ownership"].append(kept)


def _add_owner(rows: Rows, unit: str, person: str, *, is_holder: bool) -> None:
    made = {"id": str(uuid4()), "unit_id": unit, "person_id": person, "is_holder": is_holder}
    rows["ownership"].append(made)


def _change_person(rows: Rows, corrections: Rows, change: PersonChange) -> None:
    person = str(change.existing.id)
    last_four = change.facts.last_four or change.existing.last_four
    corrections["person"].append({"id": person, "phone_last4": last_four})
    for role in sorted(change.facts.roles - change.existing.roles):
        rows["role_grant"].append({"id": str(uuid4()), "person_id": person, "role": role.value})


def _add_household(rows: Rows, community: UUID, facts: HouseholdFacts) -> None:
    unit, household = str(uuid4()), uuid4()
    rows["unit"].append(
        {
            "id": unit,
            "community_id": str(community),
            "place_path": " / ".join(facts.place),
            "label": facts.label,
            "area_hundredths": facts.area or 0,
        }
    )
    made = {p.name: _add_person(rows, community, household, p) for p in facts.people}
    holder = holder_of(facts)
    for person in facts.people:
        if person.says_owner:
            _add_owner(rows, unit, made[person.name], is_holder=person.name == holder)
    rows["household"].append(
        {
            "id": str(household),
            "community_id": str(community),
            "unit_id": unit,
            "representative_id": made[facts.representative],
        }
    )


def _add_person(rows: Rows, community: UUID, household: UUID, facts: PersonFacts) -> str:
    person = str(uuid4())
    rows["person"].append(
        {
            "id": person,
            "community_id": str(community),
            "household_id": str(household),
            "name": facts.name,
            "phone_last4": facts.last_four,
        }
    )
    for role in sorted(facts.roles):
        rows["role_grant"].append({"id": str(uuid4()), "person_id": person, "role": role.value})
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
    await _plant_places(community)


async def _end_ownerships(intake: UUID) -> None:
    await store.write(
        f"DELETE FROM ownership WHERE id IN (SELECT {staging.value('id', 'uuid')}"  # noqa: S608
        " FROM staged_row s WHERE s.batch_id = ? AND s.target = ?)",
        [intake, _ENDED],
    )  # only our own names are put in


async def _plant_places(community: UUID) -> None:
    """Every place that a unit names stands in the tree; units are tied to theirs."""
    known = {place.path: place.id for place in await Place.filter(community_id=community)}
    loose = Unit.filter(community_id=community, place_id=None).exclude(place_path="")
    paths = await loose.distinct().values_list("place_path", flat=True)
    await Place.bulk_create(_new_places(community, [str(path) for path in paths], known))
    await store.write(
        "UPDATE unit SET place_id = place.id FROM place WHERE place.community_id = ?"
        " AND unit.community_id = place.community_id AND unit.place_id IS NULL"
        " AND unit.place_path = place.path",
        [community],
    )


def _new_places(community: UUID, paths: list[str], known: Mapping[str, UUID]) -> list[Place]:
    """The nodes that are missing, each after the one above it."""
    ids, made = dict(known), list[Place]()
    for path in sorted(paths):
        parts = path.split(" / ")
        for depth in range(1, len(parts) + 1):
            here = " / ".join(parts[:depth])
            if here in ids:
                continue
            ids[here] = uuid4()
            made.append(
                Place(
                    id=ids[here],
                    community_id=community,
                    parent_id=ids.get(" / ".join(parts[: depth - 1])),
                    kind=_KINDS[min(depth, len(_KINDS)) - 1],
                    name=parts[depth - 1],
                    path=here,
                )
            )
    return made
