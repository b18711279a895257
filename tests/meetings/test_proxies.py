"""Mandates: who may give and hold them, how they are used, until when they are taken back."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace as changed
from functools import partial
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from deliberation import journal
from deliberation import store as the_store
from deliberation.ballots import holding
from deliberation.ballots.models import Vote
from deliberation.errors import Code, Refusal
from deliberation.journal.events import ProxyGiven, ProxyRevoked
from deliberation.journal.models import Entry
from deliberation.journal.views import ItemView, MeetingState
from deliberation.meetings import mandates, proxies
from deliberation.meetings.mandates import GivingFacts, Scope
from deliberation.meetings.proxies import Giving
from deliberation.people.models import Household, Person
from deliberation.people.roles import Actor, Role
from deliberation.rulesets.questions import Question
from deliberation.rulesets.rules import Rule
from deliberation.rulesets.shipped import CONSULTATION, JOINT, OWNERS_HALF, RESIDENTS_2018
from tests.ballots.papering import staff
from tests.ballots.voting import SECRET, Voting, voting_hall
from tests.ballots.watching import Onlooker, looking_on

GIVER, HOLDER, CHAIR, VOTER, ITEM = (uuid4() for _ in range(5))
TWO = replace(CONSULTATION, version=2, proxies=2)
NOBODY_NEEDED = replace(TWO, attendance=None)


def scope(*rules: Rule) -> Scope:
    return Scope(item=ITEM, position=1, rules=rules or (TWO,))


GOOD = GivingFacts(
    scope=scope(),
    giver=GIVER,
    holder=HOLDER,
    chair=CHAIR,
    voter=VOTER,
    may_hold=True,
    has_voted=False,
    is_given=False,
    held=1,
)


def facts(**changes: object) -> GivingFacts:
    return changed(GOOD, **changes)  # type: ignore[arg-type]


def refusal_of(act: Callable[[], object]) -> Code | None:
    try:
        act()
    except Refusal as refusal:
        return refusal.code
    return None


@pytest.mark.parametrize(
    ("given_", "refused"),
    [
        (GOOD, None),
        (facts(scope=scope(SECRET)), Code.PROXY_NOT_ALLOWED),
        (facts(scope=scope(RESIDENTS_2018)), Code.PROXY_NOT_ALLOWED),
        (facts(scope=Scope(item=None, position=0, rules=())), Code.PROXY_NOT_ALLOWED),
        (facts(scope=scope(TWO, JOINT)), Code.PROXY_ITEM_BY_ITEM),
        (facts(scope=scope(TWO, SECRET)), Code.PROXY_ITEM_BY_ITEM),
        (facts(scope=scope(TWO, OWNERS_HALF)), Code.PROXY_ITEM_BY_ITEM),
        (facts(voter=None), Code.PROXY_NO_VOTE),
        (facts(giver=CHAIR), Code.BALLOT_CHAIR_SILENT),
        (facts(giver=CHAIR, scope=scope(replace(TWO, chair="votes"))), None),
        (facts(holder=GIVER), Code.PROXY_TO_ONESELF),
        (facts(holder=CHAIR), Code.PROXY_TO_CHAIR),
        (facts(may_hold=False), Code.PROXY_HOLDER_UNSUITABLE),
        (facts(has_voted=True), Code.PROXY_VOTED_ALREADY),
        (facts(is_given=True), Code.PROXY_GIVEN_ALREADY),
        (facts(held=2), Code.PROXY_HOLDER_FULL),
    ],
)
def test_a_mandate_is_given_within_the_rule(given_: GivingFacts, refused: Code | None) -> None:
    assert refusal_of(lambda: mandates.check_may_give(given_)) is refused


@given(limit=st.integers(0, 100), held=st.integers(0, 100))
def test_nobody_stands_for_more_than_the_rule_says(limit: int, held: int) -> None:
    asked = facts(scope=scope(replace(TWO, proxies=limit)), held=held)
    code = refusal_of(lambda: mandates.check_may_give(asked))
    assert (code is None) == (held < limit)


def test_the_whole_meeting_has_the_least_limit_of_its_items() -> None:
    assert scope(TWO, CONSULTATION).limit == 1


@pytest.mark.parametrize(
    ("stage", "item_state", "whole", "one"),
    [
        ("planned", "waiting", Code.MEETING_NOT_NOTICED, Code.MEETING_NOT_NOTICED),
        ("cancelled", "waiting", Code.MEETING_CANCELLED, Code.MEETING_CANCELLED),
        ("noticed", "waiting", None, None),
        ("convened", "open", None, None),
        ("convened", "closed", Code.PROXY_NOT_ALLOWED, Code.PROXY_TOO_LATE),
        ("adjourned", "waiting", Code.MEETING_ALREADY_ADJOURNED, Code.MEETING_ALREADY_ADJOURNED),
    ],
)
def test_from_the_notice_until_the_meeting_is_over(
    stage: str, item_state: str, whole: Code | None, one: Code | None
) -> None:
    item = ItemView(
        id=ITEM,
        position=1,
        title="演示",
        step="decide",
        minutes=5,
        reporter="",
        matter=None,
        wording="演示",
        state=item_state,
    )
    state = MeetingState(state=stage, rule=TWO.to_json(), items=(item,))
    for asked, refused in ((None, whole), (ITEM, one)):
        assert refusal_of(partial(asked_for, state, asked)) is refused


def asked_for(state: MeetingState, item: UUID | None) -> None:
    mandates.check_scope(mandates.scope_of(state, item))


# ------------------------------------------------------------ on both engines


async def give(
    voting: Voting, giver: int, holder: int, item: UUID | None = None, told: str = ""
) -> UUID:
    giving = Giving(holder=voting.voters[holder].present_person(), item=item, instruction=told)
    at = voting.clock.now()
    return await proxies.give(voting.voters[giver], voting.meeting, giving, at=at)


async def take_back(voting: Voting, giver: int, proxy: UUID) -> None:
    await proxies.revoke(voting.voters[giver], voting.meeting, proxy, at=voting.clock.now())


async def cast(voting: Voting, ballot: UUID, by: int, for_: int, choice: str = "for") -> None:
    voter = voting.household(for_)
    at = voting.clock.now()
    await holding.cast_for(voting.voters[by], ballot, voter, choice, receipt="", at=at)


async def first_item(voting: Voting) -> UUID:
    current = (await journal.state_of(voting.meeting)).current
    assert current is not None
    return current.id


async def refused(act: Awaitable[object]) -> Code | None:
    try:
        await act
    except Refusal as refusal:
        return refusal.code
    return None


@pytest.mark.anyio
async def test_the_holder_casts_as_instructed_and_both_see_it(store: str) -> None:
    voting = await voting_hall(households=3, rule=TWO)
    item = await first_item(voting)
    proxy = await give(voting, 0, 1, item, "against")
    ballot = await voting.open()
    assert await refused(cast(voting, ballot, 1, 0, "for")) is Code.BALLOT_PROXY_INSTRUCTED
    assert await refused(cast(voting, ballot, 2, 0, "against")) is Code.BALLOT_NOT_YOURS
    (before,) = await proxies.given_by(voting.voters[0].present_person(), voting.meeting)
    assert (before.id, before.is_used, before.instruction) == (proxy, False, "against")
    await cast(voting, ballot, 1, 0, "against")
    await cast(voting, ballot, 1, 1, "for")
    votes = {v.voter_id: (v.choice, v.channel) for v in await Vote.filter(ballot_id=ballot)}
    assert votes[voting.household(0)] == ("against", "proxy")
    assert votes[voting.household(1)] == ("for", "form")
    (after,) = await proxies.held_by(voting.voters[1].present_person(), voting.meeting)
    assert after.is_used
    assert await refused(take_back(voting, 0, proxy)) is Code.PROXY_USED
    assert await refused(cast(voting, ballot, 0, 0, "for")) is Code.BALLOT_BY_PROXY


@pytest.mark.anyio
async def test_who_gave_the_vote_away_may_still_cast_it_first(store: str) -> None:
    voting = await voting_hall(households=3, rule=TWO)
    proxy = await give(voting, 0, 1)
    ballot = await voting.open()
    await cast(voting, ballot, 0, 0, "for")
    assert await refused(cast(voting, ballot, 1, 0)) in (None, Code.BALLOT_ON_ANOTHER_CHANNEL)
    assert await refused(cast(voting, ballot, 1, 0, "against")) is Code.BALLOT_ON_ANOTHER_CHANNEL
    assert (await Vote.get(ballot_id=ballot)).channel == "form"
    late = give(voting, 0, 2, await first_item(voting))
    assert await refused(late) is Code.PROXY_VOTED_ALREADY
    await take_back(voting, 0, proxy)


@pytest.mark.anyio
async def test_limits_scopes_and_who_may_hold(store: str) -> None:
    voting = await voting_hall(households=4)
    first = await first_item(voting)
    second = (await journal.state_of(voting.meeting)).items[1].id
    assert await refused(give(voting, 0, 0)) is Code.PROXY_TO_ONESELF
    assert await refused(give(voting, 0, 1, uuid4())) is Code.ITEM_NOT_ON_AGENDA
    assert await refused(give(voting, 0, 1, first, "2")) is Code.BALLOT_CHOICE_UNKNOWN
    assert await refused(give(voting, 0, 1, None, "for")) is Code.PROXY_INSTRUCTION_NEEDS_ITEM
    await give(voting, 0, 1, first)
    assert await refused(give(voting, 0, 2, first)) is Code.PROXY_GIVEN_ALREADY
    assert await refused(give(voting, 0, 2)) is Code.PROXY_GIVEN_ALREADY
    assert await refused(give(voting, 2, 1, first)) is Code.PROXY_HOLDER_FULL
    assert await refused(give(voting, 2, 1)) is Code.PROXY_HOLDER_FULL
    await give(voting, 0, 2, second)
    await give(voting, 2, 1, second)  # who gave a vote away may hold another, and the other way
    at = voting.clock.now()
    for holder, code in (
        (voting.chair.present_person(), Code.PROXY_TO_CHAIR),
        ((await staff(voting)).present_person(), Code.PROXY_HOLDER_UNSUITABLE),
    ):
        giving = Giving(holder=holder)
        given_ = proxies.give(voting.voters[3], voting.meeting, giving, at=at)
        assert await refused(given_) is code


@pytest.mark.anyio
async def test_another_person_of_a_household_does_not_give_its_vote(store: str) -> None:
    voting = await voting_hall(households=3)
    other = replace_household(voting.voters[2], voting.household(0))
    await move(voting.voters[2].present_person(), voting.household(0))
    giving = Giving(holder=voting.voters[1].present_person())
    given_ = proxies.give(other, voting.meeting, giving, at=voting.clock.now())
    assert await refused(given_) is Code.PROXY_NO_VOTE
    await Household.filter(id=voting.household(0)).update(representative_id=None)
    await proxies.give(other, voting.meeting, giving, at=voting.clock.now())
    assert await refused(give(voting, 0, 1)) is Code.PROXY_GIVEN_ALREADY


def replace_household(actor: Actor, household: UUID) -> Actor:
    return changed(actor, household=household)


async def move(person: UUID, household: UUID) -> None:
    await Person.filter(id=person).update(household_id=household)


@pytest.mark.anyio
async def test_secret_ballots_have_no_mandates(sqlite_store: str) -> None:
    voting = await voting_hall(households=2, rule=SECRET)
    assert await refused(give(voting, 0, 1)) is Code.PROXY_NOT_ALLOWED
    assert await refused(give(voting, 0, 1, await first_item(voting))) is Code.PROXY_NOT_ALLOWED


@pytest.mark.anyio
async def test_an_owner_of_several_units_gives_one_vote_and_co_owners_none(store: str) -> None:
    rule = replace(OWNERS_HALF, version=2, window_days=0)
    voting = await voting_hall(households=4, rule=rule, owners={0: [0], 1: [0], 2: [1, 2], 3: [3]})
    assert await refused(give(voting, 1, 3)) is Code.PROXY_NO_VOTE
    await give(voting, 0, 2)
    ballot = await voting.open()
    owner = voting.voters[0].present_person()
    at = voting.clock.now()
    await holding.cast_for(voting.voters[2], ballot, owner, "for", receipt="", at=at)
    assert (await Vote.get(ballot_id=ballot)).voter_id == owner


@pytest.mark.anyio
async def test_a_choice_among_options_is_instructed_in_its_own_spelling(sqlite_store: str) -> None:
    question = Question(method="approval", options=("甲", "乙", "丙"))
    voting = await voting_hall(households=3, rule=TWO, question=question)
    await give(voting, 0, 1, await first_item(voting), "3,1")
    ballot = await voting.open()
    await cast(voting, ballot, 1, 0, "1,3")
    assert (await Vote.get(ballot_id=ballot)).choice == "1,3"


@pytest.mark.anyio
async def test_the_desk_enters_a_paper_with_its_witness_and_nobody_else_does(store: str) -> None:
    voting = await voting_hall(households=3)
    recorder, at = await staff(voting), voting.clock.now()
    giver, holder = (voting.voters[n].present_person() for n in (0, 1))
    paper = Giving(giver=giver, holder=holder, witness=" ")
    enter = proxies.give(recorder, voting.meeting, paper, at=at)
    assert await refused(enter) is Code.PROXY_WITNESS_REQUIRED
    seen = Giving(giver=giver, holder=holder, witness="演示见证人")
    neighbour = proxies.give(voting.voters[2], voting.meeting, seen, at=at)
    assert await refused(neighbour) is Code.NOT_PERMITTED
    proxy = await proxies.give(recorder, voting.meeting, seen, at=at)
    foreign = proxies.revoke(voting.voters[2], voting.meeting, proxy, at=at)
    assert await refused(foreign) is Code.NOT_FOUND
    await proxies.revoke(recorder, voting.meeting, proxy, witness="演示见证人", at=at)
    assert await refused(take_back(voting, 0, proxy)) is Code.PROXY_ENDED
    told = [h.event for h in await journal.entries(voting.meeting)]
    assert ProxyGiven(proxy=proxy) in told
    assert ProxyRevoked(proxy=proxy) in told
    entry = await Entry.get(name="proxy.given")
    assert "演示见证人" in (entry.restricted or "")
    assert str(giver) in (entry.restricted or "")
    assert str(giver) not in entry.public


@pytest.mark.anyio
async def test_a_supervisor_enters_no_mandates(sqlite_store: str) -> None:
    voting = await voting_hall(households=2)
    other = await staff(voting, Role.SUPERVISOR)
    giving = Giving(
        giver=voting.voters[0].present_person(),
        holder=voting.voters[1].present_person(),
        witness="演示",
    )
    given_ = proxies.give(other, voting.meeting, giving, at=voting.clock.now())
    assert await refused(given_) is Code.NOT_PERMITTED


@pytest.mark.anyio
async def test_taking_back_and_casting_at_once_leave_one_of_the_two(store: str) -> None:
    voting = await voting_hall(households=3, rule=TWO)
    for _round in range(4):
        proxy = await give(voting, 0, 1)
        ballot = await voting.open()
        back, voted = await asyncio.gather(
            refused(take_back(voting, 0, proxy)), refused(cast(voting, ballot, 1, 0))
        )
        counted = await Vote.exists(ballot_id=ballot, voter_id=voting.household(0))
        assert counted == (voted is None)
        assert (back is Code.PROXY_USED) if counted else (back is None)
        await voting.void(ballot)
        if back is not None:
            await take_back(voting, 0, proxy)  # a void vote has used nothing up


@pytest.mark.anyio
async def test_a_void_vote_does_not_use_a_mandate_up_and_a_lasting_one_does(store: str) -> None:
    voting = await voting_hall(households=3, rule=NOBODY_NEEDED)
    proxy = await give(voting, 0, 1)
    ballot = await voting.open()
    await cast(voting, ballot, 1, 0)
    await voting.close()
    await voting.announce()
    assert await refused(give(voting, 2, 1, await first_item(voting))) is Code.PROXY_TOO_LATE
    assert await refused(take_back(voting, 0, proxy)) is Code.PROXY_USED
    await voting.call_next_motion()
    second = await voting.open()
    await cast(voting, second, 1, 0, "against")
    assert (await Vote.get(ballot_id=second)).choice == "against"


@pytest.mark.anyio
async def test_in_a_window_of_days_mandates_are_given_after_the_meeting(store: str) -> None:
    voting = await voting_hall(households=3, rule=NOBODY_NEEDED, window_days=5)
    item = await first_item(voting)
    ballot = await voting.open()
    await voting.adjourn()
    assert await refused(give(voting, 0, 1)) is Code.MEETING_ALREADY_ADJOURNED
    await give(voting, 0, 1, item, "for")
    await cast(voting, ballot, 1, 0, "for")
    assert await Vote.filter(ballot_id=ballot).count() == 1


@pytest.fixture
async def onlooker(postgres_url: str) -> AsyncIterator[Onlooker]:
    """The store open on PostgreSQL, where transactions run side by side, and another connection."""
    await the_store.open_store(postgres_url)
    async with looking_on(postgres_url) as looking:
        yield looking
    await journal.drain()
    await the_store.close_store()


@pytest.mark.anyio
async def test_a_vote_waits_for_a_mandate_that_is_being_taken_back(onlooker: Onlooker) -> None:
    voting = await voting_hall(households=3, rule=TWO)
    proxy = await give(voting, 0, 1)
    ballot = await voting.open()
    await onlooker.gate("proxy", "UPDATE")
    back = asyncio.ensure_future(refused(take_back(voting, 0, proxy)))
    await onlooker.until_waiting(1)
    vote = asyncio.ensure_future(refused(cast(voting, ballot, 1, 0)))
    await onlooker.until_waiting(2, unless=vote.done)
    assert not vote.done(), "cast with a mandate that was being taken back"
    await onlooker.open_gate()
    assert await back is None
    assert await vote is not None
    assert not await Vote.exists(ballot_id=ballot)


@pytest.mark.anyio
async def test_taking_back_waits_for_the_vote_that_is_being_written(onlooker: Onlooker) -> None:
    voting = await voting_hall(households=3, rule=TWO)
    proxy = await give(voting, 0, 1)
    ballot = await voting.open()
    await onlooker.gate("vote", "INSERT")
    vote = asyncio.ensure_future(refused(cast(voting, ballot, 1, 0)))
    await onlooker.until_waiting(1)
    back = asyncio.ensure_future(refused(take_back(voting, 0, proxy)))
    await onlooker.until_waiting(2, unless=back.done)
    assert not back.done(), "taken back while it was being used"
    await onlooker.open_gate()
    assert await vote is None
    assert await back is Code.PROXY_USED
