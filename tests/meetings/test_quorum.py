"""Who is there: themselves, through a proxy, by area; and what happens when they leave."""

from collections.abc import Awaitable
from fractions import Fraction

import pytest
from msgspec.structs import replace

from deliberation import journal
from deliberation.errors import Code, Refusal
from deliberation.faces.console import next_action
from deliberation.faces.context import context_for, scene_of
from deliberation.faces.quorum import Quorum, quorum_of
from deliberation.journal.events import AttendanceRecorded, QuorumLost, QuorumRegained
from deliberation.meetings import attending, proxies
from deliberation.meetings.proxies import Giving
from deliberation.meetings.viewing import Counted
from deliberation.people.models import Community
from deliberation.rulesets.rules import Rule, Share
from deliberation.rulesets.shipped import CONSULTATION, OWNERS_HALF
from tests.ballots.voting import Voting, voting_hall

pytestmark = pytest.mark.anyio

TWO = replace(CONSULTATION, version=2, proxies=2)
HALF = Share(Fraction(1, 2), strict=True)
AREA = replace(OWNERS_HALF, version=2, window_days=0, attendance_area=HALF)


async def refused(act: Awaitable[object]) -> Code | None:
    try:
        await act
    except Refusal as refusal:
        return refusal.code
    return None


async def leave(voting: Voting, *who: int) -> None:
    for n in who:
        await attending.leave(voting.voters[n], voting.meeting, at=voting.clock.now())


async def come_back(voting: Voting, n: int) -> None:
    at = voting.clock.now()
    await attending.sign_in(voting.voters[n], voting.meeting, channel="phone", at=at)
    await attending.journal_arrivals(voting.meeting, at=at)


async def quorum(voting: Voting) -> Quorum:
    found = await quorum_of(await journal.state_of(voting.meeting), voting.clock.now())
    assert found is not None
    return found


async def give(voting: Voting, giver: int, holder: int) -> None:
    giving = Giving(holder=voting.voters[holder].present_person())
    await proxies.give(voting.voters[giver], voting.meeting, giving, at=voting.clock.now())


async def crossings(voting: Voting) -> list[object]:
    told = [happened.event for happened in await journal.entries(voting.meeting)]
    return [event for event in told if isinstance(event, QuorumLost | QuorumRegained)]


async def why_not(voting: Voting) -> str:
    state = await journal.state_of(voting.meeting)
    action = next_action(state, 0, await quorum_of(state, voting.clock.now()))
    assert action is not None
    return action.why_not.render() if action.why_not else ""


async def test_who_leaves_is_no_longer_counted_and_below_the_number_no_ballot_opens(
    store: str,
) -> None:
    voting = await voting_hall(households=4)  # 3 of 4 are needed
    await leave(voting, 0)
    assert await crossings(voting) == []
    await leave(voting, 1)
    assert await crossings(voting) == [QuorumLost(present=2, required=3)]
    state = await journal.state_of(voting.meeting)
    assert (state.present, state.hall, state.is_quorum_lost) == (2, 2, True)
    assert await why_not(voting) == "到会还差1户，不能表决。"
    assert await refused(voting.open()) is Code.BALLOT_NO_QUORUM
    await leave(voting, 2)
    await come_back(voting, 1)
    assert len(await crossings(voting)) == 1
    await come_back(voting, 2)
    await come_back(voting, 0)
    assert (await crossings(voting))[1:] == [QuorumRegained(present=3, required=3)]
    state = await journal.state_of(voting.meeting)
    assert (state.present, state.hall, state.remote) == (4, 1, 3)
    assert await why_not(voting) == ""
    await voting.open()


