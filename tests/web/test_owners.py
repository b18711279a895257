"""Owners on their pages: what is missing, adding, removing, choosing who casts the vote."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import UUID

import httpx2
import pytest

from deliberation import journal
from deliberation.agendas.editing import Edit, Vote, edit_item
from deliberation.agendas.service import add_demand, items_of
from deliberation.app import create_app
from deliberation.auth.service import actor_of
from deliberation.clock import FixedClock
from deliberation.config import Settings
from deliberation.demands.service import Raising, raise_demand
from deliberation.journal.models import Entry
from deliberation.matters.steps import Step
from deliberation.meetings import service as meetings
from deliberation.meetings.models import DeliberationDay
from deliberation.people.models import Household, Ownership, Person, Unit
from deliberation.rulesets.questions import MOTION
from tests.flows.community import Resident, found_community, settle_households
from tests.flows.hall import BEFORE, KEY, token_of
from tests.support.community import the_community
from tests.support.service import served
from tests.web.desk import Browser

pytestmark = pytest.mark.anyio


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Three households without owners, and a meeting with one item to be decided by owners."""

    staff: Browser
    resident: Browser
    residents: list[Resident]
    unit: UUID
    community: UUID
    meeting: UUID

    @property
    def page(self) -> str:
        return f"/people/owners/{self.unit}"

    async def names(self) -> list[tuple[str, bool]]:
        rows = await Ownership.filter(unit_id=self.unit).prefetch_related("person")
        return sorted((row.person.name, row.is_holder) for row in rows)


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    settings = Settings(var=str(tmp_path), database_url="", secret_key=KEY)
    async with served(create_app(settings, FixedClock(BEFORE))) as url:
        token = await token_of(await found_community(BEFORE), BEFORE)
        chair = await actor_of(token, at=BEFORE)
        community = (await the_community()).id
        residents = await settle_households(community, 3, key=KEY.encode(), at=BEFORE)
        day = await DeliberationDay.get(held_on=date(2026, 11, 20))
        meeting = await meetings.plan_meeting(chair, day.id, title="11月议事日", at=BEFORE)
        demand = await raise_demand(chair, Raising(title="演示公共收益怎样花"), at=BEFORE)
        await add_demand(chair, meeting.id, demand.id, at=BEFORE)
        (item,) = await items_of(meeting.id)
        vote = Vote(rule_key="owners-half", question=MOTION, window_days=0)
        edit = Edit(step=Step.DECIDE, wording="同意修好路灯。", vote=vote)
        await edit_item(chair, meeting.id, item.id, edit, at=BEFORE)
        async with httpx2.AsyncClient(base_url=url, trust_env=False, timeout=60) as client:
            yield Place(
                staff=Browser(client, token),
                resident=Browser(client, await token_of(residents[0].person, BEFORE)),
                residents=list(residents),
                unit=(await Household.get(id=residents[0].household)).unit_id,
                community=community,
                meeting=meeting.id,
            )


async def test_owners_are_added_by_card_or_by_door_and_name(place: Place) -> None:
    assert "这套房还没有业主" in (await place.staff.get(place.page)).text
    first = await place.staff.send(place.page, card=place.residents[0].code)
    assert first.status_code == 303
    await place.staff.send(place.page, door="1号楼 1-102", name="演示住户2")
    await place.staff.send(place.page, door="1-103", name="演示住户3")
    assert await place.names() == [("演示住户1", True), ("演示住户2", False), ("演示住户3", False)]
    shown = (await place.staff.get(place.page)).text
    assert "名册里在第一网格 1号楼 1-102" in shown
    assert "由这位投票" in shown
    listed = (await place.staff.get("/people/owners?text=演示住户2")).text
    assert "第一网格 1号楼 1-101" in listed
    assert "共1套" in listed


