"""Rule sets on their pages: read by all, adopted by who may, chosen for an item, published."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import UUID

import httpx2
import pytest

from deliberation.agendas.models import AgendaItem
from deliberation.agendas.service import add_demand, items_of
from deliberation.app import create_app
from deliberation.auth.service import actor_of
from deliberation.clock import FixedClock
from deliberation.config import Settings
from deliberation.demands.service import Raising, raise_demand
from deliberation.meetings import service as meetings
from deliberation.meetings.models import DeliberationDay
from deliberation.people.models import Household, Ownership
from deliberation.rulesets import service as rulesets
from deliberation.rulesets.shipped import CONSULTATION, RESIDENTS_2026
from deliberation.web.ruleforms import values_of
from tests.flows.community import found_community, settle_households
from tests.flows.hall import BEFORE, KEY, token_of
from tests.papers.samples import text_of
from tests.support.community import the_community
from tests.support.service import served
from tests.web.desk import Browser

pytestmark = pytest.mark.anyio


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A meeting with one item, not noticed yet; who may do all, and anybody."""

    staff: Browser
    anyone: Browser
    meeting: UUID
    item: UUID

    @property
    def board(self) -> str:
        return f"/meetings/{self.meeting}/agenda"


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    settings = Settings(var=str(tmp_path), database_url="", secret_key=KEY)
    async with served(create_app(settings, FixedClock(BEFORE))) as url:
        token = await token_of(await found_community(BEFORE), BEFORE)
        chair = await actor_of(token, at=BEFORE)
        community = (await the_community()).id
        await settle_households(community, 6, key=KEY.encode(), at=BEFORE)
        day = await DeliberationDay.get(held_on=date(2026, 11, 20))
        meeting = await meetings.plan_meeting(chair, day.id, title="11月议事日", at=BEFORE)
        demand = await raise_demand(chair, Raising(title="演示公共收益怎样花"), at=BEFORE)
        await add_demand(chair, meeting.id, demand.id, at=BEFORE)
        (item,) = await items_of(meeting.id)
        async with httpx2.AsyncClient(base_url=url, trust_env=False, timeout=60) as client:
            yield Place(
                staff=Browser(client, token),
                anyone=Browser(client),
                meeting=meeting.id,
                item=item.id,
            )


async def community_of() -> UUID:
    return (await the_community()).id


async def test_everybody_reads_the_rule_sets_and_what_is_wrong_with_them(place: Place) -> None:
    listed = (await place.anyone.get("/rules")).text
    assert "没有填完，还不能用" in listed
    assert "今天不施行" in listed
    assert "意向征询，不等同业主大会表决。" in listed
    assert "另立一套规则" not in listed
    one = (await place.anyone.get("/rules/residents-2026")).text
    assert "不替您填" in one
    assert "系统自带" in one
    for unknown in ("nowhere", "x" * 60):
        assert (await place.anyone.get(f"/rules/{unknown}")).status_code == 404
    assert (await place.anyone.get("/new-rules")).status_code == 401
    assert 'href="/rules"' in (await place.staff.get("/desk")).text


async def test_a_set_is_adopted_and_its_earlier_versions_stay_readable(place: Place) -> None:
    filled = values_of(RESIDENTS_2026) | {
        "attendance": "half",
        "majority": "least",
        "majority_part": "3/5",
        "source": "演示：某法第某条",
        "name_en": "Residents' meeting",
    }
    page = (await place.staff.get("/rules/residents-2026/new-version")).text
    assert "居民会议（2026年新法）" in page
    answer = await place.staff.send("/rules/residents-2026", **filled)
    assert (answer.status_code, answer.headers["location"]) == (303, "/rules/residents-2026")
    rule = await rulesets.voting_rule(await community_of(), "residents-2026")
    assert rule.version == 2
    rule.check_usable(date(2026, 11, 20))
    one = (await place.anyone.get("/rules/residents-2026")).text
    assert "赞成占投票总数五分之三以上" in one
    assert "看这一版" in one
    english = (await place.anyone.get("/rules", accept_language="en")).text
    assert "Residents&#39; meeting" in english


