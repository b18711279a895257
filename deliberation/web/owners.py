"""Who owns the units: the list, and correcting one unit by hand."""

from collections.abc import Mapping, Sequence

from starlette.responses import Response

from deliberation.errors import Code, Refusal
from deliberation.people import owning
from deliberation.people.owners import Shown, owned_unit, owned_units, ownership_of
from deliberation.people.roles import Permission
from deliberation.web import guarding
from deliberation.web.pages import go, page, words_of
from deliberation.web.routing import Page, get, post
from deliberation.web.visit import Visit

PAGE = 60
_FIELDS: Mapping[Code, str] = {
    Code.CARD_MISTYPED: "card",
    Code.CARD_UNKNOWN: "card",
    Code.OWNER_NOT_FOUND: "name",
    Code.OWNER_THERE: "card",
}
"""Beside which field a refusal is said."""


async def listing(visit: Visit) -> Response:
    """Units with their owners, and what is missing."""
    asked, number = visit.query.get("show", ""), visit.query.get("page", "1")
    shown = Shown(asked) if asked in list(Shown) else Shown.ALL
    at = max(1, int(number)) if number.isascii() and number.isdecimal() and len(number) < 7 else 1
    text = visit.query.get("text", "")[:40].strip()
    units, total = await owned_units(
        visit.here.id, shown=shown, text=text, start=(at - 1) * PAGE, most=PAGE
    )
    return page(
        visit,
        "people/owners.html",
        section="desk",
        units=units,
        total=total,
        shown=shown.value,
        text=text,
        page_number=at,
        pages=max(1, -(-total // PAGE)),
        owned=await ownership_of(visit.here.id),
    )


async def one(visit: Visit) -> Response:
    return await _one(visit, {})


async def _one(visit: Visit, errors: Mapping[str, str], status: int = 200) -> Response:
    return page(
        visit,
        "people/owner.html",
        status=status,
        section="desk",
        unit=await owned_unit(visit.here.id, visit.path_id("unit")),
        errors=errors,
        typed={name: visit.text(name, limit=300) for name in ("card", "door", "name")}
        if errors
        else {},
    )


async def add(visit: Visit) -> Response:
    """Somebody of the roll, by card or by door and name; what was typed stays when it is wrong."""
    unit = visit.path_id("unit")
    named = owning.Named(
        card=visit.text("card", limit=40),
        door=visit.text("door", limit=300),
        name=visit.text("name", limit=60),
    )
    try:
        await guarding.done_once(
            visit,
            lambda: owning.add_owner(visit.actor, unit, named, key=visit.desk.key, at=visit.now),
        )
    except Refusal as refusal:
        if refusal.code not in _FIELDS:
            raise
        field = _FIELDS[refusal.code] if named.card else "name"
        return await _one(visit, {field: words_of(visit, refusal)}, refusal.status)
    return go(f"/people/owners/{unit}")


async def remove(visit: Visit) -> Response:
    unit, person = visit.path_id("unit"), visit.path_id("person")
    await guarding.done_once(
        visit, lambda: owning.remove_owner(visit.actor, unit, person, at=visit.now)
    )
    return go(f"/people/owners/{unit}")


async def choose(visit: Visit) -> Response:
    unit, person = visit.path_id("unit"), visit.path_id("person")
    await guarding.done_once(
        visit, lambda: owning.choose_holder(visit.actor, unit, person, at=visit.now)
    )
    return go(f"/people/owners/{unit}")


PAGES: Sequence[Page] = (
    get("/people/owners", Permission.IMPORT, listing),
    get("/people/owners/{unit}", Permission.IMPORT, one),
    post("/people/owners/{unit}", Permission.IMPORT, add),
    post("/people/owners/{unit}/{person}/removal", Permission.IMPORT, remove),
    post("/people/owners/{unit}/{person}/choice", Permission.IMPORT, choose),
)
