"""What importing households would do, worked out before anything is written."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from deliberation.people.intake import HouseholdFacts, PersonFacts
from deliberation.people.roles import Role
from deliberation.sheets.columns import FieldChange, identity_key


@dataclass(frozen=True, slots=True, kw_only=True)
class ExistingPerson:
    """`roles` beside being a resident or a representative."""

    id: UUID
    name: str
    last_four: str
    roles: frozenset[Role]
    is_representative: bool
    ownership: UUID | None = None
    """That of this household's unit; None: no owner of it."""
    owner: UUID | None = None
    """Whose it is: an owner of several units may be listed in each of them."""
    is_holder: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideOwner:
    """Who owns a unit and is not listed in its household."""

    ownership: UUID
    person: UUID
    name: str
    is_holder: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ExistingHousehold:
    """`place` is the names from 网格 down; `area` in 0.01 m², 0 where it is not known."""

    id: UUID
    unit: UUID
    place: tuple[str, ...]
    label: str
    area: int
    people: tuple[ExistingPerson, ...]
    outside: tuple[OutsideOwner, ...] = ()

    @property
    def representative(self) -> str:
        """The name, "" if there is none."""
        return next((person.name for person in self.people if person.is_representative), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonChange:
    facts: PersonFacts
    existing: ExistingPerson
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdChange:
    """`fields` are of the household: area, representative (by name). `joined` are new persons."""

    facts: HouseholdFacts
    existing: ExistingHousehold
    fields: tuple[FieldChange, ...]
    joined: tuple[PersonFacts, ...]
    people: tuple[PersonChange, ...]
    holder: str = ""
    """Of the owners of the unit in this household, by name, who casts the vote of all; "" where
    it is none of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SameOwner:
    """Whose a unit is that is listed with somebody of the same name and digits: a person there is,
    or the new one of that row of the file. `unit` is the door where they stand first."""

    person: UUID | int
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PeoplePlan:
    """An import adds and corrects; nobody is removed because a file does not name them."""

    added: tuple[HouseholdFacts, ...]
    changed: tuple[HouseholdChange, ...]
    unchanged: tuple[UUID, ...]
    same: Mapping[int, SameOwner] = field(default_factory=dict)
    """By row of the file."""


def plan_people(
    households: Sequence[HouseholdFacts], existing: Iterable[ExistingHousehold]
) -> PeoplePlan:
    """A household is the one with the same place and label. Where the file leaves out levels of
    the place (no column 网格), it is the only one whose place has the levels that are given: a
    second household for the same door would mean a second vote."""
    matched = _match(households, list(existing))
    changes = [_change(f, matched[f.row]) for f in households if f.row in matched]
    changed = tuple(c for c in changes if c.fields or c.joined or c.people)
    touched = {change.existing.id for change in changed}
    return PeoplePlan(
        added=tuple(facts for facts in households if facts.row not in matched),
        changed=changed,
        unchanged=tuple(c.existing.id for c in changes if c.existing.id not in touched),
    )


def _match(
    households: Sequence[HouseholdFacts], existing: Sequence[ExistingHousehold]
) -> Mapping[int, ExistingHousehold]:
    """Row → household, each for one row at most; exact places go first."""
    by_label: dict[str, list[ExistingHousehold]] = defaultdict(list)
    for household in existing:
        by_label[identity_key(household.label)].append(household)
    matched: dict[int, ExistingHousehold] = {}
    taken: set[UUID] = set()
    for fits in (_is_same_place, _is_within):
        for facts in households:
            if facts.row in matched:
                continue
            near = by_label.get(identity_key(facts.label), ())
            found = [h for h in near if h.id not in taken and fits(facts.place, h.place)]
            if len(found) == 1:
                matched[facts.row] = found[0]
                taken.add(found[0].id)
    return matched


def _is_same_place(given: tuple[str, ...], known: tuple[str, ...]) -> bool:
    return tuple(map(identity_key, given)) == tuple(map(identity_key, known))


def _is_within(given: tuple[str, ...], known: tuple[str, ...]) -> bool:
    """Whether the given names stand in the known ones in this order; no names fit nothing."""
    rest = iter(map(identity_key, known))
    return bool(given) and all(identity_key(name) in rest for name in given)


def _change(facts: HouseholdFacts, household: ExistingHousehold) -> HouseholdChange:
    known = {identity_key(person.name): person for person in household.people}
    pairs = [(person, known.get(identity_key(person.name))) for person in facts.people]
    changes = [(person, old, _person_fields(person, old)) for person, old in pairs if old]
    return HouseholdChange(
        facts=facts,
        existing=household,
        fields=tuple(_household_fields(facts, household)),
        joined=tuple(person for person, old in pairs if old is None),
        people=tuple(PersonChange(facts=p, existing=o, fields=f) for p, o, f in changes if f),
        holder=holder_after(facts, household),
    )


def holder_of(facts: HouseholdFacts) -> str:
    """Of a new household: its representative, or the first of several owners."""
    owners = [person.name for person in facts.people if person.says_owner]
    return _chosen(owners, facts.representative)


def holder_after(facts: HouseholdFacts, household: ExistingHousehold) -> str:
    """The same of one that is there: who was chosen stays, unless the file names another
    representative or makes the representative an owner."""
    owners, changes = _owners_after(facts, household), _household_fields(facts, household)
    after = {change.field: str(change.after) for change in changes}
    head = after.get("representative", household.representative)
    was = {identity_key(person.name) for person in household.people if person.ownership}
    is_new = "representative" in after or identity_key(head) not in was
    chosen = [name for name, is_holder in owners.items() if is_holder]
    if not (is_new and head in owners):
        if chosen:
            return chosen[0]
        if any(owner.is_holder for owner in household.outside):
            return ""
    return _chosen(list(owners), head)


def _owners_after(facts: HouseholdFacts, household: ExistingHousehold) -> dict[str, bool]:
    """Those in the household by name, and whether they cast the vote so far."""
    says = {identity_key(person.name): person.says_owner for person in facts.people}
    owners = {p.name: p.is_holder for p in household.people if _owns(p, says)}
    names = [p.name for p in household.people] + [one.name for one in household.outside]
    there = set(map(identity_key, names))
    new = [p.name for p in facts.people if p.says_owner and identity_key(p.name) not in there]
    return owners | dict.fromkeys(new, False)


def _owns(person: ExistingPerson, says: Mapping[str, bool | None]) -> bool:
    """As the file says; as it was, where the file says nothing."""
    said = says.get(identity_key(person.name))
    return person.ownership is not None if said is None else said


def _chosen(owners: Sequence[str], representative: str) -> str:
    head = identity_key(representative)
    return next(
        (name for name in owners if identity_key(name) == head), owners[0] if owners else ""
    )


def _household_fields(facts: HouseholdFacts, household: ExistingHousehold) -> Iterable[FieldChange]:
    if facts.area is not None and facts.area != household.area:
        yield FieldChange(field="area", before=household.area, after=facts.area)
    before, after = household.representative, facts.representative
    stays = identity_key(before) == identity_key(after) or (facts.is_assumed and before)
    if not stays:
        yield FieldChange(field="representative", before=before, after=after)


def _person_fields(person: PersonFacts, old: ExistingPerson) -> tuple[FieldChange, ...]:
    """Blanks say nothing, and roles are granted but never withdrawn by an import; who is said to
    own the unit no more does not."""
    fields: list[FieldChange] = []
    if person.last_four and person.last_four != old.last_four:
        change = FieldChange(field="last_four", before=old.last_four, after=person.last_four)
        fields.append(change)
    if not person.roles <= old.roles:
        before, after = tuple(sorted(old.roles)), tuple(sorted(old.roles | person.roles))
        fields.append(FieldChange(field="roles", before=before, after=after))
    is_owner = old.ownership is not None
    if person.says_owner is not None and person.says_owner is not is_owner:
        fields.append(FieldChange(field="owner", before=is_owner, after=person.says_owner))
    return tuple(fields)
