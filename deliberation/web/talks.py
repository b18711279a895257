"""Informal meetings (吃茶话事, 夜话), and the year's suggestions, measures and problems solved."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from typing import Any
from uuid import UUID

from starlette.responses import Response

from deliberation.errors import Code, Refusal
from deliberation.i18n import N_
from deliberation.meetings import calling
from deliberation.meetings.kinds import TALK, Hours
from deliberation.meetings.models import Meeting
from deliberation.people.roles import Permission
from deliberation.suggestions.drawing import drawn
from deliberation.suggestions.lineage import Lineage, lineage_of_year, problem_of, years_of
from deliberation.suggestions.models import Suggestion
from deliberation.web import guarding
from deliberation.web.callings import calling_of, choices_of
from deliberation.web.pages import go, page
from deliberation.web.routing import Page, get, post
from deliberation.web.trying import UNTRIED, Fields, Tried, page_number, tried
from deliberation.web.visit import Visit

PAGE = 20
USUAL_MINUTES = 90
_FIELDS: Fields = {
    "会议名称": "title",
    "venue": "venue",
    "哪一天": "on",
    "on": "on",
    "几点": "starts",
    "会议时长": "minutes",
    "minutes": "minutes",
    "scope": "scope",
    Code.DAY_IN_THE_PAST: "on",
    Code.VENUE_GONE: "venue",
    Code.BODY_GONE: "body",
}


async def listing(visit: Visit) -> Response:
    return await _listing(visit, UNTRIED)


async def _listing(visit: Visit, again: Tried) -> Response:
    number = page_number(visit)
    talks, total = await calling.talks_of(visit.here.id, page=number, size=PAGE)
    years = await years_of(visit.here, visit.today)
    lineage = await lineage_of_year(visit.here, year := _year(visit, years))
    return page(
        visit,
        "talks/list.html",
        status=again.status,
        section="days",
        talks=talks,
        noted=await _noted(talks),
        total=total,
        page_number=number,
        pages=max(1, -(-total // PAGE)),
        year=year,
        years=years,
        lineage=lineage,
        picture=picture_of(lineage),
        tried=again,
        **await choices_of(visit),
    )


def _year(visit: Visit, years: Sequence[int]) -> int:
    asked = visit.query.get("year", "")
    return int(asked) if asked in map(str, years) else visit.today.year


def picture_of(lineage: Lineage) -> Any:
    """The lineage drawn; None where there is nothing to draw."""
    if not lineage.suggestions and not lineage.measures:
        return None
    return drawn(
        [one.id for one in lineage.suggestions],
        [one.id for one in lineage.measures],
        [problem.key for problem in lineage.problems],
        [(one.suggestion_id, one.measure_id) for one in lineage.sources],
        [(one.measure_id, problem_of(one).key) for one in lineage.solutions],
    )


async def _noted(talks: Sequence[Meeting]) -> Mapping[UUID, int]:
    """How many suggestions each meeting brought."""
    counts: dict[UUID, int] = {}
    for row in await Suggestion.filter(meeting_id__in=[talk.id for talk in talks] or [UUID(int=0)]):
        if row.meeting_id is not None:
            counts[row.meeting_id] = counts.get(row.meeting_id, 0) + 1
    return counts


async def call(visit: Visit) -> Response:
    """Call a talk for an evening of its own, and go on to its notice."""
    called: list[UUID] = []

    async def act() -> None:
        talk = await calling.call_apart(
            visit.actor, calling_of(visit, kind=TALK), _hours(visit), at=visit.now
        )
        called.append(talk.id)

    again = await tried(visit, "call", act, _FIELDS)
    if again is not None:
        return await _listing(visit, again)
    return go(f"/meetings/{called[0]}/agenda" if called else "/talks")


def _hours(visit: Visit) -> Hours:
    on, starts = visit.day("on"), visit.text("starts", limit=5)
    if on is None:
        raise Refusal(Code.FIELD_MISSING, field=N_("哪一天"))
    try:
        begins = datetime.combine(on, time.fromisoformat(starts), visit.zone)
    except ValueError:
        raise Refusal(Code.FIELD_INVALID, field=N_("几点")) from None
    return Hours(starts_at=begins, minutes=visit.number("minutes", USUAL_MINUTES))


async def cancel(visit: Visit) -> Response:
    meeting, reason = visit.path_id("meeting"), visit.text("reason", limit=250)
    await guarding.done_once(
        visit, lambda: calling.cancel_meeting(visit.actor, meeting, reason, at=visit.now)
    )
    return go("/talks")


PAGES: Sequence[Page] = (
    get("/talks", Permission.PUBLIC, listing),
    post("/talks", Permission.PREPARE, call),
    post("/meetings/{meeting}/cancellation", Permission.PREPARE, cancel),
)
