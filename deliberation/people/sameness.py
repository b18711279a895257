"""Who owns several units and is listed in each of them: one owner, who counts as one head.

A name alone does not tell two people apart; name and the last four digits of the telephone do well
enough to be proposed, and the preview says so row by row.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from deliberation.errors import Code
from deliberation.people.intake import SPELLINGS, HouseholdFacts, PersonFacts
from deliberation.people.planning import (
    ExistingHousehold,
    ExistingPerson,
    PeoplePlan,
    SameOwner,
)
from deliberation.sheets.columns import Problem, Severity, identity_key


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownOwner:
    """One ownership there is; `unit` is its door as people read it."""

    ownership: UUID
    person: UUID
    name: str
    last_four: str
    unit: str


_Key = tuple[str, str]
_Pair = tuple[HouseholdFacts, PersonFacts, ExistingPerson | None]


def same_owners(plan: PeoplePlan, known: Iterable[KnownOwner]) -> Mapping[int, SameOwner]:
    """Row of the file → whose the unit is, where that is not the person of the row.

    It is the owner there is with this name and these digits, else the first one in the file. What
    has an owner already stays as it is while the file says nothing new about their digits: staff
    may have told two people of one name apart.
    """
    pairs = list(_pairs(plan))
    first = _known_by_key(pairs, known)
    found: dict[int, SameOwner] = {}
    for household, facts, old in pairs:
        key = _key(facts.name, facts.last_four or (old.last_four if old else ""))
        if not facts.says_owner or key is None or _is_settled(facts, old):
            continue
        me = (old.owner or old.id) if old else facts.row
        one = first.setdefault(key, SameOwner(person=me, unit=door_of(household)))
        if one.person != me:
            found[facts.row] = one
    return found


def _pairs(plan: PeoplePlan) -> Iterator[_Pair]:
    """The persons of the file in its order, each with who they are in the roll."""
    homes: list[tuple[HouseholdFacts, ExistingHousehold | None]] = [(f, None) for f in plan.added]
    homes += [(change.facts, change.existing) for change in plan.changed]
    for facts, existing in sorted(homes, key=lambda home: home[0].row):
        there = {identity_key(p.name): p for p in existing.people} if existing else {}
        for person in facts.people:
            yield facts, person, there.get(identity_key(person.name))


def _known_by_key(pairs: Sequence[_Pair], known: Iterable[KnownOwner]) -> dict[_Key, SameOwner]:
    """Without ownerships that this file ends, and without those whose digits it corrects."""
    ended = {old.ownership for _h, facts, old in pairs if old and facts.says_owner is False}
    corrected = {old.owner for _h, facts, old in pairs if old and _has_new_digits(facts, old)}
    first: dict[_Key, SameOwner] = {}
    for owner in known:
        key = _key(owner.name, owner.last_four)
        if key and owner.ownership not in ended and owner.person not in corrected:
            first.setdefault(key, SameOwner(person=owner.person, unit=owner.unit))
    return first


def _key(name: str, last_four: str) -> _Key | None:
    return (identity_key(name), last_four) if name and last_four else None


def _is_settled(facts: PersonFacts, old: ExistingPerson | None) -> bool:
    return old is not None and old.ownership is not None and not _has_new_digits(facts, old)


def _has_new_digits(facts: PersonFacts, old: ExistingPerson) -> bool:
    return bool(facts.last_four) and facts.last_four != old.last_four


def door_of(household: HouseholdFacts) -> str:
    return " ".join((*household.place, household.label))


def remarks(same: Mapping[int, SameOwner]) -> list[Problem]:
    """One a row, so that whoever confirms sees what is counted once."""
    return [
        Problem(
            row=row,
            column=SPELLINGS["owner"][0],
            code=Code.INTAKE_SAME_OWNER,
            severity=Severity.WARNING,
            facts={"unit": one.unit},
        )
        for row, one in same.items()
    ]
