"""The claim desk (认领台): what is offered, who takes it on, who says why not."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from starlette.responses import Response

from deliberation.claims import escalating, reading, service
from deliberation.claims.models import Claim
from deliberation.claims.rules import plan_from
from deliberation.claims.service import Promise
from deliberation.errors import Code, Refusal
from deliberation.i18n import N_
from deliberation.matters import workflows
from deliberation.meetings.models import Meeting
from deliberation.people.organisations import listed
from deliberation.people.roles import Permission
from deliberation.web.pages import go, page
from deliberation.web.routing import Page, get, post
from deliberation.web.trying import UNTRIED, Fields, Tried, page_number, tried
from deliberation.web.visit import Visit

MEETINGS = 6
"""How many of the latest joint meetings may be chosen from."""
_FIELDS: Fields = {
    "单位": "organisation",
    "承诺哪天办结": "promised_on",
    "理由": "reason",
    Code.REASON_REQUIRED: "reason",
    Code.DEADLINE_IN_THE_PAST: "promised_on",
    Code.PLAN_UNREADABLE: "plan",
    Code.ORGANISATION_LEFT: "organisation",
}
STATE_WORDS: Mapping[str, str] = {
    "claimed": N_("已认领"),
    "refused": N_("不接"),
    "released": N_("退回"),
    "done": N_("已办结"),
    "ended": N_("另有安排"),
}


async def desk(visit: Visit) -> Response:
    return await _desk(visit, UNTRIED)


async def _desk(visit: Visit, again: Tried) -> Response:
    """What waits, who has what, what ended lately; with forms for who may."""
    here, today, number = visit.here.id, visit.today, page_number(visit)
    present = (await listed(here)).present
    is_claims = visit.query.get("show", "") == "claims"
    return page(
        visit,
        "claims/desk.html",
        status=again.status,
        section="claims",
        waiting=await reading.waiting(here, today, page=1 if is_claims else number),
        held=await reading.in_force(here, today, page=number if is_claims else 1),
        ended=await reading.ended(here),
        state_words=STATE_WORDS,
        limit=(await workflows.latest(here)).limits.unclaimed_days,
        own=next((o for o in present if o.id == visit.actor.organisation), None),
        organisations=[(str(o.id), o.name) for o in present],
        meetings=await _meetings(visit),
        tried=again,
    )


async def _meetings(visit: Visit) -> list[tuple[str, str]]:
    """Joint meetings in which something may have been said, for staff to choose."""
    if not visit.actor.may(Permission.PREPARE):
        return []
    rows = Meeting.filter(community_id=visit.here.id, kind="joint").exclude(state="cancelled")
    return [(str(m.id), m.title) for m in await rows.order_by("-starts_at").limit(MEETINGS)]


async def claim(visit: Visit) -> Response:
    """Take a demand on; what was typed stays when something is missing."""
    demand = visit.path_id("demand")

    async def act() -> None:
        await service.claim(visit.actor, demand, _promise(visit), at=visit.now)

    again = await tried(visit, f"claim-{demand}", act, _FIELDS)
    return go("/claims") if again is None else await _desk(visit, again)


def _promise(visit: Visit) -> Promise:
    promised_on = visit.day("promised_on")
    if promised_on is None:
        raise Refusal(Code.FIELD_MISSING, field=N_("承诺哪天办结"))
    return Promise(
        promised_on=promised_on,
        plan=plan_from(visit.text("plan", limit=2_000)),
        organisation=visit.id("organisation"),
        meeting=visit.id("meeting"),
    )


async def refuse(visit: Visit) -> Response:
    demand = visit.path_id("demand")

    async def act() -> None:
        await service.refuse(
            visit.actor,
            demand,
            visit.text("reason", limit=2_000),
            organisation=visit.id("organisation"),
            meeting=visit.id("meeting"),
            at=visit.now,
        )

    again = await tried(visit, f"refuse-{demand}", act, _FIELDS)
    return go("/claims") if again is None else await _desk(visit, again)


async def release(visit: Visit) -> Response:
    claimed = visit.path_id("claim")

    async def act() -> None:
        reason = visit.text("reason", limit=2_000)
        await service.release(visit.actor, claimed, reason, at=visit.now)

    again = await tried(visit, f"release-{claimed}", act, _FIELDS)
    return go("/claims?show=claims") if again is None else await _desk(visit, again)


async def escalate(visit: Visit) -> Response:
    """Staff put a demand on the list of the level above before its days are over."""
    demand = visit.path_id("demand")

    async def act() -> None:
        reason = visit.text("reason", limit=2_000)
        await escalating.ask_for_demand(visit.actor, demand, reason, at=visit.now)

    again = await tried(visit, f"escalate-{demand}", act, _FIELDS)
    return go("/claims") if again is None else await _desk(visit, again)


async def offers(visit: Visit) -> Response:
    """What could be offered, several at once."""
    return page(
        visit,
        "claims/offers.html",
        section="claims",
        found=await reading.offerable(visit.here.id, page=page_number(visit)),
    )


async def offer(visit: Visit) -> Response:
    """Offer what was ticked; back to the page it was ticked on."""
    chosen = [_id(str(value)) for value in visit.form.getlist("demand")]

    async def act() -> None:
        await service.offer(visit.actor, chosen, at=visit.now)

    await tried(visit, "offer", act, {})
    return go("/claims" if visit.text("back", limit=10) == "claims" else "/claims/offers")


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Refusal(Code.NOT_FOUND) from None


async def one(visit: Visit) -> Response:
    """A claim is part of its demand's story."""
    found = await Claim.get_or_none(id=visit.path_id("claim"))
    if found is None:
        raise Refusal(Code.NOT_FOUND)
    return go(f"/matters/{found.matter_id}" if found.matter_id else f"/demands/{found.demand_id}")


PAGES: Sequence[Page] = (
    get("/claims", Permission.PUBLIC, desk),
    get("/claims/offers", Permission.PREPARE, offers),
    post("/claims/offers", Permission.PREPARE, offer),
    get("/claims/{claim}", Permission.PUBLIC, one),
    post("/claims/{claim}/release", Permission.CLAIM, release),
    post("/demands/{demand}/claims", Permission.CLAIM, claim),
    post("/demands/{demand}/refusals", Permission.CLAIM, refuse),
    post("/demands/{demand}/escalation", Permission.PREPARE, escalate),
)
