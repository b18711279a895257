"""A list comes in wholly or not at all, once, and never while nobody has looked at it."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from deliberation import journal
from deliberation.auth.service import actor_of
from deliberation.demands import intaking, listing, service
from deliberation.demands.listing import Filters
from deliberation.demands.models import Demand, DemandIntake
from deliberation.demands.service import Raising
from deliberation.demands.taking import write_staged
from deliberation.errors import Code, Refusal
from deliberation.people.models import Community
from deliberation.people.roles import Actor
from deliberation.sheets import write_csv
from deliberation.store.models import StagedRow
from tests.flows.community import found_community, token_of_facilitator
from tests.support.community import the_community

pytestmark = pytest.mark.anyio

AT = datetime(2026, 11, 2, 1, tzinfo=UTC)
HEADERS = ("编号", "标题", "描述", "领域", "地点", "提出日期", "支持户数", "联系人", "电话")
LAMP = (
    "演-1",
    "北门路灯不亮",
    "三盏",
    "设施改造",
    "北门",
    "2026-10-01",
    "12",
    "演示人",
    "13800000000",
)
WATER = ("", "车库入口积水", "", "环境美化", "4号楼", "2026-10-02", "7", "", "")
NURSERY = ("", "想要暑期托管班", "", "", "", "", "", "", "")


def file_of(*rows: Sequence[str]) -> bytes:
    return write_csv(HEADERS, rows)


@pytest.fixture
async def chair(store: str) -> Actor:
    """The first facilitator of a community with an empty list."""
    await found_community(AT)
    return await actor_of(await token_of_facilitator(AT), at=AT)


@pytest.fixture
async def community(chair: Actor) -> Community:
    return await the_community()


async def staged(chair: Actor, *rows: Sequence[str]) -> UUID:
    return await intaking.stage(chair, file_of(*rows), "需求.csv", at=AT)


async def report_of(intake: UUID) -> dict[str, Any]:
    report: dict[str, Any] = json.loads((await DemandIntake.get(id=intake)).report)
    return report


async def imports_told(community: Community) -> int:
    told = await journal.entries(community.id)
    return sum(1 for entry in told if entry.event.NAME == "demands.imported")


async def test_nothing_is_in_the_list_before_it_is_confirmed(chair: Actor) -> None:
    intake = await staged(chair, LAMP, WATER)
    assert (await report_of(intake))["counts"]["added"] == 2
    assert await Demand.all().count() == 0


async def test_a_confirmed_file_is_in_the_list_with_all_it_says(
    chair: Actor, community: Community
) -> None:
    intake = await staged(chair, LAMP, WATER, NURSERY)
    assert await intaking.confirm(chair, intake, at=AT) == {
        "added": 3,
        "changed": 0,
        "unchanged": 0,
    }
    lamp = await Demand.get(number="演-1")
    assert (lamp.title, lamp.domain, lamp.place) == ("北门路灯不亮", "设施改造", "北门")
    assert (lamp.supporters_listed, lamp.contact_phone) == (12, "13800000000")
    assert (lamp.raised_on.isoformat(), lamp.state) == ("2026-10-01", "listed")
    assert lamp.merged_into_id is None
    assert await imports_told(community) == 1
    assert await StagedRow.all().count() == 0


async def test_rows_without_a_number_get_the_next_ones_in_the_order_of_the_file(
    chair: Actor,
) -> None:
    await service.raise_demand(chair, Raising(title="先来的需求"), at=AT)
    taken = ("2026-005", *LAMP[1:])
    await intaking.confirm(chair, await staged(chair, NURSERY, taken, WATER), at=AT)
    numbers = {d.title: d.number for d in await Demand.all()}
    assert numbers == {
        "先来的需求": "2026-001",
        "北门路灯不亮": "2026-005",
        "想要暑期托管班": "2026-006",
        "车库入口积水": "2026-007",
    }


async def test_the_same_file_twice_changes_nothing(chair: Actor, community: Community) -> None:
    await intaking.confirm(chair, await staged(chair, LAMP, WATER), at=AT)
    before = await Demand.all().order_by("number").values()
    again = await staged(chair, LAMP, WATER)
    assert (await report_of(again))["counts"] == {
        "added": 0,
        "changed": 0,
        "unchanged": 2,
        "twins": 0,
        "problems": 0,
    }
    await intaking.confirm(chair, again, at=AT)
    assert await Demand.all().order_by("number").values() == before
    assert await imports_told(community) == 1


async def test_a_change_is_shown_from_and_to_and_leaves_the_rest_alone(chair: Actor) -> None:
    await intaking.confirm(chair, await staged(chair, LAMP, WATER), at=AT)
    louder = (*LAMP[:6], "40", "", "")
    intake = await staged(chair, louder)
    (change,) = (await report_of(intake))["changed"]
    assert change["fields"] == [{"field": "supporters", "before": "12", "after": "40"}]
    assert (await intaking.confirm(chair, intake, at=AT))["changed"] == 1
    lamp = await Demand.get(number="演-1")
    assert (lamp.supporters_listed, lamp.contact_name) == (40, "演示人")
    assert await Demand.all().count() == 2


async def test_a_probable_twin_is_named_and_left_out_when_somebody_says_so(chair: Actor) -> None:
    await intaking.confirm(chair, await staged(chair, LAMP), at=AT)
    twin = ("演-9", "关于北门路灯不亮的问题", "", "设施改造", "北门", "2026-10-20", "", "", "")
    intake = await staged(chair, twin, NURSERY)
    (named,) = (await report_of(intake))["twins"]
    assert (named["row"], named["twin"]["number"]) == (2, "演-1")
    assert (await intaking.confirm(chair, intake, skip={2}, at=AT))["added"] == 1
    assert not await Demand.exists(number="演-9")


async def test_a_row_without_a_number_can_be_left_out_too(chair: Actor) -> None:
    intake = await staged(chair, LAMP, WATER, NURSERY)
    await intaking.confirm(chair, intake, skip={3}, at=AT)
    assert {d.title for d in await Demand.all()} == {"北门路灯不亮", "想要暑期托管班"}


async def test_one_wrong_row_keeps_the_whole_file_out(chair: Actor) -> None:
    wrong = ("演-2", "楼道扶手松动", "", "", "", "去年冬天", "", "", "")
    intake = await staged(chair, LAMP, wrong)
    (problem,) = (await report_of(intake))["problems"]
    assert (problem["row"], problem["column"]) == (3, "提出日期")
    assert problem["code"] == Code.INTAKE_DATE_UNREADABLE
    with pytest.raises(Refusal) as refused:
        await intaking.confirm(chair, intake, at=AT)
    assert refused.value.code is Code.INTAKE_HAS_ERRORS
    assert await Demand.all().count() == 0


async def test_a_list_that_changed_since_the_preview_is_looked_at_again(chair: Actor) -> None:
    intake = await staged(chair, LAMP)
    await service.raise_demand(chair, Raising(title="预览以后来的"), at=AT)
    with pytest.raises(Refusal) as refused:
        await intaking.confirm(chair, intake, at=AT)
    assert refused.value.code is Code.INTAKE_OUTDATED
    assert await Demand.all().count() == 1


async def test_of_two_previews_of_one_file_only_the_first_comes_in(chair: Actor) -> None:
    first, second = await staged(chair, LAMP), await staged(chair, LAMP)
    await intaking.confirm(chair, first, at=AT)
    with pytest.raises(Refusal) as refused:
        await intaking.confirm(chair, second, at=AT)
    assert refused.value.code is Code.INTAKE_OUTDATED
    assert await Demand.all().count() == 1


async def test_what_a_killed_confirmation_left_is_seen_by_nobody_and_done_again(
    chair: Actor, community: Community
) -> None:
    intake = await staged(chair, LAMP, WATER)
    await write_staged(community, intake, await report_of(intake), AT)
    (left,) = await Demand.filter(number="演-1")
    assert await listing.list_demands(community.id, Filters()) == ([], 0)
    assert await listing.count_by(community.id, "domain") == {}
    with pytest.raises(Refusal):
        await service.require_demand(left.id)
    assert (await intaking.confirm(chair, intake, at=AT))["added"] == 2
    assert (await listing.list_demands(community.id, Filters()))[1] == 2


async def test_a_file_is_confirmed_or_discarded_once(chair: Actor) -> None:
    intake = await staged(chair, LAMP)
    await intaking.discard(chair, intake)
    for act in (intaking.confirm(chair, intake, at=AT), intaking.discard(chair, intake)):
        with pytest.raises(Refusal) as refused:
            await act
        assert refused.value.code is Code.INTAKE_SETTLED
    assert await StagedRow.all().count() == 0
    assert await Demand.all().count() == 0


NO_LIST = "姓名\r\n演示人\r\n".encode()


async def test_a_file_that_is_no_list_is_refused_and_leaves_nothing(chair: Actor) -> None:
    with pytest.raises(Refusal) as refused:
        await intaking.stage(chair, NO_LIST, "x.csv", at=AT)
    assert refused.value.code is Code.INTAKE_COLUMN_MISSING
    assert refused.value.facts["column"] == "标题"
    assert await DemandIntake.all().count() == 0


async def test_a_file_that_nobody_waits_for_keeps_the_reason_why_it_failed(chair: Actor) -> None:
    intake = await intaking.begin(chair, "x.csv", at=AT)
    with pytest.raises(Refusal):
        await intaking.fill(intake, NO_LIST, at=AT)
    failed = await DemandIntake.get(id=intake)
    assert failed.state == "failed"
    assert json.loads(failed.report)["code"] == Code.INTAKE_COLUMN_MISSING


async def test_more_rows_than_one_chunk_keep_their_order(chair: Actor) -> None:
    rows = [
        ("", f"演示需求第{n}件", "", "", f"{n}号楼", "2026-10-01", "", "", "") for n in range(1203)
    ]
    await intaking.confirm(chair, await staged(chair, *rows), at=AT)
    numbers = {d.place: d.number for d in await Demand.all()}
    assert (numbers["0号楼"], numbers["1202号楼"]) == ("2026-001", "2026-1203")


async def test_residents_do_not_import(store: str) -> None:
    with pytest.raises(Refusal) as refused:
        await intaking.stage(Actor(), file_of(LAMP), "x.csv", at=AT)
    assert refused.value.code is Code.SIGN_IN_REQUIRED
