"""Votes that come at the same moment as each other, or as the close: each counts once or not."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from uuid import UUID

import pytest

from deliberation import journal
from deliberation.ballots import reading
from deliberation.ballots.casting import cast
from deliberation.ballots.votes import Answer, Cast, Casting, Effect
from deliberation.errors import Code, Refusal
from tests.ballots.voting import Voting, votes_in, voting_hall
from tests.ballots.watching import Onlooker, looking_on, refusing, slip_in

pytestmark = pytest.mark.anyio

HOUSEHOLDS = 12


@pytest.fixture
async def neighbour(postgres: str) -> AsyncIterator[Onlooker]:
    """Another worker's connection."""
    async with looking_on(postgres) as looking:
        yield looking


def receipts(answers: Sequence[Answer]) -> list[str]:
    """Every vote was taken; the receipts in the order of the castings."""
    assert all(isinstance(answer, Cast) for answer in answers), answers
    return [answer.receipt for answer in answers if isinstance(answer, Cast)]


def is_refused(answer: Answer, code: Code) -> bool:
    return isinstance(answer, Refusal) and answer.code is code


async def test_a_close_waits_for_the_votes_that_are_being_written_and_counts_them(
    onlooker: Onlooker,
) -> None:
    voting = await voting_hall(households=HOUSEHOLDS)
    ballot = await voting.open()
    await onlooker.gate("vote", "INSERT")
    casting = asyncio.ensure_future(cast([voting.paper(ballot, n) for n in range(3)]))
    await onlooker.until_waiting(1)
    closing = asyncio.ensure_future(voting.close())
    await onlooker.until_waiting(2, unless=closing.done)
    assert not closing.done(), "closed over votes that were being written"
    await onlooker.open_gate()
    assert len(set(receipts(await casting))) == 3
    await closing
    assert await voting.turnout_told() == 3
    assert (await voting.announce()).cast == 3


async def test_a_vote_waits_for_the_close_that_is_being_written_and_is_refused(
    onlooker: Onlooker,
) -> None:
    voting = await voting_hall(households=HOUSEHOLDS)
    ballot = await voting.open()
    await cast([voting.paper(ballot, 0)])
    await onlooker.gate("ballot", "UPDATE")
    closing = asyncio.ensure_future(voting.close())
    await onlooker.until_waiting(1)
    casting = asyncio.ensure_future(cast([voting.paper(ballot, 1), voting.paper(ballot, 0)]))
    await onlooker.until_waiting(2, unless=casting.done)
    assert not casting.done(), "answered while nobody knew whether the ballot was open"
    await onlooker.open_gate()
    await closing
    late, again = await casting
    assert is_refused(late, Code.BALLOT_NOT_OPEN)
    assert isinstance(again, Cast)
    assert again.effect is Effect.REPEATED
    assert await voting.turnout_told() == 1
    assert (await voting.announce()).cast == 1


async def test_what_was_acknowledged_is_what_was_counted_whenever_the_chair_closes(
    store: str,
) -> None:
    voting = await voting_hall(households=HOUSEHOLDS)
    for before_the_close in range(0, HOUSEHOLDS + 1, 2):
        ballot = await voting.open()
        acts = [asyncio.ensure_future(cast([voting.paper(ballot, n)])) for n in range(HOUSEHOLDS)]
        for act in acts[:before_the_close:2]:
            await act
        await voting.close()
        answers = [answer for (answer,) in await asyncio.gather(*acts)]
        counted = {a.receipt for a in answers if isinstance(a, Cast)}
        refused = [a for a in answers if is_refused(a, Code.BALLOT_NOT_OPEN)]
        assert len(counted) + len(refused) == HOUSEHOLDS
        kept = await votes_in(ballot)
        assert {receipt for _choice, receipt in kept.values()} == counted
        assert await voting.turnout_told() == await reading.turnout(ballot) == len(counted)
        await voting.void()
    assert await journal.broken_at(voting.meeting) is None


