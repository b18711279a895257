"""The demand list: reading, standing behind, taking away as a file."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from starlette.responses import Response
from tortoise.expressions import Q

from deliberation.attachments import service as attachments
from deliberation.demands import handing, merging
from deliberation.demands import listing as demands
from deliberation.demands.models import Demand
from deliberation.demands.rules import SOURCES, Channel, Urgency
from deliberation.demands.service import require_demand
from deliberation.demands.service import support as stand_behind
from deliberation.errors import Code, Refusal
from deliberation.matters import following
from deliberation.matters.models import Matter
from deliberation.people.models import Place
from deliberation.people.roles import Permission
from deliberation.sheets import Cell, write_csv
from deliberation.web import guarding
from deliberation.web.asking import Asked
from deliberation.web.intakes import DEMAND_HEADERS
from deliberation.web.pages import go, page
from deliberation.web.routing import Page, get, post
from deliberation.web.visit import Visit

PLACES = 12
"""How many places the list offers to choose from; the others are found by their words."""
CONTACTS = 2
"""The last columns of the file, which only staff get."""


async def listing(visit: Visit) -> Response:
    """The list, by domain, place, channel, urgency, phase and words."""
    here, asked = visit.here.id, Asked.from_query(visit.request.query_params)
    delivery = await following.in_delivery(here, visit.today)
    where = following.in_phases(asked.phases, delivery)
    rows, total = await demands.list_demands(here, asked.filters, where=where, page=asked.page)
    states = await demands.count_by(here, "state")
    domains = await demands.count_by(here, "domain")
    may_prepare = visit.actor.may(Permission.PREPARE)
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
        phases=following.counts_of(states, delivery),
        domain_bars=[(name, n, str(n)) for name, n in domains.items()],
        private=await demands.private_demands(here) if may_prepare else [],
        **await _facets(here, asked, domains),
    )


async def _facets(community: UUID, asked: Asked, domains: Mapping[str, int]) -> dict[str, Any]:
    """What may be chosen, each with how many there are."""
    filters = asked.filters
    places = await demands.count_by(community, "place", limit=PLACES)
    channels = await demands.count_by(community, "channel")
    urgencies = await demands.count_by(community, "urgency")
    areas = await demands.places_of(community)
    return {
        "domains": _with_chosen(domains, filters.domains),
        "places": _in_order(_with_chosen(places, filters.places)),
        "channels": {c.value: n for c in Channel if (n := channels.get(c, 0))},
        "urgencies": {u.value: n for u in Urgency if (n := urgencies.get(u, 0))},
        "areas": areas,
        "area": next((place for place in areas if place.id == filters.area), None),
        "channel_words": {channel.value: words for channel, words in SOURCES.items()},
    }


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
    demand = await require_demand(visit.path_id("demand"))
    is_own = demand.raised_by_id is not None and demand.raised_by_id == visit.identity.person
    if demand.is_private and not is_own:
        return _private(visit, demand)
    may_prepare = visit.actor.may(Permission.PREPARE)
    followed = (await following.follow([demand], visit.today))[demand.id]
    subject = f"demand:{demand.id}"
    photos = await attachments.photos_of([subject], shown_only=not (may_prepare or is_own))
    return page(
        visit,
        "demands/one.html",
        section="demands",
        demand=demand,
        is_own=is_own,
        has_just_come="raised" in visit.query,
        is_supported=demand.id in await _supported(visit, [demand]),
        followed=followed,
        matter=await Matter.get(id=followed.matter) if followed.matter else None,
        merged_into=await merging.end_of_chain(demand) if demand.state == "merged" else None,
        merged=await merging.merged_into(demand.id),
        asked_again=await merging.asked_for(demand.id),
        photos=photos[subject],
        place=await Place.get_or_none(id=demand.place_id) if demand.place_id else None,
        is_open=demand.state in ("listed", "taken_up", "referred"),
        routed=await handing.routed(visit.actor, demand, at=visit.now),
    )


def _private(visit: Visit, demand: Demand) -> Response:
    """A dispute between people: only its number, and only for staff. Raises NOT_FOUND."""
    if not visit.actor.may(Permission.PREPARE):
        raise Refusal(Code.NOT_FOUND)
    return page(visit, "demands/private.html", section="demands", demand=demand)


async def support(visit: Visit) -> Response:
    """Stand behind a demand, and stay where the button was: in the list or on its page."""
    demand = visit.path_id("demand")
    await stand_behind(visit.actor, demand, at=visit.now)
    listed = visit.text("back", limit=500)
    return go(listed if listed.startswith("/demands?") else f"/demands/{demand}")


async def answer_again(visit: Visit) -> Response:
    """A household says whether it stands behind what its demand was merged into."""
    ask, said = visit.path_id("ask"), visit.text("answer", limit=4)
    await guarding.done_once(visit, lambda: merging.answer(visit.actor, ask, said, at=visit.now))
    return go("/me#asked-again")


async def as_file(visit: Visit) -> Response:
    """The list that is asked for, as it can be imported again; contacts only for staff."""
    visit.desk.limiter.check("export", visit.address)
    visit.desk.limiter.count("export", visit.address)
    asked = Asked.from_query(visit.request.query_params)
    where = Q()
    if asked.phases:
        delivery = await following.in_delivery(visit.here.id, visit.today)
        where = following.in_phases(asked.phases, delivery)
    width = len(DEMAND_HEADERS)
    if not visit.actor.may(Permission.SEE_CONTACTS):
        width -= CONTACTS
    lines: list[Sequence[Cell]] = []
    async for rows in demands.all_demands(visit.here.id, asked.filters, where=where):
        lines += [_line(row)[:width] for row in rows]
    body = await asyncio.to_thread(write_csv, DEMAND_HEADERS[:width], lines)
    headers = {
        "Content-Disposition": 'attachment; filename="demands.csv"',
        "Cache-Control": "no-store",
    }
    return Response(body, media_type="text/csv; charset=utf-8", headers=headers)


def _line(demand: Demand) -> Sequence[Cell]:
    return (
        demand.number,
        demand.title,
        demand.description,
        demand.domain,
        demand.place,
        demand.source,
        demand.raised_on.isoformat(),
        demand.supporters_listed,
        demand.contact_name,
        demand.contact_phone,
    )


PAGES: Sequence[Page] = (
    get("/demands", Permission.PUBLIC, listing),
    get("/demands.csv", Permission.PUBLIC, as_file),
    get("/demands/{demand}", Permission.PUBLIC, one),
    post("/demands/{demand}/supports", Permission.SUPPORT_DEMAND, support),
    post("/support-asks/{ask}", Permission.SUPPORT_DEMAND, answer_again),
)
