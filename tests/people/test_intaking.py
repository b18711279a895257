"""Households come in wholly or not at all, once, each with the cards its people need."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from deliberation import journal
from deliberation.auth.service import actor_of
from deliberation.errors import Code, Refusal
from deliberation.people import intaking
from deliberation.people.models import Card, Household, PeopleIntake, Person, Place, RoleGrant, Unit
from deliberation.people.roles import Actor, Role
from deliberation.people.service import printed_cards
from deliberation.sheets import write_csv
from deliberation.store.models import StagedRow
from tests.flows.community import found_community, token_of_card, token_of_facilitator
from tests.support.community import the_community

pytestmark = pytest.mark.anyio

AT = datetime(2026, 11, 2, 1, tzinfo=UTC)
KEY = b"k" * 40
HEADERS = ("网格", "楼院", "楼门", "门牌", "专有面积", "姓名", "户代表", "电话后四位", "角色")
PLACE = ("第一网格", "1号楼", "1单元")
ELDER = (*PLACE, "101", "88.50", "演示甲", "", "1234", "")
DAUGHTER = (*PLACE, "101", "", "演示乙", "是", "", "记录员")
NEIGHBOUR = (*PLACE, "102", "60", "演示丙", "是", "", "")


@pytest.fixture
async def chair(store: str) -> Actor:
    await found_community(AT)
    return await actor_of(await token_of_facilitator(AT), at=AT)


async def staged(chair: Actor, *rows: Sequence[str]) -> UUID:
    data = write_csv(HEADERS, rows)
    return await intaking.stage(chair, data, "住户.csv", key=KEY, at=AT)


async def counts_of(intake: UUID) -> dict[str, Any]:
    counts: dict[str, Any] = json.loads((await PeopleIntake.get(id=intake)).report)["counts"]
    return counts


async def everything() -> list[Any]:
    tables = (Place, Unit, Household, Person, RoleGrant, Card)
    return [await table.all().order_by("id").values() for table in tables]


async def imports_told() -> int:
    told = await journal.entries((await the_community()).id)
    return sum(1 for entry in told if entry.event.NAME == "people.imported")


async def test_nobody_is_there_before_the_file_is_confirmed(chair: Actor) -> None:
    before = await everything()
    intake = await staged(chair, ELDER, DAUGHTER, NEIGHBOUR)
    assert (await counts_of(intake))["added"] == 2
    assert await everything() == before


async def test_a_household_comes_with_its_place_its_area_and_its_representative(
    chair: Actor,
) -> None:
    await intaking.confirm(chair, await staged(chair, ELDER, DAUGHTER, NEIGHBOUR), at=AT)
    unit = await Unit.get(label="101")
    assert (unit.area_hundredths, unit.place_path) == (8850, "第一网格 / 1号楼 / 1单元")
    places = {place.path: place for place in await Place.all()}
    assert [places[path].kind for path in sorted(places, key=len)] == [
        "grid",
        "courtyard",
        "entrance",
    ]
    assert unit.place_id == places[unit.place_path].id
    household = await Household.get(unit_id=unit.id)
    daughter = await Person.get(name="演示乙")
    assert household.representative_id == daughter.id
    assert await RoleGrant.exists(person_id=daughter.id, role=Role.RECORDER)
    assert (await Person.get(name="演示甲")).phone_last4 == "1234"
    assert await imports_told() == 1
    assert await StagedRow.all().count() == 0


async def test_everybody_has_a_card_that_signs_them_in(chair: Actor) -> None:
    await intaking.confirm(chair, await staged(chair, ELDER, DAUGHTER), at=AT)
    cards = {card.name: card for card in await printed_cards(chair, key=KEY)}
    assert set(cards) == {"演示甲", "演示乙"}
    assert cards["演示乙"].is_representative
    token = await token_of_card(cards["演示乙"].code, key=KEY, at=AT)
    assert Role.REPRESENTATIVE in (await actor_of(token, at=AT)).roles
    token = await token_of_card(cards["演示甲"].code, key=KEY, at=AT)
    assert Role.REPRESENTATIVE not in (await actor_of(token, at=AT)).roles


async def test_the_same_file_twice_changes_nothing(chair: Actor) -> None:
    await intaking.confirm(chair, await staged(chair, ELDER, DAUGHTER, NEIGHBOUR), at=AT)
    before = await everything()
    again = await staged(chair, ELDER, DAUGHTER, NEIGHBOUR)
    assert await counts_of(again) == {"added": 0, "changed": 0, "unchanged": 2, "problems": 0}
    await intaking.confirm(chair, again, at=AT)
    assert await everything() == before
    assert await imports_told() == 1


async def test_a_new_representative_and_somebody_who_moved_in(chair: Actor) -> None:
    await intaking.confirm(chair, await staged(chair, ELDER, NEIGHBOUR), at=AT)
    intake = await staged(chair, (*ELDER[:6], "否", "", ""), DAUGHTER)
    assert (await counts_of(intake))["changed"] == 1
    await intaking.confirm(chair, intake, at=AT)
    household = await Household.get(unit__label="101")
    daughter = await Person.get(name="演示乙")
    assert household.representative_id == daughter.id
    assert await Person.filter(household_id=household.id).count() == 2
    assert await Card.filter(person_id=daughter.id).count() == 1


async def test_one_wrong_row_keeps_the_whole_file_out(chair: Actor) -> None:
    before = await everything()
    intake = await staged(chair, ELDER, (*PLACE, "103", "很大", "演示丁", "", "", ""))
    with pytest.raises(Refusal) as refused:
        await intaking.confirm(chair, intake, at=AT)
    assert refused.value.code is Code.INTAKE_HAS_ERRORS
    assert await everything() == before


async def test_of_two_previews_of_one_file_only_the_first_comes_in(chair: Actor) -> None:
    first, second = await staged(chair, ELDER), await staged(chair, ELDER)
    await intaking.confirm(chair, first, at=AT)
    with pytest.raises(Refusal) as refused:
        await intaking.confirm(chair, second, at=AT)
    assert refused.value.code is Code.INTAKE_OUTDATED
    assert await Person.filter(name="演示甲").count() == 1


async def test_a_discarded_file_leaves_nothing(chair: Actor) -> None:
    intake = await staged(chair, ELDER)
    await intaking.discard(chair, intake)
    with pytest.raises(Refusal) as refused:
        await intaking.confirm(chair, intake, at=AT)
    assert refused.value.code is Code.INTAKE_SETTLED
    assert await StagedRow.all().count() == 0


async def test_corrections_of_many_kinds_come_in_together(chair: Actor) -> None:
    await intaking.confirm(chair, await staged(chair, ELDER, DAUGHTER, NEIGHBOUR), at=AT)
    elder = (*PLACE, "101", "90.25", "演示甲", "是", "5678", "档案员")
    daughter = (*DAUGHTER[:6], "否", "", "记录员")
    await intaking.confirm(chair, await staged(chair, elder, daughter, NEIGHBOUR), at=AT)
    household = await Household.get(unit__label="101").prefetch_related("unit")
    person = await Person.get(name="演示甲")
    assert household.unit.area_hundredths == 9025
    assert household.representative_id == person.id
    assert person.phone_last4 == "5678"
    assert await RoleGrant.exists(person_id=person.id, role=Role.ARCHIVIST)
    assert await RoleGrant.all().filter(person__name="演示乙").count() == 1
    assert (await Unit.get(label="102")).area_hundredths == 6000