async def test_what_is_wrong_in_the_form_is_listed_and_nothing_typed_is_lost(place: Place) -> None:
    wrong = values_of(CONSULTATION) | {
        "key": "courtyard",
        "name": "",
        "label": "院内意见",
        "majority": "more",
        "majority_part": "3/2",
        "notice_days": "很久",
        "in_force_from": "明天",
        "base": "whatever",
    }
    answer = await place.staff.send("/rules", **wrong)
    assert answer.status_code == 400
    for name in ("name", "majority", "notice_days", "in_force_from", "base"):
        assert f'<a href="#{name}">' in answer.text
        assert f'id="{name}"' in answer.text
    for typed in ("courtyard", "院内意见", "3/2", "很久", "明天"):
        assert f'value="{typed}"' in answer.text
    secret = values_of(CONSULTATION) | {"key": "courtyard", "name": "院规", "secrecy": "secret"}
    refused = await place.staff.send("/rules", **secret)
    assert '<a href="#secrecy">' in refused.text
    taken = await place.staff.send("/rules", **(values_of(CONSULTATION) | {"name": "院规"}))
    assert taken.status_code == 409
    assert '<a href="#key">' in taken.text
    sound = secret | {"may_change": "", "proxies": "0"}
    assert (await place.staff.send("/rules", **sound)).status_code == 303
    assert (await rulesets.voting_rule(await community_of(), "courtyard")).secrecy == "secret"


async def test_rule_options_and_window_go_from_the_board_to_notice_and_poster(
    place: Place,
) -> None:
    board = (await place.staff.get(place.board)).text
    assert "不等同业主大会表决" in board
    assert board.count(" disabled>居民会议") == 2
    item = f"{place.board}/items/{place.item}"
    vote = {
        "rule": "owners-half",
        "step": "decide",
        "wording": "同意公共收益按投票结果使用。",
        "method": "equal-shares",
        "options": "修路灯 | 1,200.50\n添长椅 800",
        "budget": "1500",
        "window_days": "14",
    }
    refused = await place.staff.send(item, **vote)
    assert refused.status_code == 400
    assert f'href="#item-{place.item}"' in refused.text
    assert "添长椅 800" in refused.text
    too_long = await place.staff.send(item, **(vote | {"options": "", "window_days": "99"}))
    assert too_long.status_code == 400
    vote["options"] = "修路灯 | 1,200.50\n添长椅 | 800"
    by_area = await place.staff.send(item, **vote)
    assert by_area.status_code == 400
    assert "按面积计票的规则只用于赞成、反对、弃权的表决。" in by_area.text
    vote["rule"] = "unanimity"
    assert (await place.staff.send(item, **vote)).status_code == 303
    row = await AgendaItem.get(id=place.item)
    assert (row.rule_key, row.window_days) == ("unanimity", 14)
    assert "名册里没有业主" in (await place.staff.get(place.board)).text
    for household in await Household.all():
        assert household.representative_id is not None
        await Ownership.create(unit_id=household.unit_id, person_id=household.representative_id)
    await place.staff.send(f"{place.board}/notice", confirmed="1")
    notice = (await place.anyone.get(f"/meetings/{place.meeting}/notice")).text
    poster = await place.anyone.get(f"/meetings/{place.meeting}/notice.pdf")
    for text in (notice, text_of(poster.content)):
        plain = "".join(text.split())
        assert "修路灯（1200.5元）" in plain
        assert "意向征询，不等同业主大会表决。" in plain
        assert "表决开放14天" in plain
        assert "均等份额法" in plain
    assert "第1项另用" in notice
    assert "修路灯（1200.5元）" in (await place.staff.get(place.board)).text


async def test_the_staff_see_who_owns_and_what_is_missing(place: Place) -> None:
    assert "名册里还没有业主" in (await place.staff.get("/people")).text
    household = await Household.all().first()
    assert household is not None
    assert household.representative_id is not None
    await Ownership.create(unit_id=household.unit_id, person_id=household.representative_id)
    listed = (await place.staff.get("/people")).text
    assert "6套房里有5套还没有业主" in listed
    assert "，业主" in listed
