"""Keys for other programs: one purpose each, shown once, revoked for good."""

from collections.abc import Awaitable

import pytest

from deliberation import journal
from deliberation.errors import Code, Refusal
from deliberation.people.access import issue_key, key_for, keys_of, revoke_key
from deliberation.people.models import AccessKey, Person, RoleGrant
from deliberation.people.roles import Actor, Role
from tests.support.held_day import BEFORE as AT
from tests.support.held_day import Planned, planned

pytestmark = pytest.mark.anyio


async def refused(act: Awaitable[object]) -> Code:
    with pytest.raises(Refusal) as refusal:
        await act
    return refusal.value.code


@pytest.fixture
async def here(store: str) -> Planned:
    return await planned()


@pytest.fixture
async def administrator(here: Planned) -> Actor:
    person = await Person.create(community_id=here.community, name="演示管理员")
    await RoleGrant.create(person_id=person.id, role=Role.ADMINISTRATOR.value)
    return Actor(person=person.id, community=here.community, roles=frozenset({Role.ADMINISTRATOR}))


async def test_a_key_opens_its_own_purpose_only(administrator: Actor) -> None:
    token = await issue_key(administrator, "演示积分", "points", at=AT)
    found = await key_for(token, "points")
    assert found is not None
    assert found.community_id == administrator.community
    assert await key_for(token, "open311") is None
    assert await key_for(token + "x", "points") is None
    assert await key_for("", "points") is None


async def test_the_token_stands_nowhere(administrator: Actor) -> None:
    token = await issue_key(administrator, "演示积分", "points", at=AT)
    (row,) = await AccessKey.all()
    assert token not in f"{row.digest}{row.name}"
    assert administrator.community is not None
    for told in await journal.entries(administrator.community):
        assert token not in str(told)


async def test_a_revoked_key_opens_nothing_again(administrator: Actor) -> None:
    token = await issue_key(administrator, "演示平台", "open311", at=AT)
    (row,) = await AccessKey.all()
    for _again in range(2):
        await revoke_key(administrator, row.id, at=AT)
    assert await key_for(token, "open311") is None
    assert administrator.community is not None
    (kept,) = await keys_of(administrator.community)
    assert kept.revoked_at == AT
    told = [e.event.NAME for e in await journal.entries(administrator.community)]
    assert (told.count("key.issued"), told.count("key.revoked")) == (1, 1)


async def test_only_an_administrator_issues_keys_and_for_what_there_is(
    here: Planned, administrator: Actor
) -> None:
    theirs = issue_key(here.resident, "演示", "points", at=AT)
    assert await refused(theirs) is Code.NOT_PERMITTED
    unnamed = issue_key(administrator, " ", "points", at=AT)
    assert await refused(unnamed) is Code.FIELD_MISSING
    unknown = issue_key(administrator, "演示", "votes", at=AT)
    assert await refused(unknown) is Code.FIELD_INVALID
