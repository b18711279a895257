"""An open ballot's electorate is corrected in public, and never after somebody has voted."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

import pytest
from msgspec.structs import replace

from deliberation import journal
from deliberation.ballots.casting import cast
from deliberation.ballots.correcting import add_elector, strike_elector
from deliberation.ballots.electorates import voters_in
from deliberation.ballots.models import Ballot
from deliberation.ballots.votes import Answer, Cast, Casting
from deliberation.ballots.writer import cast_own
from deliberation.errors import Code, Refusal
from deliberation.journal.events import ElectorateChanged
from deliberation.meetings.models import Meeting, RollEntry
from deliberation.people.cards import code_of
from deliberation.people.models import Card, Household, Ownership
from deliberation.rulesets.rules import Rule
from deliberation.rulesets.shipped import CONSULTATION, OWNERS_HALF
from tests.ballots.papering import OPEN, SECRET, door
from tests.ballots.voting import Voting, code, voting_hall
from tests.ballots.watching import Onlooker
from tests.flows.hall import KEY, ON_THE_DAY

pytestmark = pytest.mark.anyio

RULES = pytest.mark.parametrize("rule", [OPEN, SECRET], ids=["named", "secret"])


async def card(voting: Voting, n: int) -> str:
    """The code on the n-th resident's card."""
    held = await Card.get(person_id=voting.voters[n].present_person())
    return code_of(KEY.encode(), held.id, held.serial)


async def add(voting: Voting, ballot: UUID, who: str) -> None:
    await add_elector(
        voting.chair, voting.meeting, ballot, who, "演示：漏登", key=KEY.encode(), at=ON_THE_DAY
    )


async def strike(voting: Voting, ballot: UUID, who: str) -> None:
    await strike_elector(
        voting.chair, voting.meeting, ballot, who, "演示：误登", key=KEY.encode(), at=ON_THE_DAY
    )


def vote_of(voting: Voting, ballot: UUID, n: int, rule: Rule) -> Casting:
    is_secret = rule.secrecy == "secret"
    return voting.sealed(ballot, n, "for", code(n)) if is_secret else voting.paper(ballot, n)


async def sent_again(
    answers: Sequence[Answer], voting: Voting, ballot: UUID, rule: Rule, voters: Sequence[int]
) -> list[Answer]:
    """What was told that the service is busy is sent again by whoever cast it."""
    busy = [isinstance(a, Refusal) and a.code is Code.DATABASE_BUSY for a in answers]
    return [
        (await cast([vote_of(voting, ballot, n, rule)]))[0] if is_busy else answer
        for n, answer, is_busy in zip(voters, answers, busy, strict=True)
    ]


async def refused(act: object) -> Code:
    with pytest.raises(Refusal) as refusal:
        await act  # type: ignore[misc] # a coroutine
    return refusal.value.code


async def left_out(n: int = 3, rule: Rule = CONSULTATION) -> Voting:
    """The last household does not stand on the roll."""
    voting = await voting_hall(households=n, rule=replace(rule, attendance=None))
    await RollEntry.filter(meeting_id=voting.meeting, household_id=voting.household(n - 1)).delete()
    return voting


async def test_who_was_left_out_is_added_with_a_reason_and_votes(store: str) -> None:
    voting = await left_out()
    ballot = await voting.open()
    late, where = voting.voters[2], await door(voting, 2)
    where_to = (voting.chair, voting.meeting, ballot, where)
    early = cast_own(late, ballot, "for", channel="form", at=ON_THE_DAY)
    assert await refused(early) is Code.BALLOT_NOT_ENTITLED
    unsaid = add_elector(*where_to, "  ", key=KEY.encode(), at=ON_THE_DAY)
    assert await refused(unsaid) is Code.REASON_REQUIRED
    before = await Ballot.get(id=ballot)
    await add(voting, ballot, where)
    after = await Ballot.get(id=ballot)
    assert (before.entitled, after.entitled) == (2, 3)
    assert before.electorate_id != after.electorate_id
    await cast_own(late, ballot, "for", channel="form", at=ON_THE_DAY)
    assert await refused(add(voting, ballot, where)) is Code.BALLOT_ELECTOR_THERE
    await voting.close()
    assert (await voting.announce()).entitled == 3


async def test_who_has_not_voted_is_struck_and_the_journal_names_nobody(store: str) -> None:
    voting = await voting_hall(households=3)
    ballot = await voting.open()
    await cast_own(voting.voters[0], ballot, "for", channel="form", at=ON_THE_DAY)
    voted = strike(voting, ballot, await door(voting, 0))
    assert await refused(voted) is Code.BALLOT_ELECTOR_VOTED
    await strike(voting, ballot, await door(voting, 1))
    late = cast_own(voting.voters[1], ballot, "for", channel="form", at=ON_THE_DAY)
    assert await refused(late) is Code.BALLOT_NOT_ENTITLED
    told = [h.event for h in await journal.entries(voting.meeting)]
    [changed] = [event for event in told if isinstance(event, ElectorateChanged)]
    assert (changed.struck, changed.entitled) == (1, 2)
    assert str(voting.household(1)) not in str(changed)
    state = await journal.state_of(voting.meeting)
    assert state.open_ballot is not None
    assert state.open_ballot.entitled == 2


