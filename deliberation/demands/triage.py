"""Triage: it is settled where each demand goes, why, and by when those who brought it hear."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from deliberation import journal, store
from deliberation.demands import routes
from deliberation.demands.models import Demand, Handover
from deliberation.demands.routes import Days, HandoverState, Route, Standing
from deliberation.demands.sending import KIND, Order, days_of, end_handover, send
from deliberation.demands.service import require_demand
from deliberation.errors import Code, Refusal
from deliberation.i18n import N_
from deliberation.journal.events import SettingAdopted
from deliberation.people.models import Community
from deliberation.people.roles import Actor, Permission
from deliberation.people.service import home_of, lock_row
from deliberation.rulesets.service import adopt

PAGE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A demand that nobody has looked at, and until when somebody is to."""

    demand: Demand
    due_on: date
    is_late: bool


@journal.shielded
async def triage(
    actor: Actor, demand: UUID, order: Order, *, was_public: bool = False, at: datetime
) -> Demand:
    """Settle where a demand goes. `was_public`: a meeting has dealt with it.

    What was handed over before is withdrawn. Raises NOT_FOUND, DEMAND_ROUTE_UNSUITABLE,
    REASON_REQUIRED, DEADLINE_IN_THE_PAST, FIELD_MISSING, ORGANISATION_LEFT.
    """
    actor.require(Permission.PREPARE)
    async with journal.record(
        home_of(actor), actor=actor.person, within=actor.community, at=at
    ) as entry:
        community = await lock_row(home_of(actor))
        found = await require_demand(demand)
        actor.check_in(found.community_id)
        standing = Standing(state=found.state, is_private=found.is_private, was_public=was_public)
        routes.check_route(standing, order.route)
        before = await Handover.filter(demand_id=found.id, state=HandoverState.OPEN)
        for handover in before:
            await end_handover(entry, found, handover, None, "")
        await send(entry, community, found, order)
    return found


@journal.shielded
async def adopt_days(actor: Actor, days: Days, *, at: datetime) -> None:
    """Set how long answers may take; what is due already keeps its day."""
    actor.require(Permission.PREPARE)
    routes.check_days(days)
    community = home_of(actor)
    async with journal.record(community, actor=actor.person, within=community, at=at) as entry:
        if days == await days_of(community):
            return
        data = days.to_json()
        version = await adopt(community, KIND, data, at=at)
        entry.tell(SettingAdopted(key=KIND, version=version, data=data))


async def waiting(community: Community, today: date, *, page: int = 1) -> Sequence[Waiting]:
    """The queue of what nobody has looked at, by the day until which somebody is to."""
    days = await days_of(community.id)
    statement = store.sql(
        sqlite=f"{_QUEUE} COALESCE(due_on, date(raised_on, '+' || ? || ' days')) {_REST}",
        postgres=f"{_QUEUE} COALESCE(due_on, raised_on + CAST(? AS integer)) {_REST}",
    )
    offset = (max(1, page) - 1) * PAGE
    rows = await store.read(statement, community.id, days.answer, PAGE, offset)
    ids = [store.identity(row["id"]) for row in rows]
    known = {row.id: row for row in await Demand.filter(id__in=ids)}
    return [_waiting(known[one], days, today) for one in ids if one in known]


_QUEUE = "SELECT id FROM demand WHERE community_id = ? AND state = 'listed' AND route = '' ORDER BY"
_REST = ", number LIMIT ? OFFSET ?"


def _waiting(demand: Demand, days: Days, today: date) -> Waiting:
    due = routes.answer_due_on(demand.raised_on, demand.due_on, days)
    return Waiting(demand=demand, due_on=due, is_late=due < today)


async def count_waiting(community: UUID) -> int:
    return await Demand.filter(community_id=community, state="listed", route="").count()


async def require_own(actor: Actor, demand: UUID) -> Demand:
    """A demand of the actor's community. Raises NOT_FOUND."""
    found = await require_demand(demand)
    actor.check_in(found.community_id)
    return found


def route_from(text: str) -> Route:
    """Raises FIELD_MISSING where none was chosen."""
    try:
        return Route(text)
    except ValueError:
        raise Refusal(Code.FIELD_MISSING, field=N_("转到哪里")) from None
