"""The staff's desk: what waits for them, the meetings, and where everything else is."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.responses import Response
from tortoise.expressions import Q

from deliberation.attachments import service as attachments
from deliberation.claims import reading
from deliberation.claims.models import Escalation
from deliberation.claims.rules import EscalationState
from deliberation.demands import handing, triage
from deliberation.demands import listing as demands
from deliberation.i18n import N_
from deliberation.matters.models import Task
from deliberation.meetings.models import DeliberationDay, Meeting
from deliberation.minutes.models import Minutes
from deliberation.people import service as people
from deliberation.people.roles import Permission
from deliberation.web.pages import page
from deliberation.web.routing import Page, get
from deliberation.web.visit import Visit

MEETINGS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """So many things of one kind wait for staff, on a page."""

    words: str
    """A message of the catalogue."""
    href: str
    number: int
    is_late: bool = False


async def desk(visit: Visit) -> Response:
    """What staff do next, in order."""
    community = visit.here
    upcoming = DeliberationDay.filter(
        community_id=community.id, held_on__gte=visit.today, state="planned"
    )
    meetings = await _meetings(visit)
    minutes = await Minutes.filter(meeting_id__in=[m.id for m in meetings]).order_by("version")
    return page(
        visit,
        "desk/desk.html",
        section="desk",
        waits=[one for one in await _waits(visit) if one.number],
        households=await people.count_households(community.id),
        demands=sum((await demands.count_by(community.id, "state")).values()),
        day=await upcoming.order_by("held_on").first(),
        meetings=meetings,
        minutes={m.meeting_id: m for m in minutes},
    )


async def _meetings(visit: Visit) -> list[Meeting]:
    """Those to come and going on, and the latest before; not a talk that is over."""
    rows = Meeting.filter(community_id=visit.here.id).exclude(state="cancelled")
    is_of_use = ~Q(kind="talk") | ~Q(state="planned") | Q(starts_at__gte=visit.now)
    return await rows.filter(is_of_use).order_by("-starts_at").limit(MEETINGS)


async def _waits(visit: Visit) -> list[Waits]:
    here = visit.here.id
    tasks = Task.filter(community_id=here, state="open", due_on__lt=visit.today)
    found = [
        Waits(words=N_("需求待分流"), href="/triage", number=await triage.count_waiting(here)),
        Waits(words=N_("转办等结果"), href="/triage/handed", number=await handing.count_open(here)),
        Waits(words=N_("照片等着看"), href="/photos", number=len(await attachments.unseen(here))),
        Waits(
            words=N_("等待认领"),
            href="/claims",
            number=(await reading.waiting(here, visit.today)).total,
        ),
        Waits(words=N_("任务逾期"), href="/tasks", number=await tasks.count(), is_late=True),
    ]
    if visit.actor.may(Permission.OVERSEE):
        listed = Escalation.filter(upper_id=here, state=EscalationState.LISTED)
        late = Escalation.filter(
            upper_id=here, state=EscalationState.ASSIGNED, due_on__lt=visit.today
        )
        found += [
            Waits(words=N_("上报等待交办"), href="/escalations", number=await listed.count()),
            Waits(
                words=N_("交办逾期"), href="/escalations", number=await late.count(), is_late=True
            ),
        ]
    return found


PAGES: Sequence[Page] = (get("/desk", Permission.PREPARE, desk),)
