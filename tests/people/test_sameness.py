"""An owner of several units, listed in each of them, is one head with all their area."""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from deliberation.auth.service import actor_of
from deliberation.ballots.electorates import Voter, voters_for
from deliberation.errors import Code, Refusal
from deliberation.meetings import attending
from deliberation.meetings import service as meetings
from deliberation.meetings.models import DeliberationDay
from deliberation.people import intaking, owning
from deliberation.people.models import Card, Ownership, PeopleIntake, Person, Unit
from deliberation.people.owners import Shown, owned_units, ownership_of
from deliberation.people.roles import Actor
from deliberation.people.service import household_areas
from deliberation.sheets import write_csv
from tests.flows.community import found_community, token_of_facilitator
from tests.support.community import the_community

pytestmark = pytest.mark.anyio

AT = datetime(2026, 11, 2, 1, tzinfo=UTC)
KEY = b"k" * 40
HEADERS = ("楼院", "门牌", "专有面积", "姓名", "户代表", "业主", "电话后四位")
Row = tuple[str, ...]


def row(unit: str, name: str, digits: str = "", *, owner: str = "是", head: str = "") -> Row:
    return ("1号楼", unit, "80.01", name, head, owner, digits)


@pytest.fixture
async def chair(store: str) -> Actor:
    await found_community(AT)
    return await actor_of(await token_of_facilitator(AT), at=AT)


async def staged(chair: Actor, rows: Sequence[Row]) -> UUID:
    return await intaking.stage(chair, write_csv(HEADERS, rows), "住户.csv", key=KEY, at=AT)


async def report_of(intake: UUID) -> dict[str, Any]:
    report: dict[str, Any] = json.loads((await PeopleIntake.get(id=intake)).report)
    return report


async def taken(chair: Actor, *rows: Row) -> dict[int, str]:
    """The remarks of the preview: row → the unit whose owner it is."""
    intake = await staged(chair, rows)
    report = await report_of(intake)
    await intaking.confirm(chair, intake, at=AT)
    code = Code.INTAKE_SAME_OWNER
    return {p["row"]: p["facts"]["unit"] for p in report["problems"] if p["code"] == code}


async def heads(chair: Actor) -> list[Voter]:
    day = await DeliberationDay.get(held_on=date(2026, 11, 20))
    meeting = await meetings.plan_meeting(chair, day.id, title="11月议事日", at=AT)
    await attending.set_roll(meeting.id, await household_areas(meeting.community_id))
    return sorted(await voters_for(meeting.id, "owners"), key=lambda voter: -voter.area)


async def owners() -> dict[str, list[tuple[str, bool]]]:
    """By unit: where each owner is listed, and whether they cast its vote."""
    found: dict[str, list[tuple[str, bool]]] = {}
    for one in await Ownership.all().prefetch_related("unit", "person__household__unit"):
        home = one.person.household
        label = home.unit.label if home else ""
        found.setdefault(one.unit.label, []).append((one.person.name + label, one.is_holder))
    return {unit: sorted(listed) for unit, listed in sorted(found.items())}


async def unit(label: str) -> UUID:
    return (await Unit.get(label=label)).id


async def person(name: str, door: str) -> UUID:
    return (await Person.get(name=name, household__unit__label=door)).id


async def test_same_name_and_same_digits_are_one_head_with_the_area_of_all(chair: Actor) -> None:
    remarks = await taken(
        chair,
        row("101", "演示甲", "1234"),
        row("102", "演示甲", "1234"),
        row("103", "演示丙", "1234"),
        row("103", "演示甲", "1234"),
        row("104", "演示甲", "9999"),
        row("105", "演示甲"),
        row("106", "演示甲", "1234", owner="否"),
    )
    assert remarks == {3: "1号楼 101", 5: "1号楼 101"}
    alone, *others = await heads(chair)
    assert (alone.id, alone.area) == (await person("演示甲", "101"), 160_02)
    assert [voter.area for voter in others] == [80_01] * 3
    assert await Person.filter(name="演示甲").count() == 6
    assert await Card.all().count() == 7


async def test_the_same_list_again_changes_nothing_and_remarks_nothing(chair: Actor) -> None:
    rows = (row("101", "演示甲", "1234"), row("102", "演示甲", "1234"))
    await taken(chair, *rows)
    before = await owners()
    report = await report_of(await staged(chair, rows))
    assert report["counts"] == {"added": 0, "changed": 0, "unchanged": 2, "problems": 2}
    assert await taken(chair, *rows) == {}
    assert await owners() == before


