"""The roll as an import finds it: households with their people, units with their owners."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID

from deliberation import store
from deliberation.people.planning import ExistingHousehold, ExistingPerson, OutsideOwner
from deliberation.people.roles import Role
from deliberation.people.sameness import KnownOwner
from deliberation.sheets.columns import identity_key

_PEOPLE = (
    "SELECT h.id, h.representative_id, h.unit_id, u.place_path, u.label, u.area_hundredths,"
    " p.id AS person_id, p.name, p.phone_last4, g.role"
    " FROM household h JOIN unit u ON u.id = h.unit_id"
    " LEFT JOIN person p ON p.household_id = h.id LEFT JOIN role_grant g ON g.person_id = p.id"
    " WHERE h.community_id = ? ORDER BY h.id, p.id"
)
"""Households with their people and these with their roles: a row for each role."""
_OWNERS = (
    "SELECT o.id, o.unit_id, o.person_id, o.is_holder, p.name, p.phone_last4,"
    " u.place_path, u.label FROM ownership o JOIN unit u ON u.id = o.unit_id"
    " JOIN person p ON p.id = o.person_id"
    " WHERE u.community_id = ? ORDER BY u.place_path, u.label, o.person_id"
)

_Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Known:
    """Rows as they were read; to put them together is CPU work, off the event loop."""

    people: _Rows
    ownerships: _Rows

    def households(self) -> Iterator[ExistingHousehold]:
        owned: dict[UUID, _Rows] = defaultdict(list)
        for row in self.ownerships:
            owned[_id(row["unit_id"])].append(row)
        for _household, rows in groupby(self.people, key=lambda row: row["id"]):
            listed = list(rows)
            yield _household_of(listed, owned.get(_id(listed[0]["unit_id"]), []))

    def owners(self) -> Iterator[KnownOwner]:
        for row in self.ownerships:
            yield KnownOwner(
                ownership=_id(row["id"]),
                person=_id(row["person_id"]),
                name=row["name"],
                last_four=row["phone_last4"],
                unit=f"{row['place_path'].replace(' / ', ' ')} {row['label']}".strip(),
            )


async def known_of(community: UUID) -> Known:
    return Known(await store.read(_PEOPLE, community), await store.read(_OWNERS, community))


def _household_of(rows: _Rows, owned: _Rows) -> ExistingHousehold:
    first = rows[0]
    people = tuple(_people(rows, owned))
    theirs = {person.ownership for person in people}
    return ExistingHousehold(
        id=_id(first["id"]),
        unit=_id(first["unit_id"]),
        place=tuple(part for part in first["place_path"].split(" / ") if part),
        label=first["label"],
        area=first["area_hundredths"],
        people=people,
        outside=tuple(_outside(row) for row in owned if _id(row["id"]) not in theirs),
    )


def _outside(row: dict[str, Any]) -> OutsideOwner:
    return OutsideOwner(
        ownership=_id(row["id"]),
        person=_id(row["person_id"]),
        name=row["name"],
        is_holder=bool(row["is_holder"]),
    )


def _people(rows: _Rows, owned: _Rows) -> Iterator[ExistingPerson]:
    there = [row for row in rows if row["person_id"] is not None]
    for _person, grants in groupby(there, key=lambda row: row["person_id"]):
        listed = list(grants)
        first = listed[0]
        owns = _ownership(first, owned) if owned else None
        yield ExistingPerson(
            id=_id(first["person_id"]),
            name=first["name"],
            last_four=first["phone_last4"],
            roles=frozenset(Role(row["role"]) for row in listed if row["role"]),
            is_representative=first["representative_id"] == first["person_id"],
            ownership=_id(owns["id"]) if owns else None,
            owner=_id(owns["person_id"]) if owns else None,
            is_holder=bool(owns and owns["is_holder"]),
        )


def _ownership(person: dict[str, Any], owned: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """Their own; else that of an owner of their name, who is them as listed with another unit."""
    name, me = identity_key(person["name"]), person["person_id"]
    own = next((row for row in owned if row["person_id"] == me), None)
    same = (row for row in owned if identity_key(row["name"]) == name)
    return own or next(same, None)


def _id(value: object) -> UUID:
    found = store.identity(value)
    assert found is not None  # noqa: S101  columns that are never null
    return found