async def test_the_desk_says_who_has_left_and_nobody_leaves_twice(store: str) -> None:
    voting = await voting_hall(households=3)
    person, at = voting.voters[0].present_person(), voting.clock.now()
    await attending.see_off(voting.chair, voting.meeting, person, at=at)
    again = attending.see_off(voting.chair, voting.meeting, person, at=at)
    assert await refused(again) is Code.MEETING_NOT_SIGNED_IN
    other = attending.see_off(voting.voters[1], voting.meeting, person, at=at)
    assert await refused(other) is Code.NOT_PERMITTED
    told = [h.event for h in await journal.entries(voting.meeting)]
    assert AttendanceRecorded(more=0, present=2, hall=2, remote=0) in told
    await voting.adjourn()
    late = attending.leave(voting.voters[1], voting.meeting, at=at)
    assert await refused(late) is Code.MEETING_ALREADY_ADJOURNED


async def test_with_mandates_a_ballot_opens_that_would_be_refused_without(store: str) -> None:
    voting = await voting_hall(households=4, rule=TWO)
    await leave(voting, 0, 1)
    assert await refused(voting.open()) is Code.BALLOT_NO_QUORUM
    await give(voting, 0, 2)
    assert (await crossings(voting))[-1] == QuorumRegained(present=3, required=3)
    found = await quorum(voting)
    assert (found.present, found.by_proxy, found.required, found.is_reached) == (3, 1, 3, True)
    await leave(voting, 2)  # with the holder goes the vote they stand for
    assert (await crossings(voting))[-1] == QuorumLost(present=1, required=3)
    assert await refused(voting.open()) is Code.BALLOT_NO_QUORUM
    await come_back(voting, 2)
    await voting.open()


async def test_a_mandate_taken_back_loses_the_quorum_it_made(store: str) -> None:
    voting = await voting_hall(households=4, rule=TWO)
    await give(voting, 0, 2)
    await leave(voting, 0, 1)
    assert await crossings(voting) == []
    person = voting.voters[0].present_person()
    (mandate,) = await proxies.given_by(person, voting.meeting)
    at = voting.clock.now()
    await proxies.revoke(voting.voters[0], voting.meeting, mandate.id, at=at)
    assert await crossings(voting) == [QuorumLost(present=2, required=3)]


async def test_the_area_of_the_present_is_required_too(store: str) -> None:
    owners = {0: [0], 1: [0], 2: [0], 3: [1]}
    voting = await voting_hall(households=4, rule=AREA, owners=owners)
    await leave(voting, 0)
    found = await quorum(voting)
    assert (found.roll, found.present, found.required) == (2, 1, 0)
    assert (found.present_area, found.area) == (8_003, 32_006)
    assert found.required_area == 16_004
    assert await why_not(voting) == "到会面积还差80.01平方米，不能表决。"
    assert await refused(voting.open()) is Code.BALLOT_NO_QUORUM
    await give(voting, 0, 1)
    assert (await quorum(voting)).present_area == 32_006
    assert await why_not(voting) == ""
    await voting.open()
    assert await quorum_of(await journal.state_of(voting.meeting), voting.clock.now()) is None


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (replace(TWO, electorate="persons"), "到会还差1人，不能表决。"),
        (replace(TWO, attendance=None), ""),
    ],
)
async def test_the_console_measures_by_the_items_own_rule(
    sqlite_store: str, rule: Rule, words: str
) -> None:
    voting = await voting_hall(households=3, rule=rule)
    await leave(voting, 0, 1)
    assert await why_not(voting) == words


async def test_the_scene_names_the_rule_that_the_number_comes_from(sqlite_store: str) -> None:
    voting = await voting_hall(households=3, rule=TWO)
    state = await journal.state_of(voting.meeting)
    community = await Community.get(id=voting.community)
    now = voting.clock.now()
    scene = await scene_of(state, community, now=now, connections=Counted())
    shown = context_for(scene, "zh")["quorum"]
    assert (shown["present"], shown["roll"], shown["required"]) == (3, 3, 2)
    assert shown["rule_name"] == TWO.name
    assert shown["source"] == TWO.source
