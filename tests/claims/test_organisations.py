"""Organisations join, change and leave; nobody speaks for one that has left."""

import pytest

from deliberation import journal
from deliberation.auth import staff
from deliberation.claims import leaving, service
from deliberation.claims.models import Claim
from deliberation.claims.service import Promise
from deliberation.demands.models import Demand
from deliberation.errors import Code, Refusal
from deliberation.matters.models import Task
from deliberation.people import organisations
from deliberation.people.models import Account, Device, Organisation, Person, RoleGrant
from deliberation.people.organisations import Joining
from deliberation.people.roles import Role
from tests.claims.stage import (
    NOW,
    PASSWORD,
    Stage,
    claimed,
    later,
    liaison_of,
    offered,
    on,
    set_stage,
)

pytestmark = pytest.mark.anyio


@pytest.fixture
async def stage(store: str) -> Stage:
    return await set_stage()


async def test_a_name_is_had_once(stage: Stage) -> None:
    with pytest.raises(Refusal) as refusal:
        await organisations.add(stage.chair, Joining(name=" 演示学校 "), at=NOW)
    assert refusal.value.code is Code.ORGANISATION_TAKEN
    with pytest.raises(Refusal) as refusal:
        await organisations.change(stage.chair, stage.clinic.id, Joining(name="演示学校"), at=NOW)
    assert refusal.value.code is Code.ORGANISATION_TAKEN


async def test_what_changed_is_told_and_nothing_else(stage: Stage) -> None:
    same = Joining(name="演示卫生站", kind="social")
    before = await journal.position(stage.community)
    await organisations.change(stage.chair, stage.clinic.id, same, at=NOW)
    assert await journal.position(stage.community) == before
    better = Joining(name="演示卫生站", kind="social", duties="义诊")
    await organisations.change(stage.chair, stage.clinic.id, better, at=NOW)
    assert (await Organisation.get(id=stage.clinic.id)).duties == "义诊"


async def test_a_liaison_needs_an_organisation_that_is_there(stage: Stage) -> None:
    appointment = staff.Appointment(
        name="演示", login="nobody", password=PASSWORD, roles=[Role.LIAISON]
    )
    with pytest.raises(Refusal) as refusal:
        await staff.appoint(stage.chair, appointment, at=NOW)
    assert refusal.value.code is Code.FIELD_MISSING
    liaison = await liaison_of(stage.chair, stage.school.id, "school")
    assert liaison.organisation == stage.school.id


async def test_who_leaves_gives_everything_back_and_keeps_its_name(stage: Stage) -> None:
    demand, claim = await claimed(stage)
    person = (await liaison_of(stage.chair, stage.school.id, "school")).person
    await leaving.leave(stage.chair, stage.school.id, "协议到期", at=later(4))
    await demand.refresh_from_db()
    await claim.refresh_from_db()
    assert (demand.state, demand.offered_on) == ("listed", on(4))
    assert (claim.state, claim.reason, claim.active_demand_id) == ("released", "协议到期", None)
    assert [task.state for task in await Task.all()] == ["released"]
    assert (await Organisation.get(id=stage.school.id)).name == "演示学校"
    assert not await RoleGrant.exists(person_id=person)
    assert not await Account.exists(person_id=person)
    assert not await Device.exists(person_id=person)
    assert (await Person.get(id=person)).organisation_id is None
    told = [one.event.NAME for one in await journal.entries(stage.community)]
    assert {"organisation.left", "claim.released", "task.released", "role.withdrawn"} <= set(told)
    assert await journal.broken_at(stage.community) is None


async def test_who_has_left_takes_nothing_on(stage: Stage) -> None:
    demand = await offered(stage)
    await leaving.leave(stage.chair, stage.school.id, "协议到期", at=NOW)
    promise = Promise(promised_on=on(9), organisation=stage.school.id)
    for act in (
        service.claim(stage.chair, demand.id, promise, at=NOW),
        leaving.leave(stage.chair, stage.school.id, "再退", at=NOW),
        service.claim(stage.of_school, demand.id, Promise(promised_on=on(9)), at=NOW),
    ):
        with pytest.raises(Refusal) as refusal:
            await act
        assert refusal.value.code is Code.ORGANISATION_LEFT
    assert await Claim.all().count() == 0
    assert (await Demand.get(id=demand.id)).state == "listed"
