"""Hand-overs: who has what until when, what came back, and whoever asked having the last word."""

from collections.abc import Sequence

from starlette.responses import Response

from deliberation.demands import handing
from deliberation.demands.handing import Return
from deliberation.demands.models import Handover
from deliberation.demands.routes import Outcome, Route
from deliberation.demands.sending import Order
from deliberation.errors import Code, Refusal
from deliberation.i18n import N_
from deliberation.people.roles import Permission
from deliberation.web import guarding
from deliberation.web.pages import go, page
from deliberation.web.routing import Page, get, post
from deliberation.web.triage import tab_counts
from deliberation.web.trying import UNTRIED, Fields, Tried, page_number, tried
from deliberation.web.visit import Visit

STAFF, LIAISON = "/triage/handed", "/handovers"
_FIELDS: Fields = {
    N_("结果"): "outcome",
    N_("结果说明"): "words",
    N_("理由"): "reason",
    N_("交给谁"): "next_to",
    N_("期限"): "next_due_on",
    Code.REASON_REQUIRED: "reason",
    Code.DEADLINE_IN_THE_PAST: "next_due_on",
}


async def handed(visit: Visit) -> Response:
    """All that is with somebody else, what is due first on top."""
    return await _handed(visit, UNTRIED)


async def _handed(visit: Visit, attempt: Tried) -> Response:
    counts, asked = await tab_counts(visit), page_number(visit)
    return page(
        visit,
        "triage/handed.html",
        status=attempt.status,
        section="desk",
        tab="handed",
        counts=counts,
        rows=await handing.open_handovers(visit.here.id, page=asked),
        at_page=asked,
        pages=-(-counts["handed"] // handing.PAGE),
        tried=attempt,
    )


async def ours(visit: Visit) -> Response:
    """What a liaison's organisation has, in whatever community."""
    return await _ours(visit, UNTRIED)


async def _ours(visit: Visit, attempt: Tried) -> Response:
    organisation = visit.actor.organisation
    if organisation is None:
        return go(STAFF)
    asked, total = page_number(visit), await handing.count_handed_to(organisation)
    return page(
        visit,
        "triage/ours.html",
        status=attempt.status,
        section="handovers",
        rows=await handing.handed_to(organisation, page=asked),
        total=total,
        at_page=asked,
        pages=-(-total // handing.PAGE),
        tried=attempt,
    )


async def _list(visit: Visit, attempt: Tried) -> Response:
    is_staff = visit.actor.organisation is None
    return await _handed(visit, attempt) if is_staff else await _ours(visit, attempt)


def _list_of(visit: Visit) -> str:
    return STAFF if visit.actor.organisation is None else LIAISON


async def give_back(visit: Visit) -> Response:
    """Say what came back; what was typed stays when something is missing. What is to be looked at
    again is looked at next."""
    handover = visit.path_id("handover")
    found = await handing.require_handover(handover)

    async def act() -> None:
        back = _return_from(visit, found)
        await handing.returned(visit.actor, handover, back, at=visit.now)

    attempt = await tried(visit, f"back-{handover}", act, _FIELDS)
    if attempt is not None:
        return await _list(visit, attempt)
    is_again = visit.text("outcome") != Outcome.SETTLED and not visit.text("next_to")
    if is_again and visit.actor.organisation is None:
        return go(f"/triage/{found.demand_id}")
    return go(_list_of(visit))


def _return_from(visit: Visit, handover: Handover) -> Return:
    """With whom it goes on to, where that is filled in."""
    outcome, words, to = visit.text("outcome"), visit.text("words"), visit.text("next_to")
    if outcome not in [one.value for one in Outcome]:
        raise Refusal(Code.FIELD_MISSING, field=N_("结果"))
    then = None
    if to and outcome != Outcome.SETTLED:
        due = visit.day("next_due_on")
        then = Order(route=Route(handover.kind), reason=words, to=to, due_on=due)
    return Return(outcome=Outcome(outcome), words=words, then=then)


async def accept(visit: Visit) -> Response:
    """The petition is accepted; whoever asked was told."""
    handover = visit.path_id("handover")

    async def act() -> None:
        await handing.accept(visit.actor, handover, at=visit.now)

    await guarding.done_once(visit, act)
    return go(_list_of(visit))


async def withdraw(visit: Visit) -> Response:
    """Take it back, with a reason."""
    handover = visit.path_id("handover")
    attempt = await tried(
        visit,
        f"off-{handover}",
        lambda: handing.withdraw(visit.actor, handover, visit.text("reason"), at=visit.now),
        _FIELDS,
    )
    return go(STAFF) if attempt is None else await _handed(visit, attempt)


async def dispute(visit: Visit) -> Response:
    """Whoever asked says that it was not settled."""
    demand, reason = visit.path_id("demand"), visit.text("reason")
    await guarding.done_once(
        visit, lambda: handing.dispute(visit.actor, demand, reason, at=visit.now)
    )
    return go(f"/demands/{demand}")


PAGES: Sequence[Page] = (
    get("/triage/handed", Permission.PREPARE, handed),
    post("/triage/handed/{handover}/returns", Permission.PREPARE, give_back),
    post("/triage/handed/{handover}/acceptance", Permission.PREPARE, accept),
    post("/triage/handed/{handover}/withdrawal", Permission.PREPARE, withdraw),
    get("/handovers", Permission.REPORT_PROGRESS, ours),
    post("/handovers/{handover}/returns", Permission.REPORT_PROGRESS, give_back),
    post("/handovers/{handover}/acceptance", Permission.REPORT_PROGRESS, accept),
    post("/demands/{demand}/disputes", Permission.RAISE_DEMAND, dispute),
)
