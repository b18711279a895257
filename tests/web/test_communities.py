"""Several communities at the pages and over the socket: who is not of it is a visitor there."""

import json
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from uuid import UUID, uuid4

import httpx2
import pytest
import websockets

from deliberation import journal
from deliberation.ballots.models import Ballot
from deliberation.demands.intaking import begin
from deliberation.demands.models import Demand
from deliberation.errors import Code
from deliberation.live.protocol import SUBPROTOCOL
from deliberation.matters.models import Matter
from deliberation.meetings.models import Meeting
from deliberation.people.models import Community, Unit
from deliberation.people.roles import Actor, Permission
from deliberation.people.service import printed_cards
from deliberation.web.belonging import COMMUNITY_COOKIE, COMMUNITY_OF
from deliberation.web.routing import Page
from deliberation.web.sitemap import PAGES
from deliberation.web.visit import DEVICE_COOKIE
from tests.flows.community import PASSWORD
from tests.flows.hall import KEY, Hall, convene_with_everybody, open_hall, open_the_vote, token_of
from tests.flows.live_client import Phone
from tests.support.neighbours import Neighbours, neighbours_of
from tests.web.desk import Browser, signed_in

pytestmark = pytest.mark.anyio

NOTHING = (Code.OTHER_COMMUNITY.value, Code.NOT_PERMITTED.value, Code.NOT_FOUND.value)
WORDS = {
    "kind": "demands",
    "key": "meeting",
    "suffix": "csv",
    "act": "discuss",
    "code": "X",
    "link": "x",
}
"""Parts of addresses that name no object."""


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[Hall]:
    async with open_hall(tmp_path, households=3) as opened:
        yield opened


@pytest.fixture
async def beside(hall: Hall) -> Neighbours:
    return await neighbours_of(hall.chair, key=KEY.encode(), at=hall.now)


@pytest.fixture
async def client(hall: Hall) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=hall.url, trust_env=False, timeout=60) as opened:
        yield opened


async def things_of(hall: Hall) -> Mapping[str, UUID]:
    """One of everything that an address can name, in the hall's community."""
    await convene_with_everybody(hall)
    ballot = await Ballot.get(id=await open_the_vote(hall))
    meeting = await Meeting.get(id=hall.meeting)
    unit = await Unit.filter(community_id=hall.community).first()
    demand = await Demand.filter(community_id=hall.community, state="listed").first()
    matter = await Matter.filter(community_id=hall.community).first()
    assert unit is not None
    assert demand is not None
    assert matter is not None
    assert meeting.day_id is not None
    return {
        "meeting": hall.meeting,
        "day": meeting.day_id,
        "ballot": ballot.id,
        "item": ballot.item_id,
        "demand": demand.id,
        "matter": matter.id,
        "unit": unit.id,
        "person": hall.residents[0].person,
        "intake": await begin(hall.chair, "需求.csv", at=hall.now),
        "community": hall.community,
    }


AT_HOME = {
    *("person", "unit", "intake", "speech", "seat", "milestone"),
    *("ask", "message", "task", "escalation", "handover", "participation"),
}
"""Parts that are looked for in what is named before them, in the community of who asks, or among
what is theirs in another way: the household asked again, the reader, the organisation of the task,
the level above."""


def parts_of(page: Page) -> Sequence[str]:
    return re.findall(r"{([^}]+)}", page.path)


OF_OBJECTS = [page for page in PAGES if set(parts_of(page)) - set(WORDS)]


def address_of(page: Page, things: Mapping[str, UUID]) -> str:
    def named(part: re.Match[str]) -> str:
        return WORDS.get(part[1]) or str(things.get(part[1], uuid4()))

    return re.sub(r"{([^}]+)}", named, page.path)


def forms_in(text: str) -> set[str]:
    return set(re.findall(r'action="([^"]+)"', text))


async def told_in(hall: Hall) -> list[int]:
    return [await journal.position(stream) for stream in (hall.community, hall.meeting)]


@pytest.mark.parametrize("who", ["facilitator", "resident", "liaison", "administrator"])
async def test_a_neighbour_gets_nothing_but_what_a_visitor_sees(
    hall: Hall, beside: Neighbours, client: httpx2.AsyncClient, who: str
) -> None:
    things = await things_of(hall)
    actor: Actor = getattr(beside, who)
    browser = await signed_in(client, hall, actor.person)
    before, wrong = await told_in(hall), []
    for page in OF_OBJECTS:
        address = address_of(page, things)
        if page.method == "POST":
            answer = await browser.send(address, password=PASSWORD)
        else:
            answer = await browser.get(address)
        if not set(parts_of(page)) <= things.keys() | WORDS.keys():
            is_right = 400 <= answer.status_code < 500  # there is no such thing
        elif page.needs is not Permission.PUBLIC:
            is_right = answer.status_code in (403, 404) and any(c in answer.text for c in NOTHING)
        elif page.method == "GET":
            visitor = await Browser(client).get(address)
            is_right = answer.status_code == visitor.status_code < 500
            is_right &= forms_in(answer.text) <= forms_in(visitor.text)
        else:
            is_right = answer.status_code < 500
        if not is_right:
            wrong.append(f"{page.method} {page.path}: {answer.status_code}")
    assert wrong == []
    assert await told_in(hall) == before


