"""The demand list: reading, raising, supporting."""

from collections.abc import Sequence
from uuid import UUID

from starlette.responses import Response

from deliberation.demands import service as demands
from deliberation.demands.service import Filters, Raising
from deliberation.errors import Refusal
from deliberation.matters.models import MatterDemand
from deliberation.people.roles import Permission
from deliberation.web import guarding
from deliberation.web.pages import go, page, words_of
from deliberation.web.routing import Page, get, post
from deliberation.web.visit import Visit


async def listing(visit: Visit) -> Response:
    """The list, by domain, state and words of the title."""
    filters = Filters(
        domain=visit.query.get("domain", "")[:40],
        state=visit.query.get("state", "")[:20],
        text=visit.query.get("text", "")[:40],
    )
    number = visit.query.get("page", "1")
    shown = int(number) if number.isascii() and number.isdecimal() and len(number) < 6 else 1
    rows, total = await demands.list_demands(visit.here.id, filters, page=shown)
    domains = await demands.count_by(visit.here.id, "domain")
    household = visit.actor.household
    shown_ids = [demand.id for demand in rows]
    return page(
        visit,
        "demands/list.html",
        supported=await demands.supported_by(household, shown_ids) if household else set[UUID](),
        may_support=household is not None and visit.actor.may(Permission.SUPPORT_DEMAND),
        section="demands",
        rows=rows,
        total=total,
        filters=filters,
        page_number=max(1, shown),
        pages=max(1, -(-total // demands.PAGE)),
        domains=domains,
        domain_bars=[(name, n, str(n)) for name, n in domains.items()],
        total_all=max(1, sum(domains.values())),
        states=await demands.count_by(visit.here.id, "state"),
    )


async def one(visit: Visit) -> Response:
    """A demand: its words, who stands behind it, what became of it."""
    demand = await demands.require_demand(visit.path_id("demand"))
    household = visit.actor.household
    supported = await demands.supported_by(household, [demand.id]) if household else set[UUID]()
    taken = await MatterDemand.filter(demand_id=demand.id).prefetch_related("matter").first()
    return page(
        visit,
        "demands/one.html",
        section="demands",
        demand=demand,
        is_supported=demand.id in supported,
        matter=taken.matter if taken else None,
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