async def test_who_is_on_the_roll_is_the_owner_of_what_a_later_list_adds(chair: Actor) -> None:
    await taken(chair, row("102", "演示甲", "1234"))
    remarks = await taken(chair, row("101", "演示甲", "1234"), row("103", "演示乙"))
    assert remarks == {2: "1号楼 102"}
    assert await owners() == {
        "101": [("演示甲102", True)],
        "102": [("演示甲102", True)],
        "103": [("演示乙103", True)],
    }


async def test_digits_that_come_later_bring_the_units_of_one_owner_together(chair: Actor) -> None:
    await taken(chair, row("101", "演示甲"), row("102", "演示甲"))
    assert len(await heads(chair)) == 2
    rows = (row("101", "演示甲", "1234"), row("102", "演示甲", "1234"))
    assert await taken(chair, *rows) == {3: "1号楼 101"}
    assert await owners() == {"101": [("演示甲101", True)], "102": [("演示甲101", True)]}
    assert await taken(chair, row("102", "演示甲", owner="否")) == {}
    assert await owners() == {"101": [("演示甲101", True)]}


async def test_two_whom_staff_told_apart_stay_apart(chair: Actor) -> None:
    rows = (row("101", "演示甲", "1234"), row("102", "演示甲", "1234"))
    await taken(chair, *rows)
    second = await unit("102")
    await owning.remove_owner(chair, second, await person("演示甲", "101"), at=AT)
    named = owning.Named(door="1号楼 102", name="演示甲")
    await owning.add_owner(chair, second, named, key=KEY, at=AT)
    assert await taken(chair, *rows) == {}
    assert await owners() == {"101": [("演示甲101", True)], "102": [("演示甲102", True)]}


async def test_an_owner_who_lives_elsewhere_keeps_the_vote_that_staff_gave_them(
    chair: Actor,
) -> None:
    await taken(chair, row("101", "演示甲"), row("102", "演示乙", head="是"))
    second, landlord = await unit("102"), await person("演示甲", "101")
    named = owning.Named(door="101", name="演示甲")
    await owning.add_owner(chair, second, named, key=KEY, at=AT)
    await owning.choose_holder(chair, second, landlord, at=AT)
    held = {"101": [("演示甲101", True)], "102": [("演示乙102", False), ("演示甲101", True)]}
    assert await owners() == held
    await taken(chair, row("102", "演示乙", "1234"), row("102", "演示甲", "5678"))
    assert await owners() == held
    await taken(chair, row("102", "演示丁", head="是"), row("102", "演示乙", head="否"))
    assert (await owners())["102"] == [
        ("演示丁102", True),
        ("演示乙102", False),
        ("演示甲101", False),
    ]


async def test_a_preview_is_outdated_by_a_change_of_owners(chair: Actor) -> None:
    await taken(chair, row("101", "演示甲"))
    intake = await staged(chair, [row("101", "演示甲", owner="否")])
    await owning.remove_owner(chair, await unit("101"), await person("演示甲", "101"), at=AT)
    with pytest.raises(Refusal) as refused:
        await intaking.confirm(chair, intake, at=AT)
    assert refused.value.code is Code.INTAKE_OUTDATED


async def test_an_owned_unit_that_nobody_lives_in_is_counted_as_left_out(chair: Actor) -> None:
    await taken(chair, row("101", "演示甲"), row("102", "演示乙", owner=""))
    community = (await the_community()).id
    empty = await Unit.create(community_id=community, place_path="2号楼", label="201")
    named = owning.Named(door="101", name="演示甲")
    await owning.add_owner(chair, empty.id, named, key=KEY, at=AT)
    assert [voter.area for voter in await heads(chair)] == [80_01]
    assert (await ownership_of(community)).without_household == 1
    assert (await ownership_of(community, scope="1号楼")).without_household == 0
    for shown, labels in (
        (Shown.ALL, ["1号楼 101", "1号楼 102", "2号楼 201"]),
        (Shown.WITHOUT_OWNER, ["1号楼 102"]),
        (Shown.WITHOUT_HOUSEHOLD, ["2号楼 201"]),
    ):
        units, total = await owned_units(community, shown=shown)
        assert ([one.door for one in units], total) == (labels, len(labels))
    units, total = await owned_units(community, text="演示甲", start=1, most=1)
    assert ([one.door for one in units], total) == (["2号楼 201"], 2)
