"""What is one's own: demands and what became of them, ratings that wait, devices signed in."""

import re
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import httpx2
import pytest

from deliberation import journal
from deliberation.ballots.models import Ballot, Electorate, Mark, Vote
from deliberation.demands import service as demands
from deliberation.demands.models import Demand
from deliberation.demands.service import Raising
from deliberation.journal.canonical import canonical
from deliberation.matters.evaluating import open_evaluation
from deliberation.matters.models import Matter, MatterDemand, Rating
from deliberation.people.models import Device, Organisation
from deliberation.rulesets.shipped import CONSULTATION
from tests.flows.hall import Hall, open_hall
from tests.web.desk import Browser, signed_in

pytestmark = pytest.mark.anyio


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[Hall]:
    async with open_hall(tmp_path, households=2) as opened:
        yield opened


@pytest.fixture
async def client(hall: Hall) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=hall.url, trust_env=False, timeout=60) as opened:
        yield opened


@pytest.fixture
async def resident(hall: Hall, client: httpx2.AsyncClient) -> Browser:
    return await signed_in(client, hall, hall.residents[0].person)


async def brought(hall: Hall, title: str) -> Demand:
    """A demand of the first household."""
    actor = await hall.actor(hall.residents[0])
    return await demands.raise_demand(actor, Raising(title=title, place="3号楼"), at=hall.now)


async def taken_up(hall: Hall, demand: Demand, step: str, *, due_on: date | None = None) -> Matter:
    """The demand's matter, at that step; carried out by 演示物业公司."""
    organisation = await Organisation.create(community_id=hall.community, name="演示物业公司")
    matter = await Matter.create(
        id=uuid4(),
        community_id=hall.community,
        number=f"演示-{demand.number}",
        title=demand.title,
        step=step,
        organisation=organisation,
        due_on=due_on,
        opened_at=hall.now,
        stepped_at=hall.now,
    )
    await MatterDemand.create(matter_id=matter.id, demand_id=demand.id)
    await Demand.filter(id=demand.id).update(state="resolved" if step == "evaluate" else "taken_up")
    if step == "evaluate":
        await ask(hall, matter)
    return matter


async def ask(hall: Hall, matter: Matter) -> None:
    """Those who asked for it are asked whether it was done."""

    @journal.shielded
    async def open_it() -> None:
        async with journal.record(hall.community, actor=None, at=hall.now) as entry:
            await open_evaluation(entry, matter)

    await open_it()


def today(hall: Hall) -> date:
    return hall.now.date()


async def test_what_is_late_is_said_on_the_list_the_first_page_and_ones_own(
    hall: Hall, resident: Browser
) -> None:
    demand = await brought(hall, "演示路灯不亮")
    await taken_up(hall, demand, "deliver", due_on=today(hall) - timedelta(days=3))
    for path in ("/demands?text=演示路灯", f"/demands/{demand.id}", "/", "/me", "/me/demands"):
        shown = (await resident.get(path)).text
        assert "逾期3天" in shown, path
        assert "演示物业公司" in shown, path
        assert "2026年11月17日" in shown, path


async def test_a_demand_being_carried_out_in_time_is_not_late(
    hall: Hall, resident: Browser
) -> None:
    demand = await brought(hall, "演示路灯不亮")
    await taken_up(hall, demand, "deliver", due_on=today(hall))
    found = (await resident.get("/demands?state=delivering")).text
    assert "演示路灯不亮" in found
    assert "办理中" in found
    assert "演示路灯不亮" not in (await resident.get("/demands?state=overdue")).text
    assert "演示路灯不亮" not in (await resident.get("/demands?state=taken_up")).text


