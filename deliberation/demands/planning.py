"""What importing a demand list would do, worked out before anything is written."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias
from uuid import UUID

from deliberation.demands.intake import DemandFacts
from deliberation.demands.twins import Twins, wording_of
from deliberation.sheets.columns import FieldChange, identity_key

Progress: TypeAlias = Callable[[int, int], None]

_PROGRESS_EVERY = 200
_COMPARED = (
    *("title", "description", "domain", "place", "source"),
    *("raised_on", "supporters", "contact_name", "contact_phone"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExistingDemand:
    """A demand of the list as it is. Contact details are None where they are not to be compared;
    `supporters` is the number that the list stated, without those who signed here."""

    id: UUID
    number: str
    title: str
    description: str
    domain: str
    place: str
    source: str
    raised_on: date | None
    supporters: int
    contact_name: str | None
    contact_phone: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """The demand that a row probably repeats: one of the list (`id`), or an earlier row of the
    file (`row`). `score` in percent."""

    number: str | None
    title: str
    score: int
    id: UUID | None = None
    row: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    facts: DemandFacts
    twin: Twin | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    facts: DemandFacts
    existing: ExistingDemand
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`unchanged` pairs a row with the demand it already is; `skipped` rows are left out by
    choice."""

    added: tuple[Addition, ...]
    changed: tuple[Change, ...]
    unchanged: tuple[tuple[int, UUID], ...]
    skipped: tuple[int, ...]

    @property
    def twins(self) -> tuple[Addition, ...]:
        """Rows that would be added although they probably repeat something. They are added
        unless skipped, because leaving them out would lose somebody's words."""
        return tuple(addition for addition in self.added if addition.twin)


def plan_intake(
    rows: Sequence[DemandFacts],
    existing: Iterable[ExistingDemand],
    *,
    skip: Collection[int] = frozenset(),
    progress: Progress | None = None,
) -> Plan:
    """Compares rows with the list. A row is the demand with its number; without a number, the one
    with the same title, place and date, or, undated, the latest with the same title and place.
    `skip` holds row numbers; `progress` is told (rows done, rows in all)."""
    demands = list(existing)
    wanted = [facts for facts in rows if facts.row not in skip]
    matched = _match(wanted, demands)
    changes = [(f, matched[f.row], _changes(f, matched[f.row])) for f in wanted if f.row in matched]
    fresh = [facts for facts in wanted if facts.row not in matched]
    return Plan(
        added=_additions(fresh, demands, len(rows), progress),
        changed=tuple(Change(facts=f, existing=e, fields=c) for f, e, c in changes if c),
        unchanged=tuple((f.row, e.id) for f, e, c in changes if not c),
        skipped=tuple(facts.row for facts in rows if facts.row in skip),
    )


def _match(
    rows: Sequence[DemandFacts], demands: Sequence[ExistingDemand]
) -> Mapping[int, ExistingDemand]:
    """Row number → demand; each demand for one row at most. Numbers go first, then exact
    identities, then undated ones, so that a vague row never takes what another names exactly."""
    by_number = {identity_key(demand.number): (demand,) for demand in demands}
    by_identity: dict[tuple[object, ...], list[ExistingDemand]] = defaultdict(list)
    for demand in sorted(demands, key=lambda d: d.raised_on or date.min, reverse=True):
        title, place = identity_key(demand.title), identity_key(demand.place)
        by_identity[title, place, demand.raised_on].append(demand)
        by_identity[title, place].append(demand)
    matched: dict[int, ExistingDemand] = {}
    taken: set[UUID] = set()

    def take(facts: DemandFacts, candidates: Iterable[ExistingDemand]) -> None:
        free = [demand for demand in candidates if demand.id not in taken]
        if free and facts.row not in matched:
            best = min(free, key=lambda demand: len(_changes(facts, demand)))
            matched[facts.row] = best
            taken.add(best.id)

    for facts in rows:
        if facts.number:
            take(facts, by_number.get(identity_key(facts.number), ()))
    unnumbered = [facts for facts in rows if not facts.number]
    for facts in unnumbered:
        take(facts, by_identity.get(facts.identity, ()))
    for facts in unnumbered:
        if facts.raised_on is None:
            take(facts, by_identity.get(facts.identity[:2], ()))
    return matched


def _changes(facts: DemandFacts, demand: ExistingDemand) -> tuple[FieldChange, ...]:
    """Only fields that the row states; a contact that may not be compared is left alone."""
    pairs = (
        FieldChange(field=name, before=getattr(demand, name), after=getattr(facts, name))
        for name in _COMPARED
        if name in facts.stated
    )
    return tuple(p for p in pairs if p.before != p.after and not _is_hidden(p))


def _is_hidden(change: FieldChange) -> bool:
    return change.before is None and change.field in ("contact_name", "contact_phone")


def _additions(
    fresh: Sequence[DemandFacts],
    demands: Sequence[ExistingDemand],
    total: int,
    progress: Progress | None,
) -> tuple[Addition, ...]:
    known: Twins[ExistingDemand | DemandFacts] = Twins()
    if fresh:
        for demand in demands:
            known.add(wording_of(demand.title, demand.place), demand)
    additions: list[Addition] = []
    for facts in fresh:
        wording = wording_of(facts.title, facts.place)
        likeness = known.find(wording)
        twin = _twin(likeness.owner, likeness.score) if likeness else None
        additions.append(Addition(facts=facts, twin=twin))
        known.add(wording, facts)
        if progress and len(additions) % _PROGRESS_EVERY == 0:
            progress(total - len(fresh) + len(additions), total)
    if progress:
        progress(total, total)
    return tuple(additions)


def _twin(owner: ExistingDemand | DemandFacts, score: int) -> Twin:
    if isinstance(owner, ExistingDemand):
        return Twin(number=owner.number, title=owner.title, score=score, id=owner.id)
    return Twin(number=owner.number, title=owner.title, score=score, row=owner.row)
