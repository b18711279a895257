"""People at the paper desk of a voting hall."""

from uuid import UUID

from msgspec.structs import replace

from deliberation.ballots import batches
from deliberation.ballots.batches import Stack
from deliberation.ballots.desk import ballot_in
from deliberation.ballots.issuing import issue
from deliberation.ballots.models import Batch
from deliberation.people.models import Household, Person, RoleGrant, Unit
from deliberation.people.roles import Actor, Role
from deliberation.rulesets.rules import Rule
from deliberation.rulesets.shipped import CONSULTATION
from tests.ballots.voting import Voting
from tests.flows.hall import KEY

OPEN = replace(CONSULTATION, version=2)
SECRET = replace(CONSULTATION, version=2, secrecy="secret", may_change=False, proxies=0)
BY_HANDS = replace(CONSULTATION, version=2, by_hands=True)


def ruled(rule: Rule, **changes: object) -> Rule:
    return replace(rule, **changes)


async def staff(voting: Voting, role: Role = Role.RECORDER) -> Actor:
    """Somebody with that office, who does not live here."""
    person = await Person.create(community_id=voting.community, name=f"演示{role.value}")
    await RoleGrant.create(person_id=person.id, role=role.value)
    return Actor(person=person.id, community=voting.community, roles=frozenset({role}))


async def door(voting: Voting, n: int) -> str:
    """The label on the n-th household's door."""
    home = await Household.get(id=voting.household(n))
    return (await Unit.get(id=home.unit_id)).label


async def paper_for(voting: Voting, ballot: UUID, n: int, *, is_lost: bool = False) -> int:
    return await issue(
        voting.chair,
        voting.meeting,
        ballot,
        await door(voting, n),
        key=KEY.encode(),
        is_lost=is_lost,
        at=voting.clock.now(),
    )


async def read(
    voting: Voting, ballot: UUID, text: str, channel: str = "paper", witness: str = ""
) -> Stack:
    row = await ballot_in(voting.meeting, ballot)
    stack = await batches.read_stack(row, channel, text, key=KEY.encode())
    return Stack(channel=channel, found=stack.found, wrong=stack.wrong, witness=witness)


async def enter(
    voting: Voting, ballot: UUID, who: Actor, text: str, channel: str = "paper", witness: str = ""
) -> UUID:
    stack = await read(voting, ballot, text, channel, witness)
    return await batches.enter(who, voting.meeting, ballot, stack, at=voting.clock.now())


async def check(voting: Voting, ballot: UUID, batch: UUID, who: Actor, text: str) -> Batch:
    row = await Batch.get(id=batch)
    stack = await read(voting, ballot, text, row.channel)
    return await batches.check(who, voting.meeting, batch, stack.found, at=voting.clock.now())


async def correct(voting: Voting, ballot: UUID, batch: UUID, who: Actor, text: str) -> Batch:
    row = await Batch.get(id=batch)
    stack = await read(voting, ballot, text, row.channel)
    return await batches.correct(who, voting.meeting, batch, stack.found, at=voting.clock.now())


async def enter_twice(
    voting: Voting, ballot: UUID, text: str, channel: str = "paper", witness: str = ""
) -> Batch:
    """The chair and a recorder enter the same."""
    batch = await enter(voting, ballot, voting.chair, text, channel, witness)
    return await check(voting, ballot, batch, await staff(voting), text)
