"""Taking part: one's own record and who reads it; for staff, counts, and noting who helped."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from starlette.responses import Response

from deliberation.errors import Code, Refusal
from deliberation.gatherings import participation
from deliberation.gatherings.participation import KINDS
from deliberation.i18n import N_
from deliberation.people.roles import Permission
from deliberation.web import guarding
from deliberation.web.bodies import named_of
from deliberation.web.pages import go, page
from deliberation.web.routing import Page, get, post
from deliberation.web.trying import UNTRIED, Fields, Tried, page_number, tried
from deliberation.web.visit import Visit

PAGE = 30
YEARS = 10
KIND_WORDS: Mapping[str, str] = MappingProxyType(
    dict(zip(KINDS, (N_("到会"), N_("发言"), N_("提需求"), N_("帮忙")), strict=True))
)
_FIELDS: Fields = {
    "帮了什么忙": "words",
    "哪一天": "on",
    "on": "on",
    Code.PERSON_NOT_FOUND: "name",
    Code.CARD_MISTYPED: "card",
    Code.CARD_UNKNOWN: "card",
}


async def own(visit: Visit) -> Response:
    """One's own record; who represents a household sees its counts too."""
    person, number = visit.actor.present_person(), page_number(visit)
    rows, total = await participation.own_record(person, page=number, size=PAGE)
    return page(
        visit,
        "participation/own.html",
        section="mine",
        rows=rows,
        total=total,
        page_number=number,
        pages=max(1, -(-total // PAGE)),
        kind_words=KIND_WORDS,
        counts=await participation.counts_of_person(person),
        household=await participation.counts_of_household(visit.actor),
        is_hidden=await participation.is_hidden(person),
    )


async def hide(visit: Visit) -> Response:
    """Whether the points scheme gets it: yes or no, as often as they like."""
    await participation.hide(visit.actor, visit.text("hidden", limit=2) == "1")
    return go("/me/participation")


async def counts(visit: Visit) -> Response:
    return await _counts(visit, UNTRIED)


async def _counts(visit: Visit, again: Tried) -> Response:
    years = range(visit.today.year, visit.today.year - YEARS, -1)
    asked = visit.query.get("year", "")
    year = int(asked) if asked in map(str, years) else visit.today.year
    return page(
        visit,
        "participation/counts.html",
        status=again.status,
        section="desk",
        year=year,
        counts=await participation.counts_of_community(visit.here.id, year),
        kind_words=KIND_WORDS,
        lately=await participation.help_lately(visit.here.id),
        tried=again,
    )


async def help_noted(visit: Visit) -> Response:
    again = await tried(visit, "help", lambda: _note_help(visit), _FIELDS)
    return go("/participation") if again is None else await _counts(visit, again)


async def _note_help(visit: Visit) -> None:
    on = visit.day("on")
    if on is None:
        raise Refusal(Code.FIELD_MISSING, field=N_("哪一天"))
    words = visit.text("words", limit=1_000)
    await participation.note_help(
        visit.actor, named_of(visit), words, on, key=visit.desk.key, at=visit.now
    )


async def help_taken_back(visit: Visit) -> Response:
    noted = visit.path_id("participation")
    await guarding.done_once(
        visit, lambda: participation.take_back_help(visit.actor, noted, at=visit.now)
    )
    return go("/participation#lately")


PAGES: Sequence[Page] = (
    get("/me/participation", Permission.ATTEND, own),
    post("/me/participation/hiding", Permission.ATTEND, hide),
    get("/participation", Permission.PREPARE, counts),
    post("/participation/help", Permission.PREPARE, help_noted),
    post("/participation/help/{participation}/withdrawal", Permission.PREPARE, help_taken_back),
)
