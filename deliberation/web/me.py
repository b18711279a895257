"""What is one's own: receipts, demands, ratings, devices."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from starlette.responses import Response

from deliberation.auth import devices
from deliberation.ballots import receipts as receipts_of
from deliberation.ballots.holding import labels_of
from deliberation.ballots.receipts import OwnVote
from deliberation.ballots.standing import standing_in
from deliberation.demands import listing as demands
from deliberation.demands import merging
from deliberation.demands.models import Demand
from deliberation.matters import following
from deliberation.people import service as people
from deliberation.people.roles import Permission
from deliberation.web.pages import go, page
from deliberation.web.routing import Page, get, post
from deliberation.web.visit import DEVICE_COOKIE, Visit

SHOWN = 3
"""Of each kind on the first page; the others are a link away."""
ALL = 200
RECEIPTS = 20
"""On a page."""


async def me(visit: Visit) -> Response:
    """Everything of one's own at a glance."""
    person, household = visit.actor.present_person(), visit.actor.household
    token = visit.request.cookies.get(DEVICE_COOKIE, "")
    holder = await receipts_of.holder_of(visit.actor)
    return page(
        visit,
        "me/me.html",
        section="mine",
        unit=await people.unit_label(household) if household else "",
        lives_here=household is not None,
        standing=await standing_in(visit.here.id, visit.actor, at=visit.now),
        votes=(votes := await receipts_of.own_votes(holder, SHOWN)),
        votes_count=await receipts_of.count_own_votes(holder),
        givers=await _givers(votes),
        to_rate=await following.waiting_for_rating(household) if household else [],
        devices=await devices.devices_of(person, token, at=visit.now),
        brought_count=await demands.count_own(person),
        asked_again=await merging.questions_for(household) if household else [],
        **await _own_demands(visit, SHOWN),
    )


async def _own_demands(visit: Visit, limit: int) -> dict[str, Any]:
    """What the person brought, what their household stands behind, and what became of it."""
    person, household = visit.actor.present_person(), visit.actor.household
    brought = await demands.own_demands(person, limit=limit)
    backed = await demands.backed_demands(household, person, limit) if household else []
    both: Sequence[Demand] = [*brought, *backed]
    return {
        "brought": brought,
        "backed": backed,
        "followed": await following.follow(both, visit.today),
    }


async def own_demands(visit: Visit) -> Response:
    return page(visit, "me/demands.html", section="mine", **await _own_demands(visit, ALL))


async def receipts(visit: Visit) -> Response:
    """Own votes with their receipts, and how to find them in the published list."""
    asked = visit.request.query_params
    newer = "newer" in asked
    shown = await receipts_of.own_votes_page(
        await receipts_of.holder_of(visit.actor),
        beside=asked.get("newer" if newer else "older", ""),
        newer=newer,
        size=RECEIPTS,
    )
    givers = await _givers(shown.votes)
    return page(visit, "me/receipts.html", section="mine", shown=shown, givers=givers)


async def _givers(votes: Sequence[OwnVote]) -> dict[UUID, str]:
    """Doors and names of those whose votes the viewer cast as their proxy."""
    return await labels_of({vote.voter for vote in votes if vote.kind == "other"})


async def ratings(visit: Visit) -> Response:
    """What waits for the household's word, and what it has said."""
    household = visit.actor.household
    return page(
        visit,
        "me/ratings.html",
        section="mine",
        to_rate=await following.waiting_for_rating(household) if household else [],
        rated=await following.rated_by(household) if household else [],
    )


async def sign_out_elsewhere(visit: Visit) -> Response:
    """A lost phone: the others are signed out, this one stays."""
    token = visit.request.cookies.get(DEVICE_COOKIE, "")
    await devices.sign_out_elsewhere(visit.actor.present_person(), token)
    return go("/me#devices")


PAGES: Sequence[Page] = (
    get("/me", Permission.ATTEND, me),
    get("/me/receipts", Permission.ATTEND, receipts),
    get("/me/demands", Permission.ATTEND, own_demands),
    get("/me/ratings", Permission.ATTEND, ratings),
    post("/me/devices/sign-out", Permission.ATTEND, sign_out_elsewhere),
)
