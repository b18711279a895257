"""What was suggested in a meeting or outside, the measures that answer it, and what they solved."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from starlette.responses import Response

from deliberation import journal
from deliberation.demands.models import Demand
from deliberation.demands.service import Raising, raise_demand
from deliberation.errors import Code, Refusal
from deliberation.i18n import N_
from deliberation.matters.models import Matter
from deliberation.meetings.models import Meeting
from deliberation.meetings.service import require_meeting
from deliberation.people.organisations import listed
from deliberation.people.roles import Permission
from deliberation.suggestions import service as suggestions
from deliberation.suggestions.lineage import (
    lineage_of_measure,
    lineage_of_meeting,
    lineage_outside,
)
from deliberation.suggestions.models import Suggestion
from deliberation.suggestions.service import Solving, Taking
from deliberation.web import guarding
from deliberation.web.bodies import named_of
from deliberation.web.pages import go, page
from deliberation.web.routing import Page, get, post
from deliberation.web.shown import shown_names
from deliberation.web.trying import UNTRIED, Fields, Tried, tried
from deliberation.web.visit import Visit

MATTERS = 200
LONGEST_TITLE = 60
"""Of a demand; what was suggested stands in full in its description."""
_NOTE_FIELDS: Fields = {
    "建议": "words",
    Code.PERSON_NOT_FOUND: "name",
    Code.CARD_MISTYPED: "card",
    Code.CARD_UNKNOWN: "card",
}
_TAKE_FIELDS: Fields = {
    "措施": "title",
    "根据哪些建议": "suggestions",
    "due_on": "due_on",
    Code.DAY_IN_THE_PAST: "due_on",
    Code.ORGANISATION_LEFT: "organisation",
}
_SOLVE_FIELDS: Fields = {
    "解决了什么问题": "words",
    "需求编号": "number",
    "solved_on": "solved_on",
    "哪天解决的": "solved_on",
    Code.PROBLEM_THERE: "words",
}


async def _meeting(visit: Visit) -> Meeting | None:
    """None for what was suggested in no meeting."""
    if "meeting" not in visit.request.path_params:
        return None
    found = await require_meeting(visit.path_id("meeting"))
    if found.community_id != visit.here.id:
        raise Refusal(Code.NOT_FOUND)
    return found


def _place(visit: Visit) -> str:
    """Where the pages of the meeting begin; nothing where there is none."""
    meeting = visit.request.path_params.get("meeting", "")
    return f"/meetings/{meeting}" if meeting else ""


async def of_meeting(visit: Visit) -> Response:
    return await _of_meeting(visit, UNTRIED)


async def _of_meeting(visit: Visit, again: Tried) -> Response:
    meeting = await _meeting(visit)
    lineage = await (lineage_of_meeting(meeting.id) if meeting else lineage_outside(visit.here.id))
    return page(
        visit,
        "talks/suggestions.html",
        status=again.status,
        section="days",
        meeting=meeting,
        place=_place(visit),
        lineage=lineage,
        names=await _names(visit, lineage.suggestions),
        demands=await _demands(lineage.suggestions),
        tried=again,
        chosen=visit.form.getlist("suggestions") if again.form == "take" else [],
        **await _choices(visit),
    )


async def _names(visit: Visit, rows: Sequence[Suggestion]) -> dict[UUID, str]:
    return await shown_names(visit, [row.person_id for row in rows if row.person_id])


async def _demands(rows: Sequence[Suggestion]) -> dict[UUID, Demand]:
    """Those on the list, by id."""
    wanted = [row.demand_id for row in rows if row.demand_id]
    found = await Demand.filter(id__in=wanted) if wanted else []
    return {demand.id: demand for demand in found}


async def _choices(visit: Visit) -> dict[str, Any]:
    if not visit.actor.may(Permission.PREPARE):
        return {"organisations": (), "matters": ()}
    rows = (
        await Matter.filter(community_id=visit.here.id, state="active")
        .order_by("-stepped_at")
        .limit(MATTERS)
    )
    present = (await listed(visit.here.id)).present
    return {
        "organisations": [(str(one.id), one.name) for one in present],
        "matters": [(str(row.id), f"{row.number} {row.title}") for row in rows],
    }


async def note(visit: Visit) -> Response:
    meeting = await _meeting(visit)
    again = await tried(
        visit,
        "note",
        lambda: suggestions.note_suggestion(
            visit.actor,
            visit.text("words", limit=1_000),
            meeting=meeting.id if meeting else None,
            named=named_of(visit),
            key=visit.desk.key,
            at=visit.now,
        ),
        _NOTE_FIELDS,
    )
    if again is not None:
        return await _of_meeting(visit, again)
    return go(f"{_place(visit)}/suggestions#note")


async def take(visit: Visit) -> Response:
    """Turn one or several suggestions into a measure."""
    again = await tried(visit, "take", lambda: _take(visit), _TAKE_FIELDS)
    if again is not None:
        return await _of_meeting(visit, again)
    return go(f"{_place(visit)}/suggestions")


async def _take(visit: Visit) -> None:
    taking = Taking(
        title=visit.text("title", limit=1_000),
        suggestions=[_id(text) for text in visit.form.getlist("suggestions")],
        organisation=visit.id("organisation"),
        due_on=visit.day("due_on"),
        matter=visit.id("matter"),
    )
    await suggestions.take_measure(visit.actor, taking, at=visit.now)


def _id(value: object) -> UUID:
    try:
        return UUID(str(value))
    except ValueError:
        raise Refusal(Code.FIELD_INVALID, field=N_("根据哪些建议")) from None


async def to_list(visit: Visit) -> Response:
    """Put a suggestion on the demand list; pressed twice, it is there once."""
    row = await suggestions.require_suggestion(visit.here.id, visit.path_id("suggestion"))
    if row.demand_id is None:
        demand = await _raised(visit, row)
        await suggestions.list_as_demand(visit.actor, row.id, demand, at=visit.now)
    return go(f"{_place(visit)}/suggestions")


async def _raised(visit: Visit, row: Suggestion) -> UUID:
    """The demand that was made of it; made now, or by the same form sent before."""
    raising = Raising(title=row.words[:LONGEST_TITLE], description=row.words, channel="talk")
    try:
        with journal.commanded(visit.text("command", limit=40) or None):
            return (await raise_demand(visit.actor, raising, at=visit.now)).id
    except journal.AlreadyAnswered as before:
        return UUID(str(before.answer["demand"]))


async def measure(visit: Visit) -> Response:
    return await _measure(visit, UNTRIED)


async def _measure(visit: Visit, again: Tried) -> Response:
    found = await suggestions.require_measure(visit.here.id, visit.path_id("measure"))
    lineage = await lineage_of_measure(found)
    organisations = await listed(visit.here.id)
    names = {one.id: one.name for one in (*organisations.present, *organisations.left)}
    return page(
        visit,
        "talks/measure.html",
        status=again.status,
        section="days",
        measure=found,
        lineage=lineage,
        organisation=names.get(found.organisation_id) if found.organisation_id else None,
        matter=await Matter.get_or_none(id=found.matter_id) if found.matter_id else None,
        tried=again,
    )


async def finish(visit: Visit) -> Response:
    found = visit.path_id("measure")
    await guarding.done_once(
        visit, lambda: suggestions.finish_measure(visit.actor, found, at=visit.now)
    )
    return go(f"/measures/{found}")


async def solve(visit: Visit) -> Response:
    found = visit.path_id("measure")
    again = await tried(visit, "solve", lambda: _solve(visit, found), _SOLVE_FIELDS)
    return go(f"/measures/{found}") if again is None else await _measure(visit, again)


async def _solve(visit: Visit, found: UUID) -> None:
    number = visit.text("number", limit=40)
    demand = None
    if number:
        demand = await Demand.get_or_none(
            community_id=visit.here.id, number=number, is_private=False
        )
        if demand is None:
            raise Refusal(Code.FIELD_INVALID, field=N_("需求编号"))
    solving = Solving(
        words=visit.text("words", limit=1_000),
        demand=demand.id if demand else None,
        solved_on=visit.day("solved_on"),
    )
    await suggestions.solve(visit.actor, found, solving, at=visit.now)


_M = "/meetings/{meeting}/suggestions"

PAGES: Sequence[Page] = (
    get(_M, Permission.PUBLIC, of_meeting),
    post(_M, Permission.PREPARE, note),
    post("/meetings/{meeting}/measures", Permission.PREPARE, take),
    get("/suggestions", Permission.PUBLIC, of_meeting),
    post("/suggestions", Permission.PREPARE, note),
    post("/suggestions/{suggestion}/demand", Permission.PREPARE, to_list),
    post("/measures", Permission.PREPARE, take),
    post(_M + "/{suggestion}/demand", Permission.PREPARE, to_list),
    get("/measures/{measure}", Permission.PUBLIC, measure),
    post("/measures/{measure}/done", Permission.PREPARE, finish),
    post("/measures/{measure}/problems", Permission.PREPARE, solve),
)
