"""Who owns a unit comes with the household list, and is corrected by a later one."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import pytest

from deliberation.auth.service import actor_of
from deliberation.errors import Code
from deliberation.people import intaking
from deliberation.people.intake import read_people
from deliberation.people.models import Ownership
from deliberation.people.owners import owners_among, ownership_of, persons_in
from deliberation.people.roles import Actor
from deliberation.sheets import Limits, read_table, write_csv
from tests.flows.community import found_community, token_of_facilitator
from tests.support.community import the_community

AT = datetime(2026, 11, 2, 1, tzinfo=UTC)
KEY = b"k" * 40
HEADERS = ("楼院", "门牌", "专有面积", "姓名", "户代表", "业主")


def row(unit: str, name: str, representative: str = "", owner: str = "") -> Sequence[str]:
    return ("1号楼", unit, "80", name, representative, owner)


@pytest.fixture
async def chair(store: str) -> Actor:
    await found_community(AT)
    return await actor_of(await token_of_facilitator(AT), at=AT)


async def taken(chair: Actor, *rows: Sequence[str]) -> UUID:
    data = write_csv(HEADERS, rows)
    intake = await intaking.stage(chair, data, "住户.csv", key=KEY, at=AT)
    await intaking.confirm(chair, intake, at=AT)
    return intake


async def owners() -> dict[str, bool]:
    """Those who own a unit, and whether they cast its vote."""
    rows = await Ownership.all().prefetch_related("person")
    return {row.person.name: row.is_holder for row in rows}


def test_an_answer_that_is_none_is_told_by_row_and_column() -> None:
    data = write_csv(HEADERS, [row("101", "演示甲", "是", "也许")])
    table = read_table(data, "l.csv", limits=Limits())
    (problem,) = read_people(table).problems
    assert (problem.column, problem.code) == ("业主", Code.INTAKE_ANSWER_UNREADABLE)


@pytest.mark.anyio
async def test_of_several_owners_the_representative_among_them_casts_the_vote(
    chair: Actor,
) -> None:
    await taken(
        chair,
        row("101", "演示甲", owner="是"),
        row("101", "演示乙", "是", "是"),
        row("102", "演示丙", "是", "否"),
        row("102", "演示丁", owner="是"),
        row("102", "演示戊", owner="业主"),
        row("103", "演示己", "是"),
    )
    assert await owners() == {"演示甲": False, "演示乙": True, "演示丁": True, "演示戊": False}
    community = (await the_community()).id
    owned = await ownership_of(community)
    assert (owned.units, owned.heads, owned.without_owner, owned.without_area) == (3, 2, 1, 0)
    assert await persons_in(community, scope="1号楼") == 6
    person = (await Ownership.get(is_holder=True, person__name="演示乙")).person_id
    told = (await owners_among([person]))[person]
    assert (told.is_holder, told.is_only) == (True, False)


@pytest.mark.anyio
async def test_a_later_list_adds_owners_ends_ownerships_and_says_nothing_by_blanks(
    chair: Actor,
) -> None:
    await taken(chair, row("101", "演示甲", "是", "是"), row("101", "演示乙", owner="是"))
    await taken(chair, row("101", "演示甲", "是"), row("101", "演示乙"))
    assert await owners() == {"演示甲": True, "演示乙": False}
    await taken(chair, row("101", "演示甲", "是", "否"), row("101", "演示丙", owner="是"))
    assert await owners() == {"演示乙": True, "演示丙": False}
    await taken(chair, row("101", "演示甲"), row("101", "演示丙", "是"))
    assert await owners() == {"演示乙": False, "演示丙": True}


@pytest.mark.anyio
async def test_the_preview_names_who_becomes_an_owner(chair: Actor) -> None:
    await taken(chair, row("101", "演示甲", "是"))
    data = write_csv(HEADERS, [row("101", "演示甲", "是", "是")])
    intake = await intaking.stage(chair, data, "住户.csv", key=KEY, at=AT)
    report = (await intaking.require_intake(chair, intake)).report
    assert '"field": "owner", "who": "演示甲", "before": "否", "after": "是"' in report
