"""Who may vote, for whom, with what weight: frozen when the ballot opens, stored once."""

from fractions import Fraction
from uuid import UUID

import pytest
from msgspec.structs import replace

from deliberation import journal
from deliberation.auth.service import actor_of
from deliberation.ballots.casting import cast
from deliberation.ballots.electorates import voters_in
from deliberation.ballots.frozen import frozen
from deliberation.ballots.holding import cast_for, held_by
from deliberation.ballots.models import Ballot, Elector, Electorate
from deliberation.ballots.published import electorate_digest
from deliberation.ballots.tally import Outcome
from deliberation.ballots.votes import Cast
from deliberation.errors import Code, Refusal
from deliberation.journal.events import BallotOpened
from deliberation.meetings.models import Attendance
from deliberation.people.models import Household, Ownership, Person
from deliberation.rulesets.rules import Rule, Share
from deliberation.rulesets.shipped import CONSULTATION, JOINT, OWNERS_HALF
from tests.ballots.voting import Owners, Voting, voting_hall
from tests.flows.hall import ON_THE_DAY, token_of

pytestmark = pytest.mark.anyio

OWNED: Owners = {0: [0], 1: [0], 2: [2, 3], 3: [3, 2], 4: [4]}
"""Resident 0 owns two units; 2 and 3 own two together; 4 owns one. 1 owns none."""

OF_PERSONS = replace(JOINT, version=2, majority=CONSULTATION.majority)
"""The joint meeting's set, with what its community fills in."""


async def owners_hall(rule: Rule = OWNERS_HALF) -> Voting:
    return await voting_hall(households=5, rule=rule, owners=OWNED)


def person(voting: Voting, n: int) -> UUID:
    return voting.voters[n].present_person()


async def opened(voting: Voting, ballot: UUID) -> BallotOpened:
    told = [happened.event for happened in await journal.entries(voting.meeting)]
    return next(e for e in told if isinstance(e, BallotOpened) and e.ballot == ballot)


async def areas_by_holder(ballot: UUID) -> dict[UUID | None, int]:
    voters = await voters_in((await Ballot.get(id=ballot)).electorate_id)
    assert len({voter.holder for voter in voters}) == len(voters)
    return {voter.holder: voter.area for voter in voters}


async def test_units_of_the_same_owners_are_one_head_with_their_areas_summed(store: str) -> None:
    """The units have 80.00, 80.01, 80.02, 80.03 and 80.04 m²."""
    voting = await owners_hall()
    ballot = await voting.open()
    event = await opened(voting, ballot)
    assert (event.entitled, event.entitled_area) == (3, 400_10)
    areas = await areas_by_holder(ballot)
    assert areas[person(voting, 0)] == 160_01
    assert areas[person(voting, 4)] == 80_04
    assert sorted(areas.values()) == [80_04, 160_01, 160_05]


async def test_co_owners_have_one_vote_which_one_of_them_casts(store: str) -> None:
    voting = await owners_hall()
    ballot = await voting.open()
    shared = {v.holder: v.id for v in await voters_in((await Ballot.get(id=ballot)).electorate_id)}
    (holder,) = set(shared) & {person(voting, 2), person(voting, 3)}
    chosen, other = (2, 3) if holder == person(voting, 2) else (3, 2)
    now = voting.clock.now()
    rule = await frozen(ballot)
    assert rule is not None
    assert [held.voter for held in await held_by(voting.voters[chosen], rule)] == [shared[holder]]
    assert await held_by(voting.voters[other], rule) == []
    with pytest.raises(Refusal) as refused:
        await cast_for(voting.voters[other], ballot, shared[holder], "for", receipt="", at=now)
    assert refused.value.code is Code.BALLOT_NOT_YOURS
    for choice in ("against", "for"):
        voter = voting.voters[chosen]
        await cast_for(voter, ballot, shared[holder], choice, receipt="", at=now)
    await cast_for(voting.voters[0], ballot, None, "for", receipt="", at=now)
    with pytest.raises(Refusal) as refused:
        await cast_for(voting.voters[1], ballot, None, "for", receipt="", at=now)
    assert refused.value.code is Code.BALLOT_NOT_ENTITLED
    await voting.close()
    tally = await voting.announce()
    assert tally.cast == 2
    assert tally.areas is not None
    assert (tally.areas.cast, tally.areas.entitled) == (320_06, 400_10)
    assert tally.outcome is Outcome.ADOPTED


