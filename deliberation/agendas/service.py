"""Drawing up an agenda from the demand list, until its notice freezes it."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from tortoise.queryset import QuerySet

from deliberation import journal
from deliberation.agendas import rules
from deliberation.agendas.models import AgendaItem
from deliberation.agendas.ranking import DemandStanding, Ranked, Weights, propose, rank
from deliberation.demands.models import Demand
from deliberation.demands.service import check_not_merged, require_demand
from deliberation.errors import Code, Refusal
from deliberation.journal.canonical import canonical
from deliberation.journal.events import (
    AgendaItemAdded,
    AgendaProposed,
)
from deliberation.matters.models import Matter, MatterDemand
from deliberation.matters.service import require_matter
from deliberation.matters.steps import MatterState, Step
from deliberation.meetings.models import Meeting
from deliberation.meetings.rules import MeetingState
from deliberation.meetings.service import require_meeting
from deliberation.people.models import Community
from deliberation.people.roles import Actor, Permission
from deliberation.people.service import lock_row
from deliberation.rulesets import service as rulesets

DEFAULT_MINUTES = 20
_COMING = (MeetingState.PLANNED, MeetingState.NOTICED, MeetingState.CONVENED)
LISTED_IN_PROPOSAL = 50
"""How many ranked demands a proposal's entry keeps, so that it can be ranked again."""


async def items_of(meeting: UUID) -> list[AgendaItem]:
    return await AgendaItem.filter(meeting_id=meeting).order_by("position")


async def weights_of(community: UUID) -> Weights:
    return Weights.from_json(await rulesets.in_force(community, rulesets.RANKING))


async def ranking_for(meeting: Meeting, *, at: datetime) -> list[Ranked]:
    """What an agenda of that meeting is drawn up from: the list, without what stands on the
    agenda of another coming meeting."""
    ranked = await ranking_of(await Community.get(id=meeting.community_id), at=at)
    elsewhere = await _coming_items(besides=meeting.id).filter(demand_id__not_isnull=True)
    taken = {item.demand_id for item in elsewhere}
    return [r for r in ranked if r.demand.id not in taken]


def _coming_items(*, besides: UUID | None = None) -> QuerySet[AgendaItem]:
    """Items of meetings that are still to be held, or are being held."""
    items = AgendaItem.filter(meeting__state__in=_COMING)
    return items.exclude(meeting_id=besides) if besides else items


async def ranking_of(community: Community, *, at: datetime) -> list[Ranked]:
    """Demands on the list, ranked by the community's published weights on the present day."""
    listed = await Demand.filter(community_id=community.id, state="listed", is_private=False)
    on = at.astimezone(ZoneInfo(community.zone)).date()
    return rank([_standing(d) for d in listed], await weights_of(community.id), on)


def _standing(demand: Demand) -> DemandStanding:
    return DemandStanding(
        id=demand.id,
        number=demand.number,
        domain=demand.domain,
        households=demand.supporters_listed + demand.supporters_signed,
        raised_on=demand.raised_on,
        carried_over=demand.carried_over,
    )


async def editable(meeting: UUID) -> Meeting:
    """The meeting, if its agenda may still be edited; raises AGENDA_FROZEN."""
    found = await require_meeting(meeting)
    rules.check_may_edit(MeetingState(found.state))
    return found


async def held_on(meeting: Meeting) -> date:
    """Its day where the community is."""
    community = await Community.get(id=meeting.community_id)
    return meeting.starts_at.astimezone(ZoneInfo(community.zone)).date()


async def carried_matters(community: UUID, *, besides: Sequence[UUID] = ()) -> list[Matter]:
    """Matters under discussion or decision that no coming agenda holds yet, the oldest first."""
    planned = await _coming_items().filter(matter_id__not_isnull=True)
    taken = {item.matter_id for item in planned} | set(besides)
    active = await Matter.filter(
        community_id=community, state=MatterState.ACTIVE, step__in=[Step.DISCUSS, Step.DECIDE]
    ).order_by("opened_at")
    return [matter for matter in active if matter.id not in taken]


async def elsewhere(meeting: Meeting) -> list[AgendaItem]:
    """What stands on the agendas of other coming meetings, each with its meeting."""
    items = _coming_items(besides=meeting.id).filter(meeting__community_id=meeting.community_id)
    return await items.order_by("meeting__starts_at", "position").prefetch_related("meeting")


@journal.shielded
async def propose_agenda(actor: Actor, meeting: UUID, *, at: datetime) -> list[AgendaItem]:
    """Fill the time that is left: first what earlier meetings left over, then the demand list
    by rank. What is on the agenda already stays."""
    actor.require(Permission.PREPARE)
    async with journal.record(meeting, actor=actor.person, within=actor.community, at=at) as entry:
        found = await editable(meeting)
        await lock_row(found.community_id)
        items = await items_of(meeting)
        left = found.minutes - sum(item.minutes for item in items)
        for matter in await carried_matters(found.community_id):
            if left < DEFAULT_MINUTES:
                break
            items.append(await _add(entry, found, len(items) + 1, matter=matter))
            left -= DEFAULT_MINUTES
        ranked = await _unused(found, items, at)
        chosen = propose(ranked, left, DEFAULT_MINUTES)
        weights = await weights_of(found.community_id)
        listed = tuple(r.to_json() for r in ranked[:LISTED_IN_PROPOSAL])
        entry.tell(
            AgendaProposed(rule=weights.to_json(), ranking=listed), subject=f"meeting:{meeting}"
        )
        by_id = {r.demand.id: r for r in ranked}
        for proposed in chosen:
            demand = await require_demand(proposed.demand)
            item = await _add(entry, found, len(items) + 1, demand=demand, ranked=by_id[demand.id])
            items.append(item)
    return items


