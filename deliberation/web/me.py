"""What is one's own: receipts, demands, what is to be rated; and the staff's desk."""

from collections.abc import Sequence

from starlette.responses import Response

from deliberation.ballots import service as ballots
from deliberation.demands import service as demands
from deliberation.meetings.models import DeliberationDay, Meeting
from deliberation.minutes.models import Minutes
from deliberation.people import service as people
from deliberation.people.roles import Permission
from deliberation.web.pages import page
from deliberation.web.routing import Page, get
from deliberation.web.visit import Visit


async def me(visit: Visit) -> Response:
    person, household = visit.actor.present_person(), visit.actor.household
    return page(
        visit,
        "me/me.html",
        section="mine",
        unit=await people.unit_label(household) if household else "",
        demands=await demands.own_demands(person, limit=20),
        votes=await ballots.own_votes(household) if household else [],
    )


async def receipts(visit: Visit) -> Response:
    """Own votes with their receipts, and how to find them in the published list."""
    household = visit.actor.household
    votes = await ballots.own_votes(household) if household else []
    return page(visit, "me/receipts.html", section="mine", votes=votes)


async def ballot(visit: Visit) -> Response:
    """The published list of a ballot: everybody finds their own receipt, anyone counts again."""
    found = await ballots.require_ballot(visit.path_id("ballot"))
    is_announced = found.state == "announced"
    lines = await ballots.published_votes(found.id) if is_announced else []
    return page(
        visit,
        "me/ballot.html",
        section="minutes",
        ballot=found,
        is_announced=is_announced,
        votes=sorted(lines, key=lambda vote: vote.receipt),
    )


async def desk(visit: Visit) -> Response:
    """What staff do next, in order."""
    community = visit.here
    day = (
        await DeliberationDay.filter(
            community_id=community.id, held_on__gte=visit.today, state="planned"
        )
        .order_by("held_on")
        .first()
    )
    meetings = await Meeting.filter(community_id=community.id).order_by("-starts_at").limit(10)
    minutes = await Minutes.filter(meeting_id__in=[m.id for m in meetings])
    return page(
        visit,
        "desk/desk.html",
        section="desk",
        households=await people.count_households(community.id),
        demands=sum((await demands.count_by(community.id, "state")).values()),
        day=day,
        meetings=meetings,
        minutes={m.meeting_id: m for m in minutes},
    )


PAGES: Sequence[Page] = (
    get("/me", Permission.ATTEND, me),
    get("/me/receipts", Permission.ATTEND, receipts),
    get("/me/demands", Permission.ATTEND, me),
    get("/me/ratings", Permission.ATTEND, me),
    get("/meetings/{meeting}/ballots/{ballot}", Permission.PUBLIC, ballot),
    get("/desk", Permission.PREPARE, desk),
)
