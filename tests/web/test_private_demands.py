"""A dispute between people stands nowhere in public: every page, feed and frame is walked."""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import UUID

import httpx2
import pytest
from starlette.routing import Route

from deliberation.agendas.editing import remove_item
from deliberation.agendas.rerouting import reroute
from deliberation.agendas.service import add_demand, items_of
from deliberation.api.routes import ROUTES
from deliberation.attachments.models import Attachment
from deliberation.claims.escalating import ask_for_demand
from deliberation.claims.service import offer, refuse
from deliberation.demands.merging import merge
from deliberation.demands.models import Demand
from deliberation.demands.routes import Route as Way
from deliberation.demands.rules import Raising
from deliberation.demands.sending import Order
from deliberation.demands.service import raise_demand, support
from deliberation.matters.models import Matter
from deliberation.meetings import service as meetings
from deliberation.meetings.models import DeliberationDay, Meeting
from deliberation.people.models import Organisation, Person, RoleGrant
from deliberation.people.roles import Permission, Role
from deliberation.web.sitemap import PAGES
from tests.flows.hall import Hall, convene_with_everybody, open_hall
from tests.flows.live_client import Phone
from tests.web.desk import Browser, signed_in

pytestmark = pytest.mark.anyio

SECRETS = ("漏水甲", "赔偿乙", "13911112222", "调解丙", "纠纷丁", "还漏戊", "交办己")
"""A word each of title, description, contact, mediator, reason, a merged one, and instructions."""
_PART = re.compile(r"{([^}]+)}")
KNOWN_ONLY = {"code": "X", "key": "meeting", "format": "json", "kind": "json", "suffix": "csv"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    demand: UUID
    merged: UUID
    meeting: UUID
    """Where it stood on an agenda without a notice."""
    claim: UUID
    escalation: UUID
    organisation: UUID


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[Hall]:
    async with open_hall(tmp_path, households=3) as opened:
        yield opened


@pytest.fixture
async def client(hall: Hall) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=hall.url, trust_env=False, timeout=60) as opened:
        yield opened


@pytest.fixture
async def dispute(hall: Hall) -> Dispute:
    """It has been everywhere where a demand can be, and then turned out to be a dispute."""
    chair, at = hall.chair, hall.now
    asker, neighbour = [await hall.actor(one) for one in hall.residents[:2]]
    raising = Raising(title="演示楼上漏水甲", description="演示赔偿乙", phone="13911112222")
    demand = await raise_demand(asker, raising, at=at)
    again = await raise_demand(asker, Raising(title="演示楼上还漏戊"), at=at)
    await support(neighbour, demand.id, at=at)
    await support(neighbour, again.id, at=at)
    await merge(chair, again.id, demand.id, "演示：同一件", at=at)
    day = await DeliberationDay.get(held_on=date(2026, 12, 20))
    meeting = await meetings.plan_meeting(chair, day.id, title="演示下次议事日", at=at)
    await add_demand(chair, meeting.id, demand.id, reason="演示先后", at=at)
    item = next(one for one in await items_of(meeting.id) if one.demand_id == demand.id)
    await remove_item(chair, meeting.id, item.id, reason="演示先去掉", at=at)
    await add_demand(chair, meeting.id, demand.id, reason="演示先后", at=at)
    organisation = await Organisation.create(community_id=hall.community, name="演示共建单位")
    await offer(chair, [demand.id], at=at)
    refused = await refuse(chair, demand.id, "演示不归我们", organisation=organisation.id, at=at)
    escalation = await ask_for_demand(chair, demand.id, "演示上报", at=at)
    order = Order(route=Way.MEDIATION, reason="演示纠纷丁", to="演示调解丙", words="演示交办己")
    await reroute(chair, demand.id, order, at=at)
    return Dispute(
        demand=demand.id,
        merged=again.id,
        meeting=meeting.id,
        claim=refused.id,
        escalation=escalation.id,
        organisation=organisation.id,
    )


async def things_of(hall: Hall, dispute: Dispute) -> Sequence[Mapping[str, str]]:
    """What the parts of addresses may name, once for each demand and meeting."""
    matter = await Matter.filter(community_id=hall.community).first()
    meeting = await Meeting.get(id=dispute.meeting)
    assert matter is not None
    both = ((dispute.demand, dispute.meeting), (dispute.merged, hall.meeting))
    return [
        KNOWN_ONLY
        | {
            "demand": str(demand),
            "request": (await Demand.get(id=demand)).number,
            "meeting": str(place),
            "matter": str(matter.id),
            "day": str(meeting.day_id),
            "community": str(hall.community),
            "claim": str(dispute.claim),
            "escalation": str(dispute.escalation),
            "organisation": str(dispute.organisation),
        }
        for demand, place in both
    ]