@RULES
async def test_who_is_struck_while_their_vote_is_being_written_has_voted(
    onlooker: Onlooker, rule: Rule
) -> None:
    voting = await voting_hall(households=4, rule=rule)
    ballot, where = await voting.open(), await door(voting, 3)
    await onlooker.gate("mark" if rule is SECRET else "vote", "INSERT")
    casting = asyncio.ensure_future(cast([vote_of(voting, ballot, 3, rule)]))
    await onlooker.until_waiting(1)
    striking = asyncio.ensure_future(strike(voting, ballot, where))
    await onlooker.until_waiting(2, unless=striking.done)
    assert not striking.done(), "struck over a vote that was being written"
    await onlooker.open_gate()
    assert isinstance((await casting)[0], Cast)
    assert await refused(striking) is Code.BALLOT_ELECTOR_VOTED
    await voting.close()
    tally = await voting.announce()
    assert (tally.cast, tally.entitled, await voting.turnout_told()) == (1, 4, 1)


@RULES
async def test_votes_that_wait_for_a_strike_are_cast_by_those_who_stand_there_afterwards(
    onlooker: Onlooker, rule: Rule
) -> None:
    voting = await voting_hall(households=4, rule=rule)
    ballot, where = await voting.open(), await door(voting, 3)
    await onlooker.gate("ballot", "UPDATE")
    striking = asyncio.ensure_future(strike(voting, ballot, where))
    await onlooker.until_waiting(1)
    casting = asyncio.ensure_future(cast([vote_of(voting, ballot, n, rule) for n in (2, 3)]))
    await onlooker.until_waiting(2, unless=casting.done)
    assert not casting.done(), "answered while nobody knew who stands there"
    await onlooker.open_gate()
    await striking
    stands, struck = await sent_again(await casting, voting, ballot, rule, (2, 3))
    assert isinstance(stands, Cast)
    assert isinstance(struck, Refusal)
    assert struck.code is Code.BALLOT_NOT_ENTITLED
    await voting.close()
    tally = await voting.announce()
    assert (tally.cast, tally.entitled, await voting.turnout_told()) == (1, 3, 1)


@RULES
async def test_votes_that_wait_for_an_addition_are_cast_and_so_is_the_added_one(
    onlooker: Onlooker, rule: Rule
) -> None:
    voting = await left_out(rule=rule)
    ballot, where = await voting.open(), await door(voting, 2)
    await onlooker.gate("ballot", "UPDATE")
    adding = asyncio.ensure_future(add(voting, ballot, where))
    await onlooker.until_waiting(1)
    casting = asyncio.ensure_future(cast([vote_of(voting, ballot, n, rule) for n in range(3)]))
    await onlooker.until_waiting(2, unless=casting.done)
    await onlooker.open_gate()
    await adding
    answers = await sent_again(await casting, voting, ballot, rule, range(3))
    assert [type(answer) for answer in answers] == [Cast] * 3
    await voting.close()
    tally = await voting.announce()
    assert (tally.cast, tally.entitled, await voting.turnout_told()) == (3, 3, 3)


async def test_a_household_outside_the_part_that_meets_cannot_be_added(store: str) -> None:
    voting = await left_out()
    ballot = await voting.open()
    await Meeting.filter(id=voting.meeting).update(scope="第二网格")
    for who in (await door(voting, 2), await card(voting, 2)):
        assert await refused(add(voting, ballot, who)) is Code.PERSON_NOT_FOUND
    await Meeting.filter(id=voting.meeting).update(scope="第一网格")
    await add(voting, ballot, await card(voting, 2))


async def owners_hall() -> tuple[Voting, UUID]:
    """Residents 0, 1 and 2 own a unit each; the fourth unit has no owner yet."""
    voting = await voting_hall(households=4, rule=OWNERS_HALF, owners={0: [0], 1: [1], 2: [2]})
    return voting, await voting.open()


async def test_who_bought_a_unit_is_added_only_once_its_former_owner_was_struck(store: str) -> None:
    voting, ballot = await owners_hall()
    before = await Ballot.get(id=ballot)
    sold = (await Household.get(id=voting.household(0))).unit_id
    former, buyer = voting.voters[0].present_person(), voting.voters[3].present_person()
    await Ownership.filter(unit_id=sold).update(person_id=buyer)
    who = await card(voting, 3)
    assert await refused(add(voting, ballot, who)) is Code.BALLOT_ELECTOR_OVERLAPS
    await strike(voting, ballot, await card(voting, 0))
    await add(voting, ballot, who)
    after = await Ballot.get(id=ballot)
    assert (after.entitled, after.entitled_area) == (before.entitled, before.entitled_area)
    holders = {voter.holder for voter in await voters_in(after.electorate_id)}
    assert (buyer in holders, former in holders) == (True, False)


async def test_co_owners_are_added_by_the_card_of_who_casts_for_them(store: str) -> None:
    """Also where that person stands there already with a unit of their own."""
    voting, ballot = await owners_hall()
    unit = (await Household.get(id=voting.household(3))).unit_id
    for n in (2, 3):
        person = voting.voters[n].present_person()
        await Ownership.create(unit_id=unit, person_id=person, is_holder=n == 2)
    assert await refused(add(voting, ballot, await card(voting, 3))) is Code.PERSON_NOT_FOUND
    who = await card(voting, 2)
    await add(voting, ballot, who)
    row = await Ballot.get(id=ballot)
    assert (row.entitled, row.entitled_area) == (4, 80_00 + 80_01 + 80_02 + 80_03)
    assert await refused(add(voting, ballot, who)) is Code.BALLOT_ELECTOR_THERE
