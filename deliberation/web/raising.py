"""Bringing a demand, and putting one right: what is alike, what it is about, how it came."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from starlette.responses import Response

from deliberation.demands import correcting, domains, likeness, listing
from deliberation.demands.correcting import Correction
from deliberation.demands.likeness import Near
from deliberation.demands.models import Demand
from deliberation.demands.rules import MOST_PHOTOS, REGISTERED, SOURCES, Raising
from deliberation.demands.service import raise_demand, require_demand
from deliberation.errors import Code, Refusal
from deliberation.people.models import Person
from deliberation.people.roles import Permission
from deliberation.web import guarding
from deliberation.web.chairing import person_named
from deliberation.web.pages import go, page, words_of
from deliberation.web.photos import photos_from
from deliberation.web.routing import Page, get, post
from deliberation.web.visit import Visit

FIELDS = ("title", "description", "domain", "place", "place_id", "urgency")
STAFF_FIELDS = ("channel", "household", "contact", "phone")
LONGEST_DESCRIPTION = 5_000
_AT = {
    Code.PHOTO_LIMIT: "photos",
    Code.PHOTO_KIND_UNKNOWN: "photos",
    Code.PHOTO_KIND_HEIC: "photos",
    Code.PHOTO_UNREADABLE: "photos",
    Code.PHOTO_TOO_LARGE: "photos",
    Code.PHOTO_TOO_SMALL: "photos",
    Code.PERSON_NOT_FOUND: "household",
}
_NAMED = {
    "您的需求": "title",
    "详细说明": "description",
    "地点": "place",
    "领域": "domain",
    "急不急": "urgency",
    "怎样来的": "channel",
    "联系人": "contact",
    "电话": "phone",
}
"""Which field of the form a refusal is about."""


async def form(visit: Visit) -> Response:
    values = {"title": visit.query.get("title", "")[:60], "urgency": "ordinary"}
    return await _form(visit, values, {})


async def _form(
    visit: Visit, values: dict[str, str], errors: dict[str, str], status: int = 200
) -> Response:
    return page(
        visit,
        "demands/form.html",
        section="demands",
        values=values,
        errors=errors,
        most_photos=MOST_PHOTOS,
        channels=[(channel.value, SOURCES[channel]) for channel in REGISTERED],
        lives_here=visit.actor.household is not None,
        status=status,
        **await _choices(visit),
    )


async def _choices(visit: Visit) -> dict[str, Any]:
    return {
        "domains": [domain.name for domain in await domains.domains_of(visit.here.id)],
        "areas": await listing.places_of(visit.here.id),
    }


async def raise_one(visit: Visit) -> Response:
    """Bring a demand; what was typed stays when something is missing. First it is asked whether
    what the list has already is the same."""
    whose = str(visit.actor.present_person())
    visit.desk.limiter.check("demand", whose)
    values = {name: visit.text(name) for name in (*FIELDS, *STAFF_FIELDS)}
    try:
        raising = await _raising(visit, values)
        alike = await _not_seen(visit, raising)
        if alike:
            return await _alike(visit, values, alike)
        demand = await guarding.made_once(visit, "demand", lambda: _raise(visit, raising))
    except Refusal as refusal:
        errors = {_field_of(refusal): words_of(visit, refusal)}
        return await _form(visit, values, errors, refusal.status)
    visit.desk.limiter.count("demand", whose)
    return go(f"/demands/{demand}?raised")


def _field_of(refusal: Refusal) -> str:
    field = str(refusal.facts.get("field", ""))
    return _NAMED.get(field) or _AT.get(refusal.code, "title")


async def _raising(visit: Visit, values: dict[str, str]) -> Raising:
    may_register = visit.actor.may(Permission.REGISTER)
    named = values["household"] if may_register else ""
    return Raising(
        title=values["title"],
        description=values["description"],
        domain=values["domain"],
        place=values["place"],
        place_id=visit.id("place_id"),
        urgency=values["urgency"] or "ordinary",
        channel=values["channel"] if may_register else "",
        household=await _household(visit, named) if named else None,
        contact=values["contact"] if may_register else "",
        phone=values["phone"],
        photos=await photos_from(visit, most=MOST_PHOTOS),
    )


async def _household(visit: Visit, named: str) -> UUID:
    """The household of a card or a door. Raises PERSON_NOT_FOUND."""
    person = await Person.get(id=await person_named(visit, named))
    if person.community_id != visit.here.id or person.household_id is None:
        raise Refusal(Code.PERSON_NOT_FOUND)
    return person.household_id


async def _raise(visit: Visit, raising: Raising) -> UUID:
    return (await raise_demand(visit.actor, raising, at=visit.now)).id


async def _not_seen(visit: Visit, raising: Raising) -> list[Near]:
    """What is alike and was not shown yet, while the title was typed or after the last submit."""
    if not raising.title.strip():
        return []
    seen = set(visit.text("seen", limit=1_000).split(","))
    found = await likeness.near(visit.here.id, raising.title, raising.place)
    return [one for one in found if str(one.demand.id) not in seen]


async def _alike(visit: Visit, values: dict[str, str], alike: Sequence[Near]) -> Response:
    seen = {*visit.text("seen", limit=1_000).split(","), *(str(one.demand.id) for one in alike)}
    return page(
        visit,
        "demands/alike.html",
        section="demands",
        values=values,
        alike=alike,
        seen=",".join(sorted(seen - {""})),
        had_photos=bool(visit.uploads("photos")),
        most_photos=MOST_PHOTOS,
        supported=await _supported(visit, alike),
    )


async def _supported(visit: Visit, alike: Sequence[Near]) -> set[UUID]:
    household = visit.actor.household
    ids = [one.demand.id for one in alike]
    return await listing.supported_by(household, ids) if household else set()


async def similar(visit: Visit) -> Response:
    """What is alike, as a piece of a page, for the form while somebody types."""
    whose = str(visit.actor.present_person())
    visit.desk.limiter.check("similar", whose)
    visit.desk.limiter.count("similar", whose)
    title, place = visit.query.get("title", ""), visit.query.get("place", "")
    alike = await likeness.near(visit.here.id, title, place) if title.strip() else []
    return page(visit, "demands/similar.html", alike=alike)


async def edit(visit: Visit) -> Response:
    demand = await _public_demand(visit)
    values = {name: getattr(demand, name) for name in FIELDS}
    return await _edit(visit, demand, values, {})


async def _public_demand(visit: Visit) -> Demand:
    demand = await require_demand(visit.path_id("demand"))
    if demand.is_private:
        raise Refusal(Code.NOT_FOUND)
    return demand


async def _edit(
    visit: Visit,
    demand: Demand,
    values: dict[str, str],
    errors: dict[str, str],
    status: int = 200,
) -> Response:
    return page(
        visit,
        "demands/edit.html",
        section="demands",
        demand=demand,
        values=values,
        errors=errors,
        status=status,
        **await _choices(visit),
    )


async def correct(visit: Visit) -> Response:
    demand = await _public_demand(visit)
    values = {name: visit.text(name, limit=LONGEST_DESCRIPTION + 1) for name in FIELDS}
    correction = Correction(
        title=values["title"],
        description=values["description"],
        domain=values["domain"],
        place=values["place"],
        place_id=visit.id("place_id"),
        urgency=values["urgency"],
    )
    try:
        await guarding.done_once(
            visit,
            lambda: correcting.correct(visit.actor, demand.id, correction, at=visit.now),
        )
    except Refusal as refusal:
        errors = {_field_of(refusal): words_of(visit, refusal)}
        return await _edit(visit, demand, values, errors, refusal.status)
    return go(f"/demands/{demand.id}")


async def domain_form(visit: Visit) -> Response:
    return await _domain_form(visit, await _domain_names(visit), {})


async def _domain_names(visit: Visit) -> dict[str, str]:
    return {d.code: d.name for d in await domains.domains_of(visit.here.id)}


async def _domain_form(
    visit: Visit, names: dict[str, str], errors: dict[str, str], status: int = 200
) -> Response:
    return page(
        visit,
        "demands/domains.html",
        section="desk",
        codes=domains.CODES,
        names=names,
        errors=errors,
        limit=domains.LONGEST,
        status=status,
    )


async def adopt_domains(visit: Visit) -> Response:
    names = {code: visit.text(code, limit=200) for code in domains.CODES}
    try:
        await guarding.done_once(
            visit,
            lambda: domains.adopt_domains(visit.actor, list(names.values()), at=visit.now),
        )
    except Refusal as refusal:
        errors = {domains.CODES[0]: words_of(visit, refusal)}
        return await _domain_form(visit, names, errors, refusal.status)
    return go("/demands/domains")


PAGES: Sequence[Page] = (
    get("/demands/new", Permission.RAISE_DEMAND, form),
    post("/demands", Permission.RAISE_DEMAND, raise_one, upload=True),
    get("/demands/similar", Permission.RAISE_DEMAND, similar),
    get("/demands/domains", Permission.PREPARE, domain_form),
    post("/demands/domains", Permission.PREPARE, adopt_domains),
    get("/demands/{demand}/edit", Permission.PREPARE, edit),
    post("/demands/{demand}/edit", Permission.PREPARE, correct),
)