def addresses(things: Sequence[Mapping[str, str]]) -> list[str]:
    """All that can be read, of pages and for other programs, as far as it names these things."""
    paths = [page.path for page in PAGES if page.method == "GET" and is_open(page.needs)]
    paths += [
        route.path
        for route in ROUTES
        if isinstance(route, Route) and "GET" in (route.methods or ())
    ]
    paths += [path.replace("{format}", "xml") for path in paths]
    found = {filled(path, named): None for path in paths for named in things if knows(named, path)}
    return [*found, "/demands?text=楼上", "/demands?state=referred", "/demands.csv?text=楼上"]


def knows(named: Mapping[str, str], path: str) -> bool:
    return set(_PART.findall(path)) <= named.keys()


def filled(path: str, named: Mapping[str, str]) -> str:
    return _PART.sub(lambda part: named[part[1]], path)


def is_open(needs: Permission) -> bool:
    """To people who are not staff that prepares."""
    return needs in {
        Permission.PUBLIC,
        Permission.ATTEND,
        Permission.RAISE_DEMAND,
        Permission.SUPPORT_DEMAND,
        Permission.REPORT_PROGRESS,
        Permission.CLAIM,
    }


async def liaison_of(hall: Hall, organisation: UUID) -> UUID:
    made = await Person.create(
        community_id=hall.community, name="演示联络员", organisation_id=organisation
    )
    await RoleGrant.create(person_id=made.id, role=Role.LIAISON.value)
    return made.id


def told(text: str) -> list[str]:
    return [word for word in SECRETS if word in text]


async def test_nobody_else_reads_a_word_of_a_dispute(
    hall: Hall, client: httpx2.AsyncClient, dispute: Dispute
) -> None:
    liaison = await liaison_of(hall, dispute.organisation)
    everybody = {
        "visitor": Browser(client),
        "neighbour": await signed_in(client, hall, hall.residents[2].person),
        "supporter": await signed_in(client, hall, hall.residents[1].person),
        "liaison": await signed_in(client, hall, liaison),
    }
    wrong: list[str] = []
    for address in addresses(await things_of(hall, dispute)):
        for who, browser in everybody.items():
            answer = await browser.get(address)
            assert answer.status_code < 500, address
            wrong += [f"{who} {address}: {word}" for word in told(answer.text)]
    assert not wrong, "\n".join(wrong)


async def test_who_brought_it_and_staff_still_read_it(
    hall: Hall, client: httpx2.AsyncClient, dispute: Dispute
) -> None:
    own = await signed_in(client, hall, hall.residents[0].person)
    staff = await signed_in(client, hall, hall.chair.person)
    assert "漏水甲" in (await own.get(f"/demands/{dispute.demand}")).text
    shown = (await staff.get(f"/triage/{dispute.demand}")).text
    assert {"漏水甲", "赔偿乙", "调解丙", "纠纷丁"} <= set(told(shown))
    assert "交办己" in (await staff.get("/triage/handed")).text
    number = (await Demand.get(id=dispute.demand)).number
    private = (await staff.get(f"/demands/{dispute.demand}")).text
    assert number in private
    assert told(private) == []


async def test_no_frame_of_a_meeting_tells_of_it(hall: Hall, dispute: Dispute) -> None:
    await convene_with_everybody(hall)
    for face in ("resident", "screen"):
        async with Phone(hall.url, hall.meeting, face=face) as phone:
            assert told(str(phone.parts)) == []


async def test_a_notice_goes_out_without_it(
    hall: Hall, client: httpx2.AsyncClient, dispute: Dispute
) -> None:
    assert all(item.demand_id != dispute.demand for item in await items_of(dispute.meeting))
    staff = await signed_in(client, hall, hall.chair.person)
    board = await staff.get(f"/meetings/{dispute.meeting}/agenda")
    assert told(board.text) == []


async def test_photos_of_a_dispute_are_seen_by_who_prepares_and_who_brought_them(
    hall: Hall, client: httpx2.AsyncClient, dispute: Dispute
) -> None:
    asker = hall.residents[0].person
    photo = await Attachment.create(
        community_id=hall.community,
        subject=f"demand:{dispute.demand}",
        phase="before",
        media_type="image/jpeg",
        width=64,
        height=64,
        content=b"content",
        thumbnail=b"small",
        digest="0" * 64,
        is_shown=True,
        by_id=asker,
        taken_at=hall.now,
    )
    liaison = await liaison_of(hall, dispute.organisation)
    seen = {}
    for who in (asker, hall.chair.person, liaison, hall.residents[1].person):
        answer = await (await signed_in(client, hall, who)).get(f"/photos/{photo.id}")
        seen[who] = answer.status_code
        if answer.status_code == 200:
            assert answer.headers["cache-control"] == "private, no-cache"
    assert list(seen.values()) == [200, 200, 404, 404]
