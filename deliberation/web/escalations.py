"""The joint meeting's list: what came up from below, who was given it, how it stands."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from deliberation.claims import escalating, listing, reviewing
from deliberation.claims.escalating import Duty
from deliberation.claims.models import Escalation
from deliberation.claims.rules import OPEN, EscalationState, Finding
from deliberation.errors import Code, Refusal
from deliberation.i18n import N_
from deliberation.people.organisations import listed
from deliberation.people.roles import Permission
from deliberation.people.service import communities
from deliberation.web.pages import go, page
from deliberation.web.routing import Page, get, post
from deliberation.web.trying import UNTRIED, Fields, Tried, page_number, tried
from deliberation.web.visit import Visit

CAUSE_WORDS: Mapping[str, str] = {
    "unclaimed": N_("没有人认领"),
    "overdue": N_("逾期"),
    "dissatisfied": N_("评价不满意"),
    "asked": N_("居委会上报"),
}
STATE_WORDS: Mapping[str, str] = {
    "listed": N_("等待交办"),
    "assigned": N_("已交办"),
    "done": N_("已办结"),
    "returned": N_("已退回"),
}
FINDING_WORDS: Mapping[str, str] = {
    "on_track": N_("正常"),
    "at_risk": N_("有风险"),
    "late": N_("滞后"),
    "done": N_("办完"),
}
_FIELDS: Fields = {
    "办理单位": "organisation",
    "办理事项": "duty",
    "办理时限": "due_on",
    "调度情况": "words",
    "理由": "reason",
    Code.DEADLINE_IN_THE_PAST: "due_on",
    Code.ORGANISATION_LEFT: "organisation",
    Code.REASON_REQUIRED: "reason",
}
_ENDED = (EscalationState.DONE, EscalationState.RETURNED)


async def overview(visit: Visit) -> Response:
    """For the level above, its list; for a community and everybody in it, what it sent up."""
    names = {row.id: row.name for row in await communities()}
    is_ended = visit.query.get("state", "") == "ended"
    is_upper = visit.here.parent_id is None or visit.here.level != "community"
    oversees = is_upper and _oversees(visit)
    found = listing.of_upper if oversees else listing.of_community
    states = _ENDED if is_ended else tuple(OPEN)
    return page(
        visit,
        "escalations/list.html",
        section="escalations",
        found=await found(visit.here.id, visit.today, states=states, page=page_number(visit)),
        is_ended=is_ended,
        oversees=oversees,
        is_level_above=visit.here.level != "community",
        upper_name=names.get(visit.here.parent_id or visit.here.id, ""),
        names=names,
        **_words(),
    )


def _oversees(visit: Visit) -> bool:
    return visit.actor.may(Permission.OVERSEE)


def _words() -> dict[str, Any]:
    return {
        "cause_words": CAUSE_WORDS,
        "state_words": STATE_WORDS,
        "finding_words": FINDING_WORDS,
    }


async def sheet(visit: Visit) -> Response:
    """The whole list on paper, in the order in which the meeting goes through it."""
    return page(
        visit,
        "escalations/sheet.html",
        section="escalations",
        rows=await listing.all_open(visit.here.id, visit.today),
        names={row.id: row.name for row in await communities()},
        **_words(),
    )


async def _found(visit: Visit) -> Escalation:
    """On the list of this level, or sent up from here; of others it is not there."""
    found = await escalating.require_escalation(visit.path_id("escalation"))
    if visit.here.id not in (found.upper_id, found.community_id):
        raise Refusal(Code.NOT_FOUND)
    if found.community_id != visit.here.id and not _oversees(visit):
        raise Refusal(Code.NOT_FOUND)
    return found


async def one(visit: Visit) -> Response:
    return await _one(visit, UNTRIED)


async def _one(visit: Visit, again: Tried) -> Response:
    found = await _found(visit)
    (row,) = await listing.rows_of([found], visit.today)
    may_oversee = _oversees(visit) and visit.actor.belongs_to(found.upper_id)
    upper = (await listed(found.upper_id)).present if may_oversee else ()
    below = (await listed(found.community_id)).present if may_oversee else ()
    choices = {one.id: one.name for one in (*upper, *below)}
    return page(
        visit,
        "escalations/one.html",
        status=again.status,
        section="escalations",
        row=row,
        names={one.id: one.name for one in await communities()},
        may_oversee=may_oversee and found.state in OPEN,
        organisations=[(str(key), name) for key, name in choices.items()],
        findings=[
            (one.value, visit.translations.gettext(FINDING_WORDS[one.value])) for one in Finding
        ],
        tried=again,
        **_words(),
    )


async def _done(visit: Visit, again: Tried | None) -> Response:
    if again is None:
        return go(f"/escalations/{visit.path_id('escalation')}")
    return await _one(visit, again)


async def assign(visit: Visit) -> Response:
    escalation = visit.path_id("escalation")

    async def act() -> None:
        await escalating.assign(visit.actor, escalation, _duty(visit), at=visit.now)

    return await _done(visit, await tried(visit, "assign", act, _FIELDS))


def _duty(visit: Visit) -> Duty:
    organisation, due_on = visit.id("organisation"), visit.day("due_on")
    if organisation is None:
        raise Refusal(Code.FIELD_MISSING, field=N_("办理单位"))
    if due_on is None:
        raise Refusal(Code.FIELD_MISSING, field=N_("办理时限"))
    return Duty(organisation=organisation, duty=visit.text("duty", limit=500), due_on=due_on)


async def review(visit: Visit) -> Response:
    escalation = visit.path_id("escalation")
    try:
        finding = Finding(visit.text("finding", limit=12))
    except ValueError:
        raise Refusal(Code.FIELD_INVALID, field=N_("进展")) from None

    async def act() -> None:
        words = visit.text("words", limit=2_000)
        await reviewing.review(visit.actor, escalation, finding, words, at=visit.now)

    return await _done(visit, await tried(visit, "review", act, _FIELDS))


async def send_back(visit: Visit) -> Response:
    escalation = visit.path_id("escalation")

    async def act() -> None:
        reason = visit.text("reason", limit=2_000)
        await reviewing.send_back(visit.actor, escalation, reason, at=visit.now)

    return await _done(visit, await tried(visit, "return", act, _FIELDS))


_HERE = "/escalations/{escalation}"

PAGES: Sequence[Page] = (
    get("/escalations", Permission.PUBLIC, overview),
    get("/escalations/sheet", Permission.OVERSEE, sheet),
    get(_HERE, Permission.PUBLIC, one),
    post(f"{_HERE}/assignment", Permission.OVERSEE, assign),
    post(f"{_HERE}/reviews", Permission.OVERSEE, review),
    post(f"{_HERE}/return", Permission.OVERSEE, send_back),
)
