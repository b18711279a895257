"""Hand-overs by name: what comes back, who has which, and who asked having the last word."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from tortoise.queryset import QuerySet

from deliberation import journal
from deliberation.demands import routes
from deliberation.demands.models import Demand, Handover
from deliberation.demands.routes import Cumulative, HandoverState, Outcome, Route, Served, Standing
from deliberation.demands.sending import (
    Order,
    answer,
    days_of,
    end_handover,
    list_again,
    send,
    subject_of,
)
from deliberation.demands.service import require_demand
from deliberation.errors import Code, Refusal
from deliberation.i18n import N_
from deliberation.journal.events import DemandDisputed, HandoverAccepted
from deliberation.people.models import Community
from deliberation.people.roles import Actor, Permission
from deliberation.people.service import require_row

PAGE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """What came back, in words; `then` hands it on to somebody else at once."""

    outcome: Outcome
    words: str
    then: Order | None = None


async def require_handover(handover: UUID) -> Handover:
    """With its demand. Raises NOT_FOUND."""
    found = await Handover.get_or_none(id=handover).prefetch_related("demand")
    if found is None:
        raise Refusal(Code.NOT_FOUND)
    return found


def may_return(actor: Actor, handover: Handover) -> bool:
    """A liaison of the organisation that has it, or staff of the community."""
    if actor.organisation is not None:
        theirs = actor.organisation == handover.organisation_id
        return theirs and actor.may(Permission.REPORT_PROGRESS)
    return actor.may(Permission.PREPARE) and actor.belongs_to(handover.demand.community_id)


async def _allowed(actor: Actor, handover: UUID) -> Handover:
    """Raises SIGN_IN_REQUIRED, NOT_PERMITTED, and NOT_FOUND to whom it is no business of."""
    if not actor.may(Permission.PREPARE):
        actor.require(Permission.REPORT_PROGRESS)
    found = await require_handover(handover)
    if not may_return(actor, found):
        raise Refusal(Code.NOT_FOUND)
    return found


@journal.shielded
async def returned(actor: Actor, handover: UUID, back: Return, *, at: datetime) -> None:
    """What was handed over came back: settled, and those who asked have their answer; or not, and
    it is looked at again, or goes on to somebody else.

    Raises NOT_FOUND, FIELD_MISSING, FIELD_INVALID, HANDOVER_SETTLED.
    """
    asked = await _allowed(actor, handover)
    words = routes.words_from(back.words, N_("结果说明"))
    if back.outcome not in routes.RETURNS:
        raise Refusal(Code.FIELD_INVALID, field=N_("结果"))
    stream = asked.demand.community_id
    async with journal.record(stream, actor=actor.person, within=stream, at=at) as entry:
        found, community = await require_handover(handover), await require_row(stream)
        demand = await require_demand(found.demand_id)
        await end_handover(entry, demand, found, back.outcome, words)
        if back.outcome is Outcome.SETTLED:
            demand.state = "resolved"
            is_quiet = found.kind in routes.QUIET or demand.is_private
            await answer(entry, demand, words, is_settled=True, is_quiet=is_quiet)
        elif back.then is None:
            await list_again(entry, community, demand)
        else:
            _check_goes_on(actor, demand, back.then)
            await send(entry, community, demand, back.then)


def _check_goes_on(actor: Actor, demand: Demand, order: Order) -> None:
    """Only staff hand on, and to somebody: what nobody has is triaged."""
    actor.require(Permission.PREPARE)
    if order.route not in routes.HANDED:
        raise Refusal(Code.DEMAND_ROUTE_UNSUITABLE)
    standing = Standing(state=demand.state, is_private=demand.is_private)
    routes.check_route(standing, order.route)


@journal.shielded
async def accept(actor: Actor, handover: UUID, *, at: datetime) -> date:
    """Whoever asked was told that the petition is accepted; returns the day until which it is to
    be closed. Raises NOT_FOUND, HANDOVER_SETTLED."""
    asked = await _allowed(actor, handover)
    stream = asked.demand.community_id
    async with journal.record(stream, actor=actor.person, within=stream, at=at) as entry:
        found, community = await require_handover(handover), await require_row(stream)
        if found.kind != Route.PETITION:
            raise Refusal(Code.NOT_FOUND)
        if found.state != HandoverState.OPEN or found.outcome:
            raise Refusal(Code.HANDOVER_SETTLED)
        days = await days_of(stream)
        due = routes.local_day(at, community.zone) + timedelta(days=days.closed)
        found.outcome, found.due_on = Outcome.ACCEPTED.value, due
        await found.save(update_fields=["outcome", "due_on"])
        await Demand.filter(id=found.demand_id).update(due_on=due, changed_at=at)
        told = HandoverAccepted(demand=found.demand_id, handover=found.id, due_on=due)
        entry.tell(told, subject=subject_of(found.demand))
    return due


@journal.shielded
async def withdraw(actor: Actor, handover: UUID, reason: str, *, at: datetime) -> None:
    """Take back what was handed over, with a reason; it is looked at again."""
    actor.require(Permission.PREPARE)
    asked = await require_handover(handover)
    actor.check_in(asked.demand.community_id)
    why = routes.reason_from(reason, Route.SERVICE)
    stream = asked.demand.community_id
    async with journal.record(stream, actor=actor.person, within=stream, at=at) as entry:
        found, community = await require_handover(handover), await require_row(stream)
        demand = await require_demand(found.demand_id)
        await end_handover(entry, demand, found, None, why)
        await list_again(entry, community, demand)


@journal.shielded
async def dispute(actor: Actor, demand: UUID, reason: str, *, at: datetime) -> None:
    """Whoever raised a demand says that direct service has not settled it: once, and in time. It
    is looked at again. Raises NOT_PERMITTED, REASON_REQUIRED, DEMAND_DISPUTE_OVER."""
    actor.require(Permission.RAISE_DEMAND)
    why = routes.reason_from(reason, Route.SERVICE)
    asked = await require_demand(demand)
    actor.check_in(asked.community_id)
    if asked.raised_by_id is None or asked.raised_by_id != actor.person:
        raise Refusal(Code.NOT_PERMITTED)
    stream = asked.community_id
    async with journal.record(stream, actor=actor.person, within=stream, at=at) as entry:
        found, community = await require_demand(demand), await require_row(stream)
        last = await _disputable(found, community, at)
        if last is None:
            raise Refusal(Code.DEMAND_DISPUTE_OVER)
        last.outcome = Outcome.DISPUTED.value
        await last.save(update_fields=["outcome"])
        said = "" if found.is_private else why
        told = DemandDisputed(demand=found.id, handover=last.id, reason=said)
        private = {"reason": why} if found.is_private else None
        entry.tell(told, subject=subject_of(found), restricted=private)
        await list_again(entry, community, found)


async def _disputable(demand: Demand, community: Community, at: datetime) -> Handover | None:
    """The direct service by which a demand was answered, while that may be disputed."""
    if demand.state != "resolved" or demand.route != Route.SERVICE:
        return None
    rows = await Handover.filter(demand_id=demand.id, kind=Route.SERVICE).order_by("handed_at")
    last = rows[-1] if rows else None
    if last is None or last.outcome != Outcome.SETTLED or last.returned_at is None:
        return None
    disputes = sum(row.outcome == Outcome.DISPUTED for row in rows)
    answered_on = routes.local_day(last.returned_at, community.zone)
    today = routes.local_day(at, community.zone)
    days = await days_of(community.id)
    return last if routes.may_dispute(answered_on, today, days, disputes) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Routed:
    """Where a demand went and what came back, as one viewer may read it; `reads_words`: also what
    is for staff and for who asked."""

    handovers: Sequence[Handover] = field(default_factory=tuple)
    reads_words: bool = False
    may_dispute: bool = False


async def routed(actor: Actor, demand: Demand, *, at: datetime) -> Routed:
    """For the page of a demand. The hand-overs are in order, the first one first."""
    is_own = demand.raised_by_id is not None and demand.raised_by_id == actor.person
    is_staff = actor.may(Permission.PREPARE) and actor.belongs_to(demand.community_id)
    community = await require_row(demand.community_id)
    last = await _disputable(demand, community, at) if is_own else None
    return Routed(
        handovers=await Handover.filter(demand_id=demand.id).order_by("handed_at"),
        reads_words=is_own or is_staff,
        may_dispute=last is not None,
    )


def _open(community: UUID) -> QuerySet[Handover]:
    return Handover.filter(demand__community_id=community, state=HandoverState.OPEN)


async def open_handovers(community: UUID, *, page: int = 1) -> Sequence[Handover]:
    """With their demands, by the day that is due: what is overdue comes first."""
    offset = (max(1, page) - 1) * PAGE
    rows = _open(community).order_by("due_on", "handed_at").offset(offset).limit(PAGE)
    return await rows.prefetch_related("demand")


async def count_open(community: UUID) -> int:
    return await _open(community).count()


async def handed_to(organisation: UUID, *, page: int = 1) -> Sequence[Handover]:
    """What an organisation has, with the demands, by the day that is due."""
    rows = Handover.filter(organisation_id=organisation, state=HandoverState.OPEN)
    offset = (max(1, page) - 1) * PAGE
    ordered = rows.order_by("due_on", "handed_at").offset(offset).limit(PAGE)
    return await ordered.prefetch_related("demand__community")


async def count_handed_to(organisation: UUID) -> int:
    return await Handover.filter(organisation_id=organisation, state=HandoverState.OPEN).count()


async def answered(community: UUID, *, page: int = 1) -> tuple[Sequence[Demand], int]:
    """A page of what has its answer by one of the routes, the latest first, and how many."""
    query = Demand.filter(community_id=community, answered_at__not_isnull=True)
    query = query.filter(state__in=["resolved", "declined"], route__not_in=["", "deliberation"])
    offset = (max(1, page) - 1) * PAGE
    rows = await query.order_by("-answered_at", "number").offset(offset).limit(PAGE)
    return rows, await query.count()


async def service_record(
    community: Community, *, since: date | None = None, until: date | None = None
) -> Cumulative:
    """How soon direct service settled what it was handed on those days (all, without any)."""
    rows = await Handover.filter(
        demand__community_id=community.id,
        kind=Route.SERVICE,
        state__not=HandoverState.WITHDRAWN,
    ).values_list("handed_at", "returned_at", "outcome")
    served = [_served(handed, back, outcome, community.zone) for handed, back, outcome in rows]
    return routes.cumulative(
        one
        for one in served
        if (since is None or one.handed_on >= since) and (until is None or one.handed_on <= until)
    )


def _served(handed_at: datetime, returned_at: datetime | None, outcome: str, zone: str) -> Served:
    is_settled = outcome == Outcome.SETTLED and returned_at is not None
    return Served(
        handed_on=routes.local_day(handed_at, zone),
        settled_on=routes.local_day(returned_at, zone) if is_settled and returned_at else None,
    )
