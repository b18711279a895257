"""Venues, and the agreements with partners that often lend them."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from uuid import UUID

from starlette.responses import Response

from deliberation.errors import Code, Refusal
from deliberation.gatherings import agreements, venues
from deliberation.gatherings.agreements import Terms
from deliberation.gatherings.rules import VENUE_KINDS, ends_soon
from deliberation.gatherings.venues import Described
from deliberation.i18n import N_
from deliberation.people.organisations import listed
from deliberation.people.roles import Permission
from deliberation.web import guarding
from deliberation.web.pages import go, page
from deliberation.web.routing import Page, get, post
from deliberation.web.trying import UNTRIED, Fields, Tried, tried
from deliberation.web.visit import Visit

KIND_WORDS: Mapping[str, str] = MappingProxyType(
    dict(zip(VENUE_KINDS, (N_("党群服务站"), N_("会议室"), N_("院子"), N_("其他")), strict=True))
)
_VENUE_FIELDS: Fields = {
    "名称": "name",
    "地址": "address",
    "能坐多少人": "capacity",
    "capacity": "capacity",
    Code.VENUE_NAME_TAKEN: "name",
    Code.ORGANISATION_LEFT: "organisation",
}
_AGREEMENT_FIELDS: Fields = {
    "和哪个单位": "organisation",
    "从哪天起": "begins_on",
    "到哪天止": "ends_on",
    "begins_on": "begins_on",
    "ends_on": "ends_on",
    "社区提供什么": "community_gives",
    "对方提供什么": "organisation_gives",
    Code.TERM_BACKWARDS: "ends_on",
    Code.ORGANISATION_LEFT: "organisation",
}


async def listing(visit: Visit) -> Response:
    return await _listing(visit, UNTRIED)


async def _listing(visit: Visit, again: Tried) -> Response:
    found = await listed(visit.here.id)
    return page(
        visit,
        "venues/list.html",
        status=again.status,
        section="days",
        venues=await venues.venues_of(visit.here.id),
        kind_words=KIND_WORDS,
        kinds=[(key, visit.translations.gettext(text)) for key, text in KIND_WORDS.items()],
        owners={one.id: one.name for one in (*found.present, *found.left)},
        organisations=[(str(one.id), one.name) for one in found.present],
        tried=again,
    )


def _described(visit: Visit) -> Described:
    return Described(
        name=visit.text("name", limit=300),
        kind=visit.text("kind", limit=20) or "station",
        address=visit.text("address", limit=300),
        capacity=visit.number("capacity", 0),
        has_step_free_way=visit.text("step_free", limit=2) == "1",
        organisation_id=visit.id("organisation"),
    )


async def open_one(visit: Visit) -> Response:
    async def act() -> None:
        await venues.open_venue(visit.actor, _described(visit), at=visit.now)

    again = await tried(visit, "open", act, _VENUE_FIELDS)
    return go("/venues") if again is None else await _listing(visit, again)


async def change(visit: Visit) -> Response:
    venue = visit.path_id("venue")

    async def act() -> None:
        await venues.change_venue(visit.actor, venue, _described(visit), at=visit.now)

    again = await tried(visit, str(venue), act, _VENUE_FIELDS)
    return go("/venues") if again is None else await _listing(visit, again)


async def close(visit: Visit) -> Response:
    venue = visit.path_id("venue")
    await guarding.done_once(visit, lambda: venues.close_venue(visit.actor, venue, at=visit.now))
    return go("/venues")


async def agreed(visit: Visit) -> Response:
    return await _agreed(visit, UNTRIED)


async def _agreed(visit: Visit, again: Tried) -> Response:
    rows = await agreements.agreements_of(visit.here.id)
    running = [one for one in rows if not agreements.is_over(one, visit.today)]
    places = await venues.venues_of(visit.here.id)
    return page(
        visit,
        "agreements/list.html",
        status=again.status,
        section="days",
        running=running,
        over=[one for one in rows if agreements.is_over(one, visit.today)],
        ending={one.id for one in running if ends_soon(one.ends_on, visit.today)},
        places={venue.id: venue.name for venue in places},
        venues=[(str(one.id), one.name) for one in places if one.closed_at is None],
        organisations=[(str(one.id), one.name) for one in (await listed(visit.here.id)).present],
        tried=again,
    )


async def make(visit: Visit) -> Response:
    again = await tried(visit, "make", lambda: _make(visit), _AGREEMENT_FIELDS)
    return go("/agreements") if again is None else await _agreed(visit, again)


async def _make(visit: Visit) -> None:
    begins, ends = visit.day("begins_on"), visit.day("ends_on")
    organisation: UUID | None = visit.id("organisation")
    if organisation is None:
        raise Refusal(Code.FIELD_MISSING, field=N_("和哪个单位"))
    if begins is None or ends is None:
        raise Refusal(
            Code.FIELD_MISSING, field=N_("从哪天起") if begins is None else N_("到哪天止")
        )
    terms = Terms(
        organisation=organisation,
        community_gives=visit.text("community_gives", limit=1_000),
        organisation_gives=visit.text("organisation_gives", limit=1_000),
        begins_on=begins,
        ends_on=ends,
        venue=visit.id("venue"),
    )
    await agreements.make_agreement(visit.actor, terms, at=visit.now)


async def end(visit: Visit) -> Response:
    agreement, reason = visit.path_id("agreement"), visit.text("reason", limit=1_000)
    again = await tried(
        visit,
        str(agreement),
        lambda: agreements.end_agreement(visit.actor, agreement, reason, at=visit.now),
        {Code.REASON_REQUIRED: "reason", "理由": "reason"},
    )
    return go("/agreements") if again is None else await _agreed(visit, again)


PAGES: Sequence[Page] = (
    get("/venues", Permission.PUBLIC, listing),
    post("/venues", Permission.PREPARE, open_one),
    post("/venues/{venue}", Permission.PREPARE, change),
    post("/venues/{venue}/closing", Permission.PREPARE, close),
    get("/agreements", Permission.PUBLIC, agreed),
    post("/agreements", Permission.PREPARE, make),
    post("/agreements/{agreement}/end", Permission.PREPARE, end),
)