def test_every_part_of_an_address_says_whose_it_is() -> None:
    parts = {part for page in OF_OBJECTS for part in parts_of(page)}
    assert parts - COMMUNITY_OF.keys() - AT_HOME - WORDS.keys() == set()


async def test_an_address_of_things_of_two_communities_is_not_there(
    hall: Hall, beside: Neighbours, client: httpx2.AsyncClient
) -> None:
    ballot = (await things_of(hall))["ballot"]
    own = await Meeting.create(
        community_id=beside.community,
        title="邻里会",
        level="community",
        kind="deliberation",
        starts_at=hall.now,
        minutes=60,
        venue="演示",
        uid="meeting-x",
        modified_at=hall.now,
    )
    browser = await signed_in(client, hall, beside.facilitator.person)
    for end in ("desk", "reminders", "papers", "vote"):
        answer = await browser.get(f"/meetings/{own.id}/ballots/{ballot}/{end}")
        assert (answer.status_code, Code.NOT_FOUND.value in answer.text) == (404, True)


async def test_who_is_in_another_community_is_told_so(
    hall: Hall, beside: Neighbours, client: httpx2.AsyncClient
) -> None:
    browser = await signed_in(client, hall, beside.facilitator.person)
    refused = await browser.get(f"/meetings/{hall.meeting}/console")
    assert refused.status_code == 403
    assert "这是另一个社区的事" in refused.text
    assert "/sign-in?next" not in refused.text
    shown = await browser.get(f"/meetings/{hall.meeting}/notice")
    assert "不是您自己的社区" in shown.text
    assert "邻里社区" in (await browser.get("/desk")).text


async def test_over_the_socket_a_neighbour_is_a_visitor(hall: Hall, beside: Neighbours) -> None:
    before = await told_in(hall)
    token = await token_of(beside.resident.present_person(), hall.now)
    async with Phone(hall.url, hall.meeting, token) as phone:
        assert not phone.mine["present"]
        await phone.send({"type": "attend", "id": uuid4().hex, "channel": "phone"})
        answer = await phone.until(lambda frame: frame["type"] in ("refused", "done"))
        assert (answer["type"], answer["code"]) == ("refused", Code.SIGN_IN_REQUIRED.value)
    assert await told_in(hall) == before


async def test_the_console_over_the_socket_is_for_its_own_chair(
    hall: Hall, beside: Neighbours
) -> None:
    for actor, answers in (
        (beside.facilitator, "refused"),
        (beside.administrator, "refused"),
        (hall.chair, "snapshot"),
    ):
        token = await token_of(actor.present_person(), hall.now)
        async with websockets.connect(
            hall.url.replace("http://", "ws://") + "/live",
            subprotocols=[websockets.Subprotocol(SUBPROTOCOL)],
            additional_headers={"Cookie": f"{DEVICE_COOKIE}={token}"},
            proxy=None,
        ) as socket:
            hello = {"type": "hello", "meeting": str(hall.meeting), "face": "console"}
            await socket.send(json.dumps(hello))
            assert json.loads(await socket.recv())["type"] == answers


# ------------------------------------------------------------ which community a visit is in


async def home_of(client: httpx2.AsyncClient, chosen: object = None) -> str:
    client.cookies.clear()
    headers = {"Cookie": f"{COMMUNITY_COOKIE}={chosen}"} if chosen else {}
    return (await client.get("/", headers=headers)).text


async def test_a_visitor_is_in_the_community_that_they_chose(
    hall: Hall, beside: Neighbours, client: httpx2.AsyncClient
) -> None:
    assert "示例社区" in await home_of(client)
    chosen = await client.get(f"/communities/{beside.community}?next=/days")
    assert (chosen.status_code, chosen.headers["location"]) == (303, "/days")
    assert str(beside.community) in chosen.headers["set-cookie"]
    assert "邻里社区议事" in await home_of(client, beside.community)
    for unknown in (uuid4(), "x", "%00"):
        assert "示例社区议事" in await home_of(client, unknown)
    away = await client.get(f"/communities/{beside.community}?next=https://elsewhere.example")
    assert away.headers["location"] == "/"
    assert (await client.get(f"/communities/{uuid4()}")).status_code == 404


async def test_who_is_signed_in_is_at_home_whatever_was_chosen(
    hall: Hall, beside: Neighbours, client: httpx2.AsyncClient
) -> None:
    token = await token_of(beside.resident.present_person(), hall.now)
    cookies = f"{DEVICE_COOKIE}={token}; {COMMUNITY_COOKIE}={hall.community}"
    shown = await client.get("/demands", headers={"Cookie": cookies})
    assert "邻里社区" in shown.text
    assert "演示需求" not in shown.text


