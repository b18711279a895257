"""Staff let one demand go on in another."""

from collections.abc import Sequence
from uuid import UUID

from starlette.responses import Response

from deliberation.demands import likeness, merging
from deliberation.demands.models import Demand
from deliberation.demands.service import require_demand
from deliberation.errors import Code, Refusal
from deliberation.people.roles import Permission
from deliberation.web import guarding
from deliberation.web.pages import go, page, words_of
from deliberation.web.routing import Page, get, post
from deliberation.web.visit import Visit

SHOWN = 8
"""Alike demands to choose from; any other is named by its number."""


async def form(visit: Visit) -> Response:
    return await _form(visit, {}, {})


async def _form(
    visit: Visit, values: dict[str, str], errors: dict[str, str], status: int = 200
) -> Response:
    demand = await _public_demand(visit)
    return page(
        visit,
        "demands/merge.html",
        section="demands",
        demand=demand,
        alike=await likeness.near(
            demand.community_id, demand.title, demand.place, besides=demand.id, limit=SHOWN
        ),
        values=values,
        errors=errors,
        status=status,
    )


async def _public_demand(visit: Visit) -> Demand:
    demand = await require_demand(visit.path_id("demand"))
    if demand.is_private:
        raise Refusal(Code.NOT_FOUND)
    return demand


async def merge(visit: Visit) -> Response:
    """Into the chosen one, or the one with the number that was typed."""
    demand, reason = visit.path_id("demand"), visit.text("reason", limit=1_000)
    values = {name: visit.text(name, limit=60) for name in ("into", "number")}
    try:
        into = await _target(visit)
        target = await guarding.made_once(
            visit, "demand", lambda: _merge(visit, demand, into, reason)
        )
    except Refusal as refusal:
        errors = {_field_of(refusal): words_of(visit, refusal)}
        return await _form(visit, values | {"reason": reason}, errors, refusal.status)
    return go(f"/demands/{target}")


def _field_of(refusal: Refusal) -> str:
    return "reason" if refusal.code is Code.REASON_REQUIRED else "number"


async def _merge(visit: Visit, demand: UUID, into: UUID, reason: str) -> UUID:
    return (await merging.merge(visit.actor, demand, into, reason, at=visit.now)).id


async def _target(visit: Visit) -> UUID:
    """Raises FIELD_MISSING where neither is given, DEMAND_MERGE_UNSUITABLE for no such number."""
    number = visit.text("number", limit=40)
    if number:
        found = await Demand.get_or_none(community_id=visit.here.id, number=number)
        if found is None:
            raise Refusal(Code.DEMAND_MERGE_UNSUITABLE)
        return found.id
    chosen = visit.id("into")
    if chosen is None:
        raise Refusal(Code.FIELD_MISSING, field="编号")
    return chosen


PAGES: Sequence[Page] = (
    get("/demands/{demand}/merge", Permission.PREPARE, form),
    post("/demands/{demand}/merge", Permission.PREPARE, merge),
)