async def test_a_group_is_written_in_the_order_of_its_voters_however_it_came(
    onlooker: Onlooker, neighbour: Onlooker
) -> None:
    """Two groups that are written in one order never wait for each other in a circle."""
    voting = await voting_hall(households=HOUSEHOLDS)
    ballot = await voting.open()
    low, *_others, middle, high = sorted(range(HOUSEHOLDS), key=voting.household)

    def slips_in(n: int) -> "asyncio.Future[None]":
        voter, person = voting.household(n), voting.voters[n].present_person()
        return asyncio.ensure_future(slip_in(neighbour, ballot, voter, person))

    held = neighbour.connection.transaction()
    await held.start()
    await slips_in(middle)
    group = asyncio.ensure_future(cast([voting.paper(ballot, n) for n in (high, middle, low)]))
    await onlooker.until_waiting(1)
    after = slips_in(high)
    await onlooker.until_waiting(2, unless=after.done)
    assert after.done(), "the group has written its highest voter before the one it waits for"
    await held.rollback()
    assert len(set(receipts(await group))) == 3


async def test_groups_of_the_same_voters_in_opposite_orders_are_all_written(store: str) -> None:
    voting = await voting_hall(households=HOUSEHOLDS)
    ballot = await voting.open()
    order = random.Random(20)  # noqa: S311  an order, no secret
    for choice in ("for", "against", "abstain"):
        everybody = [voting.paper(ballot, n, choice) for n in range(HOUSEHOLDS)]
        groups = [everybody, everybody[::-1]]
        groups += [order.sample(everybody, HOUSEHOLDS) for _ in range(6)]
        answers = await asyncio.gather(*(cast(group) for group in groups))
        kept = await votes_in(ballot)
        for group, answered in zip(groups, answers, strict=True):
            told = [(choice, receipt) for receipt in receipts(answered)]
            assert told == [kept[casting.voter] for casting in group]
    assert await reading.turnout(ballot) == HOUSEHOLDS


async def test_votes_that_the_turnout_does_not_count_are_not_cast(store: str) -> None:
    voting = await voting_hall(households=2)
    ballot = await voting.open()
    papers = [voting.paper(ballot, n) for n in range(2)]
    async with refusing("turnout"):
        with pytest.raises(Refusal) as refused:
            await cast(papers)
    assert refused.value.code is Code.DATABASE_BUSY
    assert await votes_in(ballot) == {}
    assert len(set(receipts(await cast(papers)))) == await reading.turnout(ballot) == 2


async def twice_in_a_group(voting: Voting, *choices: str) -> tuple[list[Answer], dict[UUID, str]]:
    """The answers of one group in which a household makes these choices, and what is kept."""
    ballot = await voting.open()
    papers: list[Casting] = [voting.paper(ballot, 0, choice) for choice in choices]
    answers = await cast([papers[0], voting.paper(ballot, 1), *papers[1:]])
    assert await reading.turnout(ballot) == 2
    kept = {voter: choice for voter, (choice, _receipt) in (await votes_in(ballot)).items()}
    return [answers[0], *answers[2:]], kept


async def test_the_same_vote_twice_in_a_group_is_counted_once_with_one_receipt(
    store: str,
) -> None:
    voting = await voting_hall(households=2)
    answers, kept = await twice_in_a_group(voting, "for", "for")
    assert len(set(receipts(answers))) == 1
    assert kept[voting.household(0)] == "for"


async def test_of_two_choices_in_a_group_the_last_stands_where_votes_may_be_changed(
    store: str,
) -> None:
    voting = await voting_hall(households=2)
    answers, kept = await twice_in_a_group(voting, "for", "against")
    assert len(set(receipts(answers))) == 1
    assert [a.effect for a in answers if isinstance(a, Cast)] == [Effect.COUNTED, Effect.CHANGED]
    assert [a.choice for a in answers if isinstance(a, Cast)] == ["for", "against"]
    assert kept[voting.household(0)] == "against"


async def test_of_two_choices_in_a_group_the_first_stands_where_votes_are_final(
    store: str,
) -> None:
    voting = await voting_hall(households=2, may_change=False)
    (first, second), kept = await twice_in_a_group(voting, "for", "against")
    assert isinstance(first, Cast)
    assert (first.choice, first.effect) == ("for", Effect.COUNTED)
    assert is_refused(second, Code.BALLOT_VOTE_FINAL)
    assert kept[voting.household(0)] == "for"
