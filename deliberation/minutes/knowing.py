"""What the agendas and the minutes know of a matter, for the procedure that it goes by."""

from deliberation.agendas.models import AgendaItem
from deliberation.matters.models import Matter
from deliberation.matters.service import Known
from deliberation.minutes.models import Minutes


async def known_of(matter: Matter) -> Known:
    """Whether a meeting dealt with it, with a wording, and whether its minutes are published."""
    items = await AgendaItem.filter(matter_id=matter.id)
    dealt = [item.meeting_id for item in items if item.state == "closed"]
    return Known(
        was_discussed=bool(dealt),
        has_wording=any(item.wording for item in items),
        has_minutes=await Minutes.filter(meeting_id__in=dealt, state="published").exists(),
    )