async def test_who_stood_behind_a_demand_is_asked_whether_it_was_done_until_they_say(
    hall: Hall, resident: Browser
) -> None:
    matter = await taken_up(hall, await brought(hall, "演示路灯不亮"), "evaluate")
    waiting = (await resident.get("/me/ratings")).text
    assert f'action="/matters/{matter.id}/ratings"' in waiting
    assert "演示路灯不亮" in (await resident.get("/me")).text

    answer = await resident.send(f"/matters/{matter.id}/ratings", mark="3", back="/me/ratings")
    assert answer.headers["location"] == "/me/ratings"
    rated = (await resident.get("/me/ratings")).text
    assert f'action="/matters/{matter.id}/ratings"' not in rated
    assert "都评过了" in rated
    assert "办了一部分" in rated
    assert "修改评价" in rated
    assert "您家的评价" in (await resident.get(f"/matters/{matter.id}")).text
    assert await Rating.filter(mark=3).count() == 1


async def test_a_rating_leads_nowhere_but_to_the_matter_or_ones_ratings(
    hall: Hall, resident: Browser
) -> None:
    matter = await taken_up(hall, await brought(hall, "演示路灯不亮"), "evaluate")
    for back in ("//elsewhere", "/desk", ""):
        answer = await resident.send(f"/matters/{matter.id}/ratings", mark="5", back=back)
        assert answer.headers["location"] == f"/matters/{matter.id}"


async def test_a_neighbour_who_did_not_ask_for_it_is_not_asked(
    hall: Hall, client: httpx2.AsyncClient
) -> None:
    await taken_up(hall, await brought(hall, "演示路灯不亮"), "evaluate")
    neighbour = await signed_in(client, hall, hall.residents[1].person)
    shown = (await neighbour.get("/me/ratings")).text
    assert "演示路灯不亮" not in shown
    assert "现在没有等您评价的议题" in shown


async def test_what_the_household_supports_stands_beside_what_the_person_brought(
    hall: Hall, resident: Browser
) -> None:
    await brought(hall, "演示路灯不亮")
    other = await Demand.filter(state="listed", raised_by_id=None).first()
    assert other is not None
    await resident.send(f"/demands/{other.id}/supports")
    shown = (await resident.get("/me/demands")).text
    mine, backed = shown.split('id="backed"')
    assert "演示路灯不亮" in mine
    assert "演示路灯不亮" not in backed
    assert other.title in backed


async def devices_of(person: UUID) -> int:
    return await Device.filter(person_id=person).count()


async def test_a_lost_phone_is_signed_out_from_the_one_at_hand(
    hall: Hall, client: httpx2.AsyncClient
) -> None:
    person, neighbour = hall.residents[0].person, hall.residents[1].person
    lost = await signed_in(client, hall, person)
    at_hand = await signed_in(client, hall, person)
    await signed_in(client, hall, neighbour)
    assert "在其他设备上都退出" in (await at_hand.get("/me")).text

    answer = await at_hand.send("/me/devices/sign-out")
    assert answer.headers["location"] == "/me#devices"
    assert (await lost.get("/me")).status_code == 401
    shown = (await at_hand.get("/me")).text
    assert "这部设备" in shown
    assert "在其他设备上都退出" not in shown
    assert (await devices_of(person), await devices_of(neighbour)) == (1, 1)


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/me", "还没有投过票"),
        ("/me", "现在没有等您家评价的议题"),
        ("/me/demands", "还没有提过需求"),
        ("/me/demands", "还没有支持过邻居的需求"),
        ("/me/ratings", "现在没有等您评价的议题"),
        ("/me/receipts", "还没有回执"),
    ],
)
async def test_an_empty_page_says_what_to_do_next(resident: Browser, path: str, says: str) -> None:
    shown = (await resident.get(path)).text
    assert says in shown


async def test_staff_without_a_household_see_no_ratings_of_theirs(
    hall: Hall, client: httpx2.AsyncClient
) -> None:
    chair = await signed_in(client, hall, hall.chair.person)
    shown = await chair.get("/me")
    assert shown.status_code == 200
    assert "我家支持的需求" not in shown.text
    assert (await chair.get("/me/ratings")).status_code == 200