async def test_what_is_sold_after_the_opening_changes_nothing_in_this_ballot(store: str) -> None:
    voting = await owners_hall()
    ballot = await voting.open()
    before = await areas_by_holder(ballot)
    unit = (await Household.get(id=voting.household(4))).unit_id
    await Ownership.filter(unit_id=unit).update(person_id=person(voting, 1))
    assert await areas_by_holder(ballot) == before
    paper = replace(voting.paper(ballot, 4), voter=person(voting, 4))
    bought = replace(voting.paper(ballot, 1), voter=person(voting, 1))
    sold, new = await cast([paper, bought])
    assert isinstance(sold, Cast)
    assert isinstance(new, Refusal)
    await voting.void()
    assert person(voting, 1) in await areas_by_holder(await voting.open())


async def test_the_digest_of_an_electorate_can_be_worked_out_from_its_salt_and_its_voters(
    store: str,
) -> None:
    voting = await owners_hall()
    ballot = await voting.open()
    row = await Electorate.get(id=(await Ballot.get(id=ballot)).electorate_id)
    electors = await Elector.filter(electorate_id=row.id)
    weights = [(e.voter_id, e.area_hundredths) for e in electors]
    told = (await opened(voting, ballot)).electorate_digest
    assert told == row.digest == electorate_digest(bytes.fromhex(row.salt), weights)
    assert told != electorate_digest(bytes(16), weights)


async def test_the_same_voters_are_stored_once_however_many_ballots_they_have(store: str) -> None:
    voting = await voting_hall(households=4)
    for _ballot in range(3):
        await voting.open()
        await voting.void()
    assert (await Electorate.all().count(), await Elector.all().count()) == (1, 4)
    other = (await Person.create(community_id=voting.community, name="演示住户")).id
    await Household.filter(id=voting.household(0)).update(representative_id=other)
    await voting.open()
    assert (await Electorate.all().count(), await Elector.all().count()) == (2, 8)


async def test_persons_vote_each_for_themselves(store: str) -> None:
    voting = await voting_hall(households=3, rule=OF_PERSONS)
    second = await Person.create(
        community_id=voting.community, household_id=voting.household(0), name="演示住户4"
    )
    ballot = await voting.open()
    assert (await opened(voting, ballot)).entitled == 4
    actor = await actor_of(await token_of(second.id, ON_THE_DAY), at=ON_THE_DAY)
    now = voting.clock.now()
    for voter in (voting.voters[0], actor):
        await cast_for(voter, ballot, None, "for", receipt="", at=now)
    by_household = voting.paper(ballot, 1)
    by_another = replace(by_household, voter=second.id)
    assert all(isinstance(a, Refusal) for a in await cast([by_household, by_another]))
    await voting.close()
    assert (await voting.announce()).cast == 2


async def leaves(voting: Voting, *leaving: int) -> None:
    await Attendance.all().update(left_at=None)
    for n in leaving:
        await Attendance.filter(person_id=person(voting, n)).update(left_at=ON_THE_DAY)


async def test_a_quorum_by_area_is_reached_to_the_hundredth_and_not_below(store: str) -> None:
    """80.00 + 80.01 + 80.02 = 240.03 m², of which two thirds are 160.02: reached by 80.00 + 80.02,
    and missed by 80.00 + 80.01 = 160.01."""
    by_area = replace(
        CONSULTATION,
        version=2,
        electorate="owners",
        attendance=None,
        attendance_area=Share(Fraction(2, 3), strict=False),
    )
    voting = await voting_hall(households=3, rule=by_area, owners={0: [0], 1: [1], 2: [2]})
    await leaves(voting, 2)
    with pytest.raises(Refusal) as refused:
        await voting.open()
    assert refused.value.code is Code.BALLOT_NO_QUORUM
    assert refused.value.facts == {"present": "160.01", "required": "160.02"}
    await leaves(voting, 1)
    await voting.open()


async def test_a_quorum_of_heads_counts_owners_and_not_units(store: str) -> None:
    """Three heads, of whom more than half is two."""
    voting = await owners_hall(replace(OWNERS_HALF, attendance=CONSULTATION.attendance))
    await leaves(voting, 0, 1, 4)
    with pytest.raises(Refusal) as refused:
        await voting.open()
    assert refused.value.facts == {"present": 1, "required": 2}
    await leaves(voting, 1, 4)
    await voting.open()


@pytest.mark.parametrize("chair", ["silent", "breaks-ties", "votes"])
async def test_who_presides_is_silent_unless_the_rule_lets_the_chair_vote(
    store: str, chair: str
) -> None:
    voting = await voting_hall(households=3, rule=replace(CONSULTATION, version=2, chair=chair))
    presiding = voting.chair.present_person()
    await Household.filter(id=voting.household(0)).update(representative_id=presiding)
    ballot = await voting.open()
    (answer,) = await cast([replace(voting.paper(ballot, 0), person=presiding)])
    if chair == "votes":
        assert isinstance(answer, Cast)
    else:
        assert isinstance(answer, Refusal)
        assert answer.code is Code.BALLOT_CHAIR_SILENT
