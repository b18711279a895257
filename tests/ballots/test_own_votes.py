"""A household leafs through its receipts: each is there once, also while new ones come."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from deliberation.ballots import reading
from deliberation.ballots.models import Ballot, Electorate, Vote
from deliberation.ballots.reading import OwnVotes

pytestmark = pytest.mark.anyio

FIRST = datetime(2026, 1, 20, 1, tzinfo=UTC)
SIZE = 3
HOUSEHOLD, NEIGHBOUR = uuid4(), uuid4()


async def vote(minute: int, *, household: UUID = HOUSEHOLD) -> UUID:
    """Cast so many minutes after the first; returns the ballot."""
    roll = await Electorate.create(meeting_id=uuid4(), fingerprint="", salt="", digest="", size=2)
    ballot = await Ballot.create(
        meeting_id=roll.meeting_id,
        item_id=uuid4(),
        electorate=roll,
        wording=f"演示事项{minute}",
        rule="{}",
        entitled=2,
        opened_at=FIRST,
    )
    await Vote.create(
        id=uuid4().int >> 66,
        ballot=ballot,
        voter_id=household,
        person_id=uuid4(),
        choice="for",
        channel="phone",
        receipt=f"R{minute}",
        cast_at=FIRST + timedelta(minutes=minute),
    )
    return ballot.id


@pytest.fixture
async def cast(store: str) -> Sequence[UUID]:
    """The ballots in which the household has voted; some votes were cast at the same instant."""
    minutes = (0, 1, 1, 1, 1, 2, 3, 3)
    for minute in minutes:
        await vote(minute, household=NEIGHBOUR)
    return [await vote(minute) for minute in minutes]


async def older(shown: OwnVotes) -> OwnVotes:
    beside = shown.votes[-1].ballot
    return await reading.own_votes_page(HOUSEHOLD, beside=beside, size=SIZE)


async def newer(shown: OwnVotes) -> OwnVotes:
    beside = shown.votes[0].ballot
    return await reading.own_votes_page(HOUSEHOLD, beside=beside, newer=True, size=SIZE)


async def latest() -> OwnVotes:
    return await reading.own_votes_page(HOUSEHOLD, size=SIZE)


async def all_pages() -> list[OwnVotes]:
    pages = [await latest()]
    while pages[-1].has_older:
        pages.append(await older(pages[-1]))
    return pages


def ballots_on(pages: Sequence[OwnVotes]) -> list[UUID]:
    return [one.ballot for page in pages for one in page.votes]


async def test_every_receipt_is_on_one_page_the_latest_first(cast: Sequence[UUID]) -> None:
    pages = await all_pages()
    assert [len(page.votes) for page in pages] == [3, 3, 2]
    assert sorted(ballots_on(pages)) == sorted(cast)
    times = [one.cast_at for page in pages for one in page.votes]
    assert times == sorted(times, reverse=True)
    assert [page.has_newer for page in pages] == [False, True, True]


async def test_back_from_the_oldest_the_same_pages_are_seen(cast: Sequence[UUID]) -> None:
    first, second, third = await all_pages()
    assert (await newer(third)).votes == second.votes
    back = await newer(second)
    assert back.votes == first.votes
    assert (back.has_newer, back.has_older) == (False, True)


async def test_a_vote_cast_meanwhile_moves_no_other_to_another_page(cast: Sequence[UUID]) -> None:
    first = await latest()
    new = await vote(9)
    assert not set(ballots_on([await older(first)])) & set(ballots_on([first]))
    back = await newer(await older(first))
    assert back.votes == first.votes
    assert back.has_newer
    assert ballots_on([await newer(back)]) == [new]


async def test_a_full_last_page_leads_to_no_empty_one(cast: Sequence[UUID]) -> None:
    await vote(9)
    pages = await all_pages()
    assert [len(page.votes) for page in pages] == [3, 3, 3]
    assert not pages[-1].has_older


@pytest.mark.parametrize("is_newer", [False, True])
async def test_beside_a_ballot_in_which_it_did_not_vote_the_latest_are_shown(
    cast: Sequence[UUID], is_newer: bool
) -> None:
    strange = await vote(5, household=NEIGHBOUR)
    for beside in (strange, uuid4()):
        shown = await reading.own_votes_page(HOUSEHOLD, beside=beside, newer=is_newer, size=SIZE)
        assert shown == await latest()


async def test_the_count_is_of_the_household_alone(cast: Sequence[UUID]) -> None:
    await vote(7, household=NEIGHBOUR)
    assert await reading.count_own_votes(HOUSEHOLD) == len(cast)
    assert [one.receipt for one in await reading.own_votes(HOUSEHOLD, 2)] == ["R3", "R3"]
    nobody = await reading.own_votes_page(uuid4(), size=SIZE)
    assert nobody == OwnVotes(votes=[], has_older=False, has_newer=False)