async def voted(hall: Hall, times: int) -> list[str]:
    """The first household has voted so often, an hour apart; its receipts, the last first."""
    roll = await Electorate.create(
        meeting_id=hall.meeting, fingerprint="演示", salt="", digest="", size=2
    )
    for n in range(times):
        ballot = await Ballot.create(
            meeting_id=hall.meeting,
            item_id=uuid4(),
            electorate=roll,
            state="announced",
            wording="演示事项",
            rule=canonical(CONSULTATION.to_json()),
            entitled=2,
            opened_at=hall.now,
        )
        await Vote.create(
            id=n,
            ballot=ballot,
            voter_id=hall.residents[0].household,
            person_id=hall.residents[0].person,
            choice="for",
            channel="phone",
            receipt=f"R{n:03}",
            cast_at=hall.now + timedelta(hours=n),
        )
    return [f"R{n:03}" for n in reversed(range(times))]


def receipts_on(shown: str) -> list[str]:
    return re.findall(r'<b class="keep">(R\d+)</b>', shown)


def leads_to(shown: str, words: str) -> str:
    """The address of the link with these words; empty when there is none."""
    found = re.search(rf'href="([^"]+)"[^>]*>{words}<', shown)
    return found[1] if found else ""


async def test_a_second_page_of_receipts_has_the_older_ones_and_leads_back(
    hall: Hall, resident: Browser
) -> None:
    cast = await voted(hall, 45)
    path, pages = "/me/receipts", list[str]()
    while path:
        pages.append((await resident.get(path)).text)
        path = leads_to(pages[-1], "更早的回执")
    assert [len(receipts_on(shown)) for shown in pages] == [20, 20, 5]
    assert [receipt for shown in pages for receipt in receipts_on(shown)] == cast
    assert not leads_to(pages[0], "更新的回执")
    for page, before in ((pages[2], pages[1]), (pages[1], pages[0])):
        back = (await resident.get(leads_to(page, "更新的回执"))).text
        assert receipts_on(back) == receipts_on(before)


async def test_few_receipts_are_one_page(hall: Hall, resident: Browser) -> None:
    cast = await voted(hall, 20)
    shown = (await resident.get("/me/receipts?older=nonsense")).text
    assert receipts_on(shown) == cast
    assert not leads_to(shown, "更早的回执")


async def test_ones_own_page_shows_the_last_receipts_and_how_many_there_are(
    hall: Hall, resident: Browser
) -> None:
    cast = await voted(hall, 5)
    shown = (await resident.get("/me")).text
    assert receipts_on(shown) == cast[:3]
    assert "全部5张" in shown


async def test_a_neighbours_ballot_shows_nobody_their_receipts(
    hall: Hall, client: httpx2.AsyncClient
) -> None:
    await voted(hall, 3)
    ballot = await Ballot.filter(meeting_id=hall.meeting).order_by("id").first()
    assert ballot is not None
    neighbour = await signed_in(client, hall, hall.residents[1].person)
    for side in ("older", "newer"):
        place = f"{ballot.id}.{hall.residents[0].household}"
        shown = (await neighbour.get(f"/me/receipts?{side}={place}")).text
        assert "还没有回执" in shown


async def test_of_a_secret_ballot_ones_page_says_only_that_one_took_part(
    hall: Hall, resident: Browser
) -> None:
    await voted(hall, 1)
    await Ballot.all().update(is_secret=True, closes_at=hall.now + timedelta(days=3), state="open")
    ballot = await Ballot.get()
    await Vote.all().delete()
    household = hall.residents[0].household
    await Mark.create(id=1, ballot=ballot, voter_id=household, channel="phone")
    for path in ("/me", "/me/receipts"):
        shown = (await resident.get(path)).text
        assert "您投过票；核对用您抄下的回执码。" in shown
        assert not receipts_on(shown)
    await Ballot.all().update(state="announced")
    shown = (await resident.get("/me/receipts")).text
    assert leads_to(shown, "看公布的名单") == f"/meetings/{hall.meeting}/ballots/{ballot.id}#list"


async def test_a_ballot_that_stands_open_for_days_stands_at_the_top_of_ones_own_page(
    hall: Hall, resident: Browser
) -> None:
    await voted(hall, 1)
    await Ballot.all().update(state="open", closes_at=hall.now + timedelta(days=3))
    shown = (await resident.get("/me")).text
    assert "正在投票：" in shown
    assert shown.index("正在投票：") < shown.index("请您评一评")
