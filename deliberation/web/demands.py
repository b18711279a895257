"""The demand list: reading, raising, supporting."""

import re
from collections.abc import Mapping, Sequence
from uuid import UUID

from starlette.responses import Response

from deliberation.demands import service as demands
from deliberation.demands.models import Demand
from deliberation.demands.service import Raising
from deliberation.errors import Refusal
from deliberation.matters import following
from deliberation.matters.models import Matter
from deliberation.people.roles import Permission
from deliberation.web import guarding
from deliberation.web.asking import Asked
from deliberation.web.pages import go, page, words_of
from deliberation.web.routing import Page, get, post
from deliberation.web.visit import Visit

PLACES = 12
"""How many places the list offers to choose from; the others are found by their words."""


async def listing(visit: Visit) -> Response:
    """The list, by domain, place, phase and words."""
    asked = Asked.from_query(visit.request.query_params)
    delivery = await following.in_delivery(visit.here.id, visit.today)
    rows, total = await demands.list_demands(
        visit.here.id,
        asked.filters,
        where=following.in_phases(asked.phases, delivery),
        page=asked.page,
    )
    states = await demands.count_by(visit.here.id, "state")
    domains = await demands.count_by(visit.here.id, "domain")
    places = await demands.count_by(visit.here.id, "place", limit=PLACES)
    return page(
        visit,
        "demands/list.html",
        section="demands",
        supported=await _supported(visit, rows),
        may_support=visit.actor.household is not None
        and visit.actor.may(Permission.SUPPORT_DEMAND),
        rows=rows,
        followed=await following.follow(rows, visit.today),
        total=total,
        total_all=sum(states.values()),
        asked=asked,
        pages=max(1, -(-total // demands.PAGE)),
        domains=_with_chosen(domains, asked.filters.domains),
        places=_in_order(_with_chosen(places, asked.filters.places)),
        phases=following.counts_of(states, delivery),
        domain_bars=[(name, n, str(n)) for name, n in domains.items()],
    )


def _with_chosen(counts: Mapping[str, int], chosen: Sequence[str]) -> dict[str, int]:
    """What may be chosen, and what was, though it is none of the most frequent."""
    return {name: n for name, n in counts.items() if name} | {
        name: counts.get(name, 0) for name in chosen if name not in counts
    }


def _in_order(places: Mapping[str, int]) -> dict[str, int]:
    """As people count them: 2号楼 before 10号楼."""
    parts = {name: re.split(r"(\d+)", name) for name in places}
    keys = {
        name: [(int(part), "") if part.isdecimal() else (-1, part) for part in split]
        for name, split in parts.items()
    }
    return {name: places[name] for name in sorted(places, key=keys.__getitem__)}


async def _supported(visit: Visit, rows: Sequence[Demand]) -> set[UUID]:
    household = visit.actor.household
    return await demands.supported_by(household, [row.id for row in rows]) if household else set()


async def one(visit: Visit) -> Response:
    """A demand: its words, who stands behind it, what became of it."""
    demand = await demands.require_demand(visit.path_id("demand"))
    followed = (await following.follow([demand], visit.today))[demand.id]
    return page(
        visit,
        "demands/one.html",
        section="demands",
        demand=demand,
        is_supported=demand.id in await _supported(visit, [demand]),
        followed=followed,
        matter=await Matter.get(id=followed.matter) if followed.matter else None,
        merged_into=await Demand.get_or_none(id=demand.merged_into_id)
        if demand.state == "merged" and demand.merged_into_id
        else None,
    )


async def form(visit: Visit) -> Response:
    return await _form(visit, {}, {})


async def _form(
    visit: Visit, values: dict[str, str], errors: dict[str, str], status: int = 200
) -> Response:
    domains = await demands.count_by(visit.here.id, "domain")
    return page(
        visit,
        "demands/form.html",
        section="demands",
        values=values,
        errors=errors,
        domains=list(domains),
        status=status,
    )


async def raise_one(visit: Visit) -> Response:
    """Bring a demand; what was typed stays when something is missing."""
    names = ("title", "description", "domain", "place", "phone")
    values = {name: visit.text(name) for name in names}
    visit.desk.limiter.check("demand", visit.holder)
    try:
        await guarding.done_once(visit, lambda: _raise(visit, values))
    except Refusal as refusal:
        errors = {"title": words_of(visit, refusal)}
        return await _form(visit, values, errors, refusal.status)
    visit.desk.limiter.count("demand", visit.holder)
    return go("/demands")


async def _raise(visit: Visit, values: dict[str, str]) -> None:
    await demands.raise_demand(visit.actor, Raising(**values), at=visit.now)


async def support(visit: Visit) -> Response:
    """Stand behind a demand, and stay where the button was: in the list or on its page."""
    demand = visit.path_id("demand")
    await demands.support(visit.actor, demand, at=visit.now)
    listed = visit.text("back", limit=500)
    return go(listed if listed.startswith("/demands?") else f"/demands/{demand}")


PAGES: Sequence[Page] = (
    get("/demands", Permission.PUBLIC, listing),
    get("/demands/new", Permission.RAISE_DEMAND, form),
    post("/demands", Permission.RAISE_DEMAND, raise_one),
    get("/demands/{demand}", Permission.PUBLIC, one),
    post("/demands/{demand}/supports", Permission.SUPPORT_DEMAND, support),
)
