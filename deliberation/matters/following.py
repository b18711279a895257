"""What became of a demand: the matter it is in, who carries it out by when, who has rated it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID

from tortoise.expressions import Q

from deliberation import store
from deliberation.demands.models import Demand
from deliberation.matters.asking import Scope
from deliberation.matters.models import Matter, MatterDemand, Rating
from deliberation.matters.steps import MatterState, Step


class Phase(StrEnum):
    """Where a demand stands, for those who brought it."""

    LISTED = "listed"
    TAKEN_UP = "taken_up"
    DELIVERING = "delivering"
    OVERDUE = "overdue"
    RESOLVED = "resolved"
    REFERRED = "referred"
    """Given to somebody outside the deliberation, who answers by a day."""
    MERGED = "merged"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """`late_days` is 0 while the date that was promised has not passed."""

    phase: Phase
    matter: UUID | None = None
    organisation: str = ""
    due_on: date | None = None
    late_days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class InDelivery:
    """Demands whose matters are being carried out."""

    in_time: frozenset[UUID] = field(default_factory=frozenset)
    overdue: frozenset[UUID] = field(default_factory=frozenset)

    @property
    def demands(self) -> frozenset[UUID]:
        return self.in_time | self.overdue


async def in_delivery(community: UUID, today: date) -> InDelivery:
    """Read from the matters that are under way: what is finished costs nothing here."""
    rows = await MatterDemand.filter(
        matter__community_id=community,
        matter__step=Step.DELIVER,
        matter__state=MatterState.ACTIVE,
        demand__state=Phase.TAKEN_UP,
    ).values_list("demand_id", "matter__due_on")
    overdue = frozenset(demand for demand, due in rows if due is not None and due < today)
    return InDelivery(in_time=frozenset(demand for demand, _due in rows) - overdue, overdue=overdue)


def counts_of(states: Mapping[str, int], delivery: InDelivery) -> dict[Phase, int]:
    """How many demands are in each phase, from how many are in each state."""
    counts = {phase: states.get(phase, 0) for phase in Phase}
    counts[Phase.TAKEN_UP] -= len(delivery.demands)
    counts[Phase.DELIVERING] = len(delivery.in_time)
    counts[Phase.OVERDUE] = len(delivery.overdue)
    return {phase: n for phase, n in counts.items() if n > 0}


def in_phases(phases: Collection[Phase], delivery: InDelivery) -> Q:
    """What to ask of the demand list; all of it when no phase is named."""
    if not phases:
        return Q()
    wanted = Q(join_type=Q.OR, state__in=_states(phases))
    if Phase.TAKEN_UP in phases:
        wanted |= Q(state=Phase.TAKEN_UP) & ~Q(id__in=list(delivery.demands))
    if Phase.DELIVERING in phases:
        wanted |= Q(id__in=list(delivery.in_time))
    if Phase.OVERDUE in phases:
        wanted |= Q(id__in=list(delivery.overdue))
    return wanted


def _states(phases: Collection[Phase]) -> list[str]:
    """The phases that are states of the demand itself."""
    within = {Phase.TAKEN_UP, Phase.DELIVERING, Phase.OVERDUE}
    return [phase.value for phase in phases if phase not in within]


async def follow(demands: Sequence[Demand], today: date) -> dict[UUID, Followed]:
    """What became of each; a demand that was taken up again is followed in its last matter."""
    links = (
        await MatterDemand.filter(demand_id__in=[demand.id for demand in demands])
        .order_by("matter__opened_at")
        .prefetch_related("matter__organisation")
    )
    matters = {link.demand_id: link.matter for link in links}
    return {demand.id: followed(demand, matters.get(demand.id), today) for demand in demands}


def followed(demand: Demand, matter: Matter | None, today: date) -> Followed:
    if matter is None:
        return Followed(phase=Phase(demand.state))
    is_carried_out = matter.step == Step.DELIVER and matter.state == MatterState.ACTIVE
    late = (today - matter.due_on).days if is_carried_out and matter.due_on else 0
    phase = Phase(demand.state)
    if phase is Phase.TAKEN_UP and is_carried_out:
        phase = Phase.OVERDUE if late > 0 else Phase.DELIVERING
    return Followed(
        phase=phase,
        matter=matter.id,
        organisation=matter.organisation.name if matter.organisation else "",
        due_on=matter.due_on,
        late_days=max(0, late),
    )


async def waiting_for_rating(household: UUID) -> list[Matter]:
    """Matters that the household is asked about and has not rated, the longest waiting first."""
    rows = await store.read(
        "SELECT m.id FROM household h JOIN matter m ON m.community_id = h.community_id"
        " JOIN evaluation e ON e.matter_id = m.id AND e.closed_at IS NULL"
        " LEFT JOIN household_rating r ON r.evaluation_id = e.id AND r.household_id = h.id"
        " WHERE h.id = ? AND m.step = ? AND m.state = ? AND r.mark IS NULL"
        " AND (r.id IS NOT NULL OR e.scope = ?)",
        household,
        Step.EVALUATE.value,
        MatterState.ACTIVE.value,
        Scope.EVERYBODY.value,
    )
    return await Matter.filter(id__in=list(store.identities(rows))).order_by("stepped_at")


async def rated_by(household: UUID, limit: int = 50) -> list[Rating]:
    """What the household has said of matters, the latest first, each with its time of asking."""
    rows = Rating.filter(household_id=household, mark__not_isnull=True)
    latest = rows.order_by("-rated_at").limit(limit)
    return await latest.prefetch_related("evaluation__matter")


async def own_mark(household: UUID | None, matter: UUID) -> Rating | None:
    """The household's row of the time of asking under way; None for who is not asked, or is asked
    with everybody and has said nothing."""
    if household is None:
        return None
    return await Rating.get_or_none(
        household_id=household, evaluation__matter_id=matter, evaluation__closed_at=None
    )
