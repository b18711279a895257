"""Sending a demand where it goes, and off the agendas that it stands on without a notice."""

from datetime import datetime
from uuid import UUID

from deliberation import journal
from deliberation.agendas.editing import renumber
from deliberation.agendas.models import AgendaItem
from deliberation.agendas.service import items_of
from deliberation.demands import triage
from deliberation.demands.models import Demand
from deliberation.demands.routes import Route
from deliberation.demands.sending import Order
from deliberation.journal.events import AgendaItemRemoved
from deliberation.matters.models import MatterDemand
from deliberation.meetings.rules import MeetingState
from deliberation.meetings.service import require_meeting
from deliberation.people.roles import Actor
from deliberation.people.service import lock_row


async def reroute(actor: Actor, demand: UUID, order: Order, *, at: datetime) -> Demand:
    """As `triage`; what is not to be deliberated on leaves the agendas that are being drawn up.

    A notice that goes out in between is refused with AGENDA_DEMAND_UNSUITABLE.
    """
    was_public = await MatterDemand.exists(demand_id=demand)
    found = await triage.triage(actor, demand, order, was_public=was_public, at=at)
    if order.route is not Route.DELIBERATION:
        with journal.commanded(None):  # the form's command was answered by the first unit of work
            await take_off(actor, found.id, at=at)
    return found


async def take_off(actor: Actor, demand: UUID, *, at: datetime) -> None:
    """Off every agenda without a notice; why stands with the demand, not with the meeting."""
    rows = AgendaItem.filter(demand_id=demand, is_noticed=False, matter_id=None)
    for meeting in {item.meeting_id for item in await rows}:
        await _take_off(actor, meeting, demand, at=at)


@journal.shielded
async def _take_off(actor: Actor, meeting: UUID, demand: UUID, *, at: datetime) -> None:
    async with journal.record(meeting, actor=actor.person, within=actor.community, at=at) as entry:
        found = await require_meeting(meeting)
        await lock_row(found.community_id)
        if found.state != MeetingState.PLANNED:
            return
        items = await items_of(meeting)
        for item in [one for one in items if one.demand_id == demand]:
            await AgendaItem.filter(id=item.id).delete()
            entry.tell(AgendaItemRemoved(item=item.id), subject=f"item:{item.id}")
        await renumber([one for one in items if one.demand_id != demand])
