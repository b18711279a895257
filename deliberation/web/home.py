"""The first page: the next day, what is to be rated, one's demands, matters under way."""

from collections.abc import Sequence
from typing import Any

from starlette.responses import Response

from deliberation.ballots.standing import standing_in
from deliberation.demands.listing import count_own, own_demands
from deliberation.i18n import N_
from deliberation.matters.following import follow, waiting_for_rating
from deliberation.matters.models import Matter
from deliberation.matters.steps import MatterState, Step
from deliberation.meetings.days import notice_deadline
from deliberation.meetings.models import DeliberationDay, Meeting
from deliberation.people.roles import Permission
from deliberation.reminders.service import most_urgent
from deliberation.rulesets.service import meeting_rule
from deliberation.web.pages import page
from deliberation.web.reminders import Told, told
from deliberation.web.routing import Page, get
from deliberation.web.visit import Visit

SHOWN = 4


async def home(visit: Visit) -> Response:
    community = visit.here
    live = await Meeting.filter(community_id=community.id, state="convened").first()
    active = Matter.filter(community_id=community.id, state=MatterState.ACTIVE)
    rows = await active.order_by("-stepped_at").limit(SHOWN)
    return page(
        visit,
        "home.html",
        live_meeting={"id": live.id, "title": live.title} if live else None,
        standing=await standing_in(community.id, visit.actor, at=visit.now),
        next_day=await _next_day(visit),
        to_rate=await _to_rate(visit),
        urgent=await _urgent(visit),
        matters=[_matter(visit, matter) for matter in rows],
        matters_count=await active.count(),
        **await _own(visit),
    )


async def _first_day_to_come(visit: Visit) -> DeliberationDay | None:
    """The next day that is not over: once its meeting is, the one after it counts."""
    days = await (
        DeliberationDay.filter(
            community_id=visit.here.id, held_on__gte=visit.today, state="planned"
        )
        .order_by("held_on")
        .limit(2)
    )
    for day in days:
        states = {row.state for row in await Meeting.filter(day_id=day.id)} - {"cancelled"}
        if states != {"adjourned"}:
            return day
    return None


async def _next_day(visit: Visit) -> dict[str, Any] | None:
    day = await _first_day_to_come(visit)
    if day is None:
        return None
    meeting = await Meeting.filter(day_id=day.id, state__in=["noticed", "convened"]).first()
    rule = await meeting_rule(visit.here.id)
    return {
        "on": day.held_on,
        "days_left": (day.held_on - visit.today).days,
        "starts_at": day.starts_at,
        "venue": day.venue,
        "notice_by": notice_deadline(day.held_on, rule.notice_days),
        "meeting": meeting.id if meeting else None,
    }


async def _urgent(visit: Visit) -> Told | None:
    person = visit.actor.person
    found = await most_urgent(person, at=visit.now) if person and visit.unread else None
    return told(visit, found) if found else None


async def _to_rate(visit: Visit) -> list[Matter]:
    household = visit.actor.household
    return await waiting_for_rating(household) if household else []


async def _own(visit: Visit) -> dict[str, Any]:
    """The last demands somebody brought, how many they are, and what became of them."""
    person = visit.actor.person
    brought = await own_demands(person) if person else []
    return {
        "brought": brought,
        "brought_count": await count_own(person) if person else 0,
        "followed": await follow(brought, visit.today),
    }


def _matter(visit: Visit, matter: Matter) -> dict[str, Any]:
    translate = visit.translations.gettext
    note = ""
    if matter.due_on is not None and matter.step == Step.DELIVER:
        overdue = (visit.today - matter.due_on).days
        words = N_("逾期{n}天") if overdue > 0 else N_("还有{n}天到期")
        note = translate(words).format(n=abs(overdue))
    return {
        "id": matter.id,
        "title": matter.title,
        "step": matter.step,
        "note": note,
    }


PAGES: Sequence[Page] = (get("/", Permission.PUBLIC, home),)