async def test_what_cannot_be_is_said_beside_its_field_and_keeps_what_was_typed(
    place: Place,
) -> None:
    await place.staff.send(place.page, card=place.residents[0].code)
    for sent, words in (
        ({"card": "AAA-AAAA"}, "卡号有一位不对"),
        ({"card": place.residents[0].code}, "这一位已经是这套房的业主"),
        ({"door": "1-101", "name": "演示住户1"}, "这一位已经是这套房的业主"),
        ({"door": "9-999", "name": "演示住户2"}, "名册里没有唯一的这一位"),
        ({}, "名册里没有唯一的这一位"),
    ):
        refused = await place.staff.send(place.page, **sent)
        assert refused.status_code >= 400
        assert words in refused.text
        assert all(f'value="{text}"' in refused.text for text in sent.values())
    assert await place.names() == [("演示住户1", True)]


async def test_another_owner_casts_the_vote_and_another_takes_it_over(place: Place) -> None:
    for resident in place.residents:
        await place.staff.send(place.page, card=resident.code)
    one, two, _three = (resident.person for resident in place.residents)
    await place.staff.send(f"{place.page}/{two}/choice")
    assert (await place.names())[:2] == [("演示住户1", False), ("演示住户2", True)]
    await place.staff.send(f"{place.page}/{two}/removal")
    assert await place.names() == [("演示住户1", True), ("演示住户3", False)]
    gone = await place.staff.send(f"{place.page}/{two}/removal")
    assert "这一位已经不是这套房的业主" in gone.text
    for resident in place.residents[::2]:
        await place.staff.send(f"{place.page}/{resident.person}/removal")
    assert await place.names() == []
    assert one in {resident.person for resident in place.residents}


async def test_the_journal_tells_counts_to_all_and_who_to_the_entitled(place: Place) -> None:
    await place.staff.send(place.page, card=place.residents[0].code)
    await place.staff.send(place.page, card=place.residents[1].code)
    await place.staff.send(f"{place.page}/{place.residents[1].person}/choice")
    await place.staff.send(f"{place.page}/{place.residents[0].person}/removal")
    told = [
        e for e in await journal.entries(place.community) if e.event.NAME == "ownership.changed"
    ]
    assert [(e.event.added, e.event.removed, e.event.chosen) for e in told] == [  # type: ignore[attr-defined]
        (1, 0, 0),
        (1, 0, 0),
        (0, 0, 1),
        (0, 1, 0),
    ]
    for row in await Entry.filter(name="ownership.changed"):
        assert str(place.unit) not in f"{row.public}{row.subject}"
        assert json.loads(row.restricted or "")["unit"] == str(place.unit)


async def test_the_board_says_what_is_left_out_and_leads_to_the_owners(place: Place) -> None:
    board = f"/meetings/{place.meeting}/agenda"
    assert "/people/owners" in (await place.staff.get(board)).text
    await place.staff.send(place.page, card=place.residents[0].code)
    empty = await Unit.create(community_id=place.community, label="201", area_hundredths=9_000)
    await place.staff.send(f"/people/owners/{empty.id}", card=place.residents[1].code)
    text = (await place.staff.get(board)).text
    assert "2套房没有业主" in text
    assert "1套房有业主而没有住户" in text
    listed = (await place.staff.get("/people/owners?show=without_household")).text
    assert f"/people/owners/{empty.id}" in listed
    assert place.page not in listed
    assert "不在按业主计票的名单里" in (await place.staff.get(f"/people/owners/{empty.id}")).text
    assert "/people/owners" in (await place.staff.get("/people")).text


async def test_nobody_but_who_may_import_sees_owners(place: Place) -> None:
    for path in ("/people/owners", place.page):
        assert (await place.resident.get(path)).status_code == 403
    assert (await place.resident.send(place.page, card=place.residents[0].code)).status_code == 403
    assert await place.names() == []


async def test_what_is_not_found_says_what_to_do_next(place: Place) -> None:
    assert "换个条件找找" in (await place.staff.get("/people/owners?text=没有")).text
    await Person.all().update(household_id=None)
    await Household.all().delete()
    await Unit.all().delete()
    assert "先导入住户名册" in (await place.staff.get("/people/owners")).text