async def _unused(meeting: Meeting, items: Sequence[AgendaItem], at: datetime) -> list[Ranked]:
    used = {item.demand_id for item in items}
    return [r for r in await ranking_for(meeting, at=at) if r.demand.id not in used]


async def _add(
    entry: journal.Recorder,
    meeting: Meeting,
    position: int,
    *,
    demand: Demand | None = None,
    matter: Matter | None = None,
    ranked: Ranked | None = None,
    title: str = "",
    reason: str = "",
) -> AgendaItem:
    step = Step(matter.step) if matter else (Step.DISCUSS if demand else Step.RAISE)
    named = matter.title if matter else (demand.title if demand else title)
    item = await AgendaItem.create(
        id=uuid4(),
        meeting_id=meeting.id,
        position=position,
        demand_id=demand.id if demand else None,
        matter_id=matter.id if matter else None,
        title=named,
        step=step,
        minutes=DEFAULT_MINUTES,
        reasons=canonical(ranked.to_json()) if ranked else "",
        override_reason=reason,
    )
    added = AgendaItemAdded(
        item=item.id,
        title=item.title,
        step=item.step,
        minutes=item.minutes,
        matter=item.matter_id,
        demand=item.demand_id,
        reason=reason or None,
    )
    entry.tell(added, subject=f"item:{item.id}")
    return item


@journal.shielded
async def add_demand(
    actor: Actor, meeting: UUID, demand: UUID, *, reason: str = "", at: datetime
) -> None:
    """Put a demand on the agenda; out of its turn only with a reason, which is published."""
    actor.require(Permission.PREPARE)
    async with journal.record(meeting, actor=actor.person, within=actor.community, at=at) as entry:
        found = await editable(meeting)
        await lock_row(found.community_id)
        items = await items_of(meeting)
        row = await require_demand(demand)
        actor.check_in(row.community_id)
        check_not_merged(row)
        check_public(row)
        await _check_only_here(_coming_items(besides=meeting).filter(demand_id=demand))
        if row.state != "listed" or any(item.demand_id == demand for item in items):
            raise Refusal(Code.AGENDA_ALREADY_ON)
        ranked = await ranking_for(found, at=at)
        before = demands_on(items)
        _check_reason(before, [*before, demand], ranked, reason)
        place = next((r for r in ranked if r.demand.id == demand), None)
        await _add(entry, found, len(items) + 1, demand=row, ranked=place, reason=reason)


def check_public(demand: Demand) -> None:
    """A dispute, and what was sent elsewhere, is on no agenda: AGENDA_DEMAND_UNSUITABLE."""
    if demand.is_private or demand.state in ("referred", "resolved", "declined"):
        raise Refusal(Code.AGENDA_DEMAND_UNSUITABLE, number=demand.number)


async def _check_only_here(others: QuerySet[AgendaItem]) -> None:
    """One matter, one coming meeting. Raises AGENDA_ELSEWHERE."""
    other = await others.prefetch_related("meeting").first()
    if other is not None:
        raise Refusal(Code.AGENDA_ELSEWHERE, meeting=other.meeting.title)


def demands_on(items: Sequence[AgendaItem]) -> list[UUID]:
    return [item.demand_id for item in items if item.demand_id is not None]


def _check_reason(
    before: Sequence[UUID], after: Sequence[UUID], ranked: Sequence[Ranked], reason: str
) -> None:
    rules.check_reason(before, after, [r.demand.id for r in ranked], reason)


@journal.shielded
async def add_matter(actor: Actor, meeting: UUID, matter: UUID, *, at: datetime) -> None:
    """Put a matter on the agenda, at the step it has come to."""
    actor.require(Permission.PREPARE)
    async with journal.record(meeting, actor=actor.person, within=actor.community, at=at) as entry:
        found = await editable(meeting)
        await lock_row(found.community_id)
        items = await items_of(meeting)
        row = await require_matter(matter)
        actor.check_in(row.community_id)
        await _check_only_here(_coming_items(besides=meeting).filter(matter_id=matter))
        if row.state != MatterState.ACTIVE or any(item.matter_id == matter for item in items):
            raise Refusal(Code.AGENDA_ALREADY_ON)
        await _add(entry, found, len(items) + 1, matter=row)


async def demands_behind(matter: UUID) -> list[Demand]:
    rows = await MatterDemand.filter(matter_id=matter).prefetch_related("demand")
    return [row.demand for row in rows]
