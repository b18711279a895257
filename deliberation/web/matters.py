"""Matters: how far each has come, its whole story, the acts on it, ratings."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from starlette.responses import Response

from deliberation import journal
from deliberation.claims.escalating import ask_for_matter
from deliberation.errors import Code, Refusal
from deliberation.journal import events as e
from deliberation.matters import service as matters
from deliberation.matters.models import Matter
from deliberation.matters.rating import rate
from deliberation.matters.service import Given
from deliberation.matters.steps import ACT_WORDS, GENERIC, MOVER_WORDS, Act, MatterState, Step
from deliberation.minutes.knowing import known_of
from deliberation.people.roles import Permission
from deliberation.people.service import organisations
from deliberation.web import guarding, matterviews
from deliberation.web.matterlist import listing
from deliberation.web.matterstory import (
    Reader,
    entered,
    is_returned,
    organisations_in,
    passages,
)
from deliberation.web.pages import go, page
from deliberation.web.routing import Page, get, post
from deliberation.web.visit import Visit

_OF_DEMANDS = (
    e.ClaimMade,
    e.ClaimRefused,
    e.EscalationRaised,
    e.EscalationAssigned,
    e.EscalationUnassigned,
    e.EscalationReviewed,
    e.EscalationEnded,
)
"""What was told of a demand that belongs to the story of its matter."""


async def one(visit: Visit) -> Response:
    """A matter and its whole story."""
    matter = await matters.require_matter(visit.path_id("matter"))
    facts = await matterviews.facts(visit, matter)
    demands = await matterviews.demands_of(matter)
    told = await _told(matter, [view.row.id for view in demands])
    names = await matterviews.names_of(organisations_in(told))
    return page(
        visit,
        "matters/one.html",
        section="matters",
        matter=matter,
        facts=facts,
        demands=demands,
        merged_into=await _merged_into(matter),
        meetings=await matterviews.meetings_of(matter),
        lineage=await matterviews.lineage_of(matter),
        entered={step: at.astimezone(visit.zone).date() for step, at in entered(told).items()},
        is_returned=is_returned(told),
        stages=matterviews.stages_here(facts),
        generic_names=list(GENERIC.names.values()),
        ahead=matterviews.ahead(facts),
        offers=matterviews.offered(facts),
        act_words=ACT_WORDS,
        mover_words=MOVER_WORDS,
        passages=passages(told, Reader(names=names, language=visit.language)),
        **await matterviews.decisions_of(matter),
        **await matterviews.delivery_of(visit, matter),
        **await matterviews.evaluation_of(visit, matter),
        **await _choices(visit, matter),
    )


async def _told(matter: Matter, demands: Sequence[UUID]) -> list[journal.Happened]:
    """What was told of the matter, and of its demands what belongs to it, in order of time."""
    own = f"matter:{matter.id}"
    told = await journal.story([own, *(f"demand:{demand}" for demand in demands)])
    return [one for one in told if one.subject == own or isinstance(one.event, _OF_DEMANDS)]


async def _merged_into(matter: Matter) -> Matter | None:
    if matter.merged_into_id is None:
        return None
    return await Matter.get_or_none(id=matter.merged_into_id)


async def _choices(visit: Visit, matter: Matter) -> dict[str, Any]:
    """What the forms of the acts let choose from; nothing where there are no forms."""
    if not visit.actor.may(Permission.PREPARE):
        return {"organisations": [], "target_options": []}
    others = Matter.filter(community_id=visit.here.id, state=MatterState.ACTIVE).exclude(
        id=matter.id
    )
    wanted = matter.step in (Step.RAISE, Step.DISCUSS)
    rows = await others.order_by("-opened_at").limit(200) if wanted else []
    known = await organisations(visit.here.id)
    return {
        "organisations": [one.name for one in known if one.left_at is None],
        "target_options": [(str(row.id), f"{row.number} {row.title}") for row in rows],
    }


async def act(visit: Visit) -> Response:
    """An explicit act at the desk."""
    matter = await matters.require_matter(visit.path_id("matter"))
    try:
        chosen = Act(visit.request.path_params["act"])
    except ValueError:
        raise Refusal(Code.NOT_FOUND) from None
    if chosen in matterviews.NOT_HERE:
        raise Refusal(Code.NOT_FOUND)
    await guarding.done_once(visit, lambda: _act(visit, matter, chosen))
    return go(f"/matters/{matter.id}")


async def _act(visit: Visit, matter: Matter, chosen: Act) -> None:
    """Onto the list of the level above it goes with the act, in one."""
    given = Given(
        target=visit.id("target"),
        organisation=visit.text("organisation", limit=80),
        task=visit.text("task", limit=200),
        due_on=visit.day("due_on"),
        reason=visit.text("reason", limit=500),
        note=visit.text("note", limit=1_000),
    )
    if chosen is Act.ESCALATE:
        await ask_for_matter(visit.actor, matter.id, given.reason, at=visit.now)
        return
    known = await known_of(matter)
    await matters.act_on(visit.actor, matter.id, chosen, given, known=known, at=visit.now)


async def progress(visit: Visit) -> Response:
    """Say how far the carrying out has come."""
    matter = visit.path_id("matter")
    note = visit.text("note", limit=2_000)
    await guarding.done_once(
        visit, lambda: matters.report_progress(visit.actor, matter, note, at=visit.now)
    )
    return go(f"/matters/{matter}")


async def add_demand(visit: Visit) -> Response:
    """Take one more demand of the list into the matter, by its number."""
    matter, number = visit.path_id("matter"), visit.text("number", limit=40)
    demand = await matterviews.demand_numbered(visit, number)
    await guarding.done_once(
        visit, lambda: matters.add_demand(visit.actor, matter, demand, at=visit.now)
    )
    return go(f"/matters/{matter}")


async def rate_one(visit: Visit) -> Response:
    """Was it really done?"""
    matter = visit.path_id("matter")
    mark, words = visit.number("mark", 0), visit.text("words", limit=500)
    await rate(visit.actor, matter, mark, words, at=visit.now)
    is_from_list = visit.text("back", limit=20) == "/me/ratings"
    return go("/me/ratings" if is_from_list else f"/matters/{matter}")


PAGES: Sequence[Page] = (
    get("/matters", Permission.PUBLIC, listing),
    get("/matters/{matter}", Permission.PUBLIC, one),
    post("/matters/{matter}/acts/{act}", Permission.PREPARE, act),
    post("/matters/{matter}/progress", Permission.REPORT_PROGRESS, progress),
    post("/matters/{matter}/demands", Permission.PREPARE, add_demand),
    post("/matters/{matter}/ratings", Permission.RATE, rate_one),
)