async def test_a_card_leads_home_whatever_was_looked_at(
    hall: Hall, beside: Neighbours, client: httpx2.AsyncClient
) -> None:
    (card,) = await printed_cards(beside.facilitator, key=KEY.encode())
    answer = await Browser(client).send(f"/c/{card.code}")
    assert answer.headers["location"] == "/"  # the meeting of today is another community's
    device = answer.cookies[DEVICE_COOKIE]
    client.cookies.clear()
    shown = await client.get("/", headers={"Cookie": f"{DEVICE_COOKIE}={device}"})
    assert "邻里社区" in shown.text


async def test_the_choice_is_offered_where_there_is_one(
    hall: Hall, client: httpx2.AsyncClient
) -> None:
    assert 'href="/communities"' not in await home_of(client)
    beside = await neighbours_of(hall.chair, key=KEY.encode(), at=hall.now)
    assert 'href="/communities"' in await home_of(client)
    listed = (await client.get("/communities")).text
    places = [listed.index(f"/communities/{one}") for one in (beside.subdistrict, beside.community)]
    assert places == sorted(places)
    assert "建立" not in listed


async def test_lists_hold_the_communitys_own(
    hall: Hall, beside: Neighbours, client: httpx2.AsyncClient
) -> None:
    for path in ("/demands", "/matters", "/minutes", "/days", "/"):
        headers = {"Cookie": f"{COMMUNITY_COOKIE}={beside.community}"}
        shown = (await client.get(path, headers=headers)).text
        assert "演示需求" not in shown, path
        assert str(hall.meeting) not in shown, path


async def test_the_calendar_of_a_community_has_an_address_of_its_own(
    hall: Hall, beside: Neighbours, client: httpx2.AsyncClient
) -> None:
    feed = (await client.get(f"/communities/{beside.community}/calendar.ics")).text
    assert "邻里社区议事日" in feed
    assert "示例社区" not in feed
    cookie = {"Cookie": f"{COMMUNITY_COOKIE}={beside.community}"}
    shown = (await client.get("/calendar", headers=cookie)).text
    assert f"{hall.url}/communities/{beside.community}/calendar.ics" in shown
    first = await client.get("/calendar.ics")
    assert "示例社区议事日" in first.text
    assert "set-cookie" not in first.headers, "caches may keep it"


# ------------------------------------------------------------ founding

STREET = {
    "name": "示例街道",
    "level": "subdistrict",
    "facilitator": "演示街道管理员",
    "login": "jiedao",
    "password": PASSWORD,
}
NEW = {
    "name": "第三社区",
    "level": "community",
    "facilitator": "演示主持",
    "login": "san",
    "password": PASSWORD,
    "rule": "date",
    "day": "15",
    "nth": "3",
    "weekday": "7",
    "starts": "09:30",
    "minutes": "120",
    "venue": "演示活动室",
    "places": "第一网格/1号楼",
}


async def test_an_administrator_founds_the_level_above_and_it_founds_below(
    hall: Hall, client: httpx2.AsyncClient
) -> None:
    chair = await signed_in(client, hall, hall.chair.person)
    assert "建立上一级" in (await chair.get("/communities")).text
    assert (await chair.send("/communities/above", **STREET)).status_code == 303
    shown = (await chair.get("/communities")).text
    assert "建立上一级" not in shown
    assert "示例街道" in shown
    street = await Community.get(level="subdistrict")
    assert (await Community.get(id=hall.community)).parent_id == street.id
    made = await client.post(
        "/sign-in/password",
        data={"csrf": (await csrf(client)), "login": "jiedao", "password": PASSWORD},
    )
    assert made.headers["location"] == "/desk"


async def csrf(client: httpx2.AsyncClient) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', (await client.get("/sign-in")).text)
    assert found
    return found[1]


async def test_a_subdistrict_founds_a_community_with_days_of_its_own(
    hall: Hall, beside: Neighbours, client: httpx2.AsyncClient
) -> None:
    browser = await signed_in(client, hall, beside.administrator.person)
    assert (await browser.get("/desk")).status_code == 200
    assert (await browser.get("/days")).status_code == 200
    assert (await browser.send("/communities/below", **NEW)).status_code == 303
    made = await Community.get(name="第三社区")
    assert made.parent_id == beside.subdistrict
    feed = (await client.get(f"/communities/{made.id}/calendar.ics")).text
    assert "演示活动室" in feed


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"name": ""}, "请填写“社区名称”"),
        ({"level": "city"}, "层级不合适"),
        ({"level": "nowhere"}, "层级不合适"),
        ({"login": "zhou"}, "已经有人用了"),
        ({"password": "short"}, "密码至少8个字符"),
        ({"name": "邻里社区"}, "已经有叫“邻里社区”的了"),
        ({"level": "community", "venue": ""}, "地点"),
    ],
)
async def test_what_is_missing_is_said_and_what_was_typed_stays(
    hall: Hall,
    beside: Neighbours,
    client: httpx2.AsyncClient,
    changed: Mapping[str, str],
    words: str,
) -> None:
    browser = await signed_in(client, hall, beside.administrator.person)
    asked = {**NEW, "level": "community", **changed}
    answer = await browser.send("/communities/below", **asked)
    assert answer.status_code in (400, 409)
    assert words in answer.text
    assert "演示主持" in answer.text
    assert await Community.all().count() == 3
