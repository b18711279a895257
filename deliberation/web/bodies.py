"""Bodies that convene: the list, one with its members, terms and meetings."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from uuid import UUID

from starlette.responses import Response

from deliberation.errors import Code, Refusal
from deliberation.gatherings import bodies
from deliberation.gatherings.bodies import Forming, Sitting
from deliberation.gatherings.rules import BODY_KINDS, OFFICES, Term
from deliberation.i18n import N_
from deliberation.meetings.models import Meeting
from deliberation.people.finding import Named
from deliberation.people.models import Person
from deliberation.people.roles import Permission
from deliberation.web import guarding
from deliberation.web.pages import go, page
from deliberation.web.routing import Page, get, post
from deliberation.web.shown import shown_names
from deliberation.web.trying import UNTRIED, Fields, Tried, tried
from deliberation.web.visit import Visit

MEETINGS = 12
STAFF = 100
KIND_WORDS: Mapping[str, str] = MappingProxyType(
    dict(zip(BODY_KINDS, (N_("议事团"), N_("理事会"), N_("委员会"), N_("志愿队")), strict=True))
)
OFFICE_WORDS: Mapping[str, str] = MappingProxyType(
    dict(zip(OFFICES, (N_("召集人"), N_("秘书"), N_("成员")), strict=True))
)
_FORM_FIELDS: Fields = {"名称": "name", "做什么": "purpose", Code.BODY_NAME_TAKEN: "name"}
_SEAT_FIELDS: Fields = {
    Code.PERSON_NOT_FOUND: "name",
    Code.CARD_MISTYPED: "card",
    Code.CARD_UNKNOWN: "card",
    Code.TERM_BACKWARDS: "ends_on",
    Code.TERMS_OVERLAP: "begins_on",
    "从哪天起": "begins_on",
    "begins_on": "begins_on",
    "ends_on": "ends_on",
}


def _words(visit: Visit, words: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(key, visit.translations.gettext(text)) for key, text in words.items()]


async def listing(visit: Visit) -> Response:
    return await _listing(visit, UNTRIED)


async def _listing(visit: Visit, again: Tried) -> Response:
    return page(
        visit,
        "bodies/list.html",
        status=again.status,
        section="days",
        bodies=await bodies.bodies_of(visit.here.id),
        counts=await bodies.count_members(visit.here.id, visit.today),
        kind_words=KIND_WORDS,
        kinds=_words(visit, KIND_WORDS),
        tried=again,
    )


async def form(visit: Visit) -> Response:
    """Form a body; what was typed stays when something is missing."""
    forming = Forming(
        name=visit.text("name", limit=300),
        kind=visit.text("kind", limit=20) or "group",
        purpose=visit.text("purpose", limit=1_000),
        formed_on=visit.day("formed_on"),
    )
    again = await tried(
        visit,
        "form",
        lambda: bodies.form_body(visit.actor, forming, at=visit.now),
        _FORM_FIELDS,
    )
    return go("/bodies") if again is None else await _listing(visit, again)


async def one(visit: Visit) -> Response:
    return await _one(visit, UNTRIED)


async def _one(visit: Visit, again: Tried) -> Response:
    body = await bodies.require_body(visit.here.id, visit.path_id("body"))
    seats = await bodies.seats_of(body.id)
    prepares = visit.actor.may(Permission.PREPARE)
    return page(
        visit,
        "bodies/one.html",
        status=again.status,
        section="days",
        body=body,
        sitting=[seat for seat in seats if seat.ends_on is None or seat.ends_on >= visit.today],
        past=[seat for seat in seats if seat.ends_on is not None and seat.ends_on < visit.today],
        names=await shown_names(visit, [seat.person_id for seat in seats]),
        meetings=await Meeting.filter(body_id=body.id, community_id=visit.here.id)
        .order_by("-starts_at")
        .limit(MEETINGS),
        kind_words=KIND_WORDS,
        office_words=OFFICE_WORDS,
        offices=_words(visit, OFFICE_WORDS),
        staff=await _staff(visit) if prepares else [],
        tried=again,
    )


async def _staff(visit: Visit) -> list[tuple[str, str]]:
    """Those who hold an office: they have no card, and are chosen by name."""
    rows = (
        await Person.filter(community_id=visit.here.id, grants__id__isnull=False)
        .distinct()
        .order_by("name")
        .limit(STAFF)
    )
    return [(str(row.id), row.name) for row in rows]


async def seat(visit: Visit) -> Response:
    """Give somebody a seat, by choice, card, or door and name."""
    body = visit.path_id("body")
    again = await tried(visit, "seat", lambda: _seat(visit, body), _SEAT_FIELDS)
    return go(f"/bodies/{body}") if again is None else await _one(visit, again)


async def _seat(visit: Visit, body: UUID) -> None:
    begins = visit.day("begins_on")
    if begins is None:
        raise Refusal(Code.FIELD_MISSING, field=N_("从哪天起"))
    sitting = Sitting(
        term=Term(begins, visit.day("ends_on")),
        office=visit.text("office", limit=20) or "member",
        person=visit.id("person"),
        named=named_of(visit),
    )
    await bodies.seat_member(visit.actor, body, sitting, key=visit.desk.key, at=visit.now)


def named_of(visit: Visit) -> Named:
    """Somebody of the roll, as three fields of a form name them."""
    return Named(
        card=visit.text("card", limit=40),
        door=visit.text("door", limit=300),
        name=visit.text("name", limit=60),
    )


async def leave(visit: Visit) -> Response:
    body, left = visit.path_id("body"), visit.path_id("seat")
    await guarding.done_once(
        visit, lambda: bodies.leave_seat(visit.actor, body, left, at=visit.now)
    )
    return go(f"/bodies/{body}")


async def dissolve(visit: Visit) -> Response:
    body = visit.path_id("body")
    await guarding.done_once(visit, lambda: bodies.dissolve_body(visit.actor, body, at=visit.now))
    return go(f"/bodies/{body}")


PAGES: Sequence[Page] = (
    get("/bodies", Permission.PUBLIC, listing),
    post("/bodies", Permission.PREPARE, form),
    get("/bodies/{body}", Permission.PUBLIC, one),
    post("/bodies/{body}/seats", Permission.PREPARE, seat),
    post("/bodies/{body}/seats/{seat}/end", Permission.PREPARE, leave),
    post("/bodies/{body}/dissolution", Permission.PREPARE, dissolve),
)
