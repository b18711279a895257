"""What the agenda board shows beside the agenda itself: the list, the matters, the checks."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from deliberation.agendas import editing, rules
from deliberation.agendas import service as agendas
from deliberation.agendas.models import AgendaItem
from deliberation.agendas.publishing import checks_for, roll_for, rule_for, rules_for
from deliberation.demands.models import Demand
from deliberation.matters.models import Matter
from deliberation.matters.steps import MatterState
from deliberation.meetings.days import notice_deadline
from deliberation.meetings.models import Meeting
from deliberation.rulesets.wording import METHODS
from deliberation.web.itemvotes import choices_for
from deliberation.web.visit import Visit

SHOWN = 8
"""Ranked demands that are seen at once, besides those taken; the others are a press away."""
LISTED = 200


def begins_of(starts_at: datetime, items: Sequence[AgendaItem]) -> list[datetime]:
    """When each item begins if all before it keep their minutes; at last, when all are done."""
    begins = [starts_at]
    for item in items:
        begins.append(begins[-1] + timedelta(minutes=item.minutes))
    return begins


async def drawing_of(visit: Visit, meeting: Meeting, items: Sequence[AgendaItem]) -> dict[str, Any]:
    """What is needed to draw the agenda up."""
    ranked = await agendas.ranking_for(meeting, at=visit.now)
    demands = await Demand.filter(id__in=[r.demand.id for r in ranked[:LISTED]])
    found = await checks_for(meeting, at=visit.now)
    held_on = meeting.starts_at.astimezone(visit.zone).date()
    carried = await agendas.carried_matters(visit.here.id)
    elsewhere = await agendas.elsewhere(meeting)
    places = {item.demand_id: item.position for item in items if item.demand_id}
    return {
        "ranked": ranked[:LISTED],
        "unlisted": max(0, len(ranked) - LISTED),
        "shown": SHOWN + len(places),
        "demands": {demand.id: demand for demand in demands},
        "places": places,
        "carried": carried,
        "other_matters": await _other_matters(visit, carried, [*items, *elsewhere]),
        "elsewhere": elsewhere,
        "steps_of": {item.id: await editing.steps_open_to(item) for item in items},
        "rule_choices": await choices_for(visit, held_on),
        "methods": METHODS,
        "checks": found,
        "failed": rules.failed(found),
        "ends_at": meeting.starts_at + timedelta(minutes=meeting.minutes),
        "passed": sum(check.state is rules.CheckState.PASSED for check in found),
        "notice_by": notice_deadline(held_on, await _notice_days(visit, meeting, items)),
        "roll": len(await roll_for(meeting)),
    }


async def _notice_days(visit: Visit, meeting: Meeting, items: Sequence[AgendaItem]) -> int:
    """The longest of the meeting's rule and those of its items."""
    named = await rules_for(visit.here.id, items)
    chosen = [named[item.rule_key] for item in items if item.rule_key]
    return max(rule.notice_days for rule in (await rule_for(meeting), *chosen))


async def _other_matters(
    visit: Visit, carried: Sequence[Matter], items: Sequence[AgendaItem]
) -> list[Matter]:
    """Active matters that may be reported on too."""
    taken = {matter.id for matter in carried} | {item.matter_id for item in items}
    active = await Matter.filter(community_id=visit.here.id, state=MatterState.ACTIVE)
    return [matter for matter in active if matter.id not in taken]
