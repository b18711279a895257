"""Triage: what waits to be looked at, a form for each, what has its answer, and the days."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from starlette.responses import Response

from deliberation.agendas.rerouting import reroute
from deliberation.demands import handing, likeness, routes, triage
from deliberation.demands.models import Demand
from deliberation.demands.routes import Cumulative, Days
from deliberation.demands.sending import Order, days_of, organisations_for
from deliberation.errors import Code
from deliberation.i18n import N_
from deliberation.people.roles import Permission
from deliberation.rulesets.exact import percent_text
from deliberation.web.pages import go, page
from deliberation.web.routing import Page, get, post
from deliberation.web.trying import UNTRIED, Fields, Tried, page_number, tried
from deliberation.web.visit import Visit

TERMS: Mapping[str, str] = {"": N_("按惯例"), "0": N_("当天"), "1": N_("两天内"), "2": N_("三天内")}
SEND, DAYS = "send", "days"
_SENT: Fields = {
    N_("转到哪里"): "route",
    N_("交给谁"): "to",
    N_("交办说明"): "words",
    N_("期限"): "due_on",
    N_("理由"): "reason",
    Code.REASON_REQUIRED: "reason",
    Code.DEADLINE_IN_THE_PAST: "due_on",
    Code.ORGANISATION_LEFT: "to",
    Code.DEMAND_ROUTE_UNSUITABLE: "route",
}
_DAYS: Fields = {
    N_("依据"): "source",
    **{words: name for name, words in routes.COUNTS.items()},
    **{name: name for name in routes.COUNTS},
}


async def tab_counts(visit: Visit) -> dict[str, int]:
    """What the tabs say."""
    return {
        "waiting": await triage.count_waiting(visit.here.id),
        "handed": await handing.count_open(visit.here.id),
    }


async def queue(visit: Visit) -> Response:
    """What nobody has looked at, what is due first on top."""
    counts, asked = await tab_counts(visit), page_number(visit)
    rows = await triage.waiting(visit.here, visit.today, page=asked)
    return page(
        visit,
        "triage/queue.html",
        section="desk",
        tab="waiting",
        counts=counts,
        rows=rows,
        at_page=asked,
        pages=-(-counts["waiting"] // triage.PAGE),
        days=await days_of(visit.here.id),
    )


async def form(visit: Visit) -> Response:
    return await _form(visit, UNTRIED)


async def _form(visit: Visit, attempt: Tried) -> Response:
    demand = await triage.require_own(visit.actor, visit.path_id("demand"))
    days = await days_of(visit.here.id)
    return page(
        visit,
        "triage/one.html",
        status=attempt.status,
        section="desk",
        demand=demand,
        due_on=routes.answer_due_on(demand.raised_on, demand.due_on, days),
        near=await _near(demand),
        routed=await handing.routed(visit.actor, demand, at=visit.now),
        may_be_sent=demand.state in ("listed", "referred"),
        organisations=await organisations_for(visit.here),
        days=days,
        terms=TERMS,
        tried=attempt,
    )


async def _near(demand: Demand) -> Sequence[likeness.Near]:
    """What of a dispute is alike would be compared in public words: nothing is."""
    if demand.is_private:
        return ()
    return await likeness.near(demand.community_id, demand.title, demand.place, besides=demand.id)


async def send(visit: Visit) -> Response:
    """Settle where it goes; what was typed stays when something is missing."""
    demand = visit.path_id("demand")

    async def act() -> None:
        await reroute(visit.actor, demand, order_from(visit), at=visit.now)

    attempt = await tried(visit, SEND, act, _SENT)
    return go("/triage") if attempt is None else await _form(visit, attempt)


def order_from(visit: Visit) -> Order:
    """What the form says; fields that the route does not ask for are left out."""
    route = triage.route_from(visit.text("route"))
    order = Order(route=route, reason=visit.text("reason"), due_on=_chosen_day(visit))
    if route not in routes.HANDED:
        return order
    return replace(
        order,
        to=visit.text("to"),
        organisation=visit.id("organisation"),
        words=visit.text("words"),
    )


def _chosen_day(visit: Visit) -> date | None:
    term = visit.text("term", limit=4)
    if term in ("0", "1", "2"):
        return visit.today + timedelta(days=int(term))
    return visit.day("due_on")


async def answered(visit: Visit) -> Response:
    """What has its answer, the latest first, and how soon direct service settles."""
    asked = page_number(visit)
    rows, total = await handing.answered(visit.here.id, page=asked)
    record = await handing.service_record(visit.here)
    return page(
        visit,
        "triage/answered.html",
        section="desk",
        tab="answered",
        counts=await tab_counts(visit),
        rows=rows,
        at_page=asked,
        pages=-(-total // handing.PAGE),
        record=record,
        bars=bars_of(record, visit),
    )


def bars_of(record: Cumulative, visit: Visit) -> list[tuple[str, int, str]]:
    """A bar each for the same day, two days and three days: words, number, number and share."""
    words = (N_("当天"), N_("两天内"), N_("三天内"))
    numbers = (record.same_day, record.two_days, record.three_days)
    return [
        (visit.translations.gettext(label), n, f"{n} ÷ {record.n} = {percent_text(n, record.n)}")
        for label, n in zip(words, numbers, strict=True)
        if record.n
    ]


async def days_form(visit: Visit) -> Response:
    return await _days_form(visit, UNTRIED)


async def _days_form(visit: Visit, attempt: Tried) -> Response:
    return page(
        visit,
        "triage/days.html",
        status=attempt.status,
        section="desk",
        days=(await days_of(visit.here.id)).to_json(),
        names=routes.COUNTS,
        tried=attempt,
    )


async def adopt_days(visit: Visit) -> Response:
    """Change how long answers may take."""

    async def act() -> None:
        counts = {name: visit.number(name) for name in routes.COUNTS}
        days = Days(**counts, source=visit.text("source"))
        await triage.adopt_days(visit.actor, days, at=visit.now)

    attempt = await tried(visit, DAYS, act, _DAYS)
    return go("/triage") if attempt is None else await _days_form(visit, attempt)


PAGES: Sequence[Page] = (
    get("/triage", Permission.PREPARE, queue),
    get("/triage/answered", Permission.PREPARE, answered),
    get("/triage/days", Permission.PREPARE, days_form),
    post("/triage/days", Permission.PREPARE, adopt_days),
    get("/triage/{demand}", Permission.PREPARE, form),
    post("/triage/{demand}", Permission.PREPARE, send),
)
