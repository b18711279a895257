"""A person leafs through their receipts: each is there once, also while new ones come."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace

from deliberation.ballots import receipts
from deliberation.ballots.models import Ballot, Electorate, Mark, Vote
from deliberation.ballots.receipts import Holder, OwnVotes
from deliberation.journal.canonical import canonical
from deliberation.meetings.models import Proxy
from deliberation.rulesets.rules import Rule
from deliberation.rulesets.shipped import CONSULTATION
from tests.support import held_day

pytestmark = pytest.mark.anyio

FIRST = datetime(2026, 1, 20, 1, tzinfo=UTC)
SIZE = 3
HOUSEHOLD, PERSON, NEIGHBOUR = uuid4(), uuid4(), uuid4()
HOLDER = Holder(voters=[HOUSEHOLD, PERSON], person=PERSON)
PERSONS = replace(CONSULTATION, electorate="persons")
SECRET = replace(CONSULTATION, secrecy="secret", may_change=False, proxies=0)


async def ballot(minute: int, rule: Rule = CONSULTATION) -> Ballot:
    roll = await Electorate.create(meeting_id=uuid4(), fingerprint="", salt="", digest="", size=2)
    return await Ballot.create(
        meeting_id=roll.meeting_id,
        item_id=uuid4(),
        electorate=roll,
        wording=f"演示事项{minute}",
        rule=canonical(rule.to_json()),
        entitled=2,
        is_secret=rule.secrecy == "secret",
        opened_at=FIRST + timedelta(minutes=minute),
    )


async def vote(
    minute: int, voter: UUID = HOUSEHOLD, *, on: Ballot | None = None, channel: str = "phone"
) -> UUID:
    """Cast so many minutes after the first; returns the ballot."""
    asked = on or await ballot(minute, PERSONS if voter == PERSON else CONSULTATION)
    await Vote.create(
        id=uuid4().int >> 66,
        ballot=asked,
        voter_id=voter,
        person_id=uuid4(),
        choice="for",
        channel=channel,
        receipt=f"R{minute}-{voter.hex[:4]}",
        cast_at=FIRST + timedelta(minutes=minute),
    )
    return asked.id


async def secretly(minute: int, voter: UUID, channel: str = "phone") -> UUID:
    asked = await ballot(minute, SECRET)
    await Mark.create(id=uuid4().int >> 66, ballot=asked, voter_id=voter, channel=channel)
    return asked.id


@pytest.fixture
async def cast(store: str) -> Sequence[UUID]:
    """The ballots in which the person has voted, for the household, for themselves or in secret;
    some votes were cast at the same instant."""
    minutes = (0, 1, 1, 1, 1, 2, 3, 3)
    for minute in minutes:
        await vote(minute, NEIGHBOUR)
        await secretly(minute, NEIGHBOUR)
    named = [await vote(m, (HOUSEHOLD, PERSON)[n % 2]) for n, m in enumerate(minutes[:6])]
    return [*named, *[await secretly(m, HOUSEHOLD) for m in minutes[6:]]]


async def older(shown: OwnVotes) -> OwnVotes:
    beside = shown.votes[-1].place
    return await receipts.own_votes_page(HOLDER, beside=beside, size=SIZE)


async def newer(shown: OwnVotes) -> OwnVotes:
    beside = shown.votes[0].place
    return await receipts.own_votes_page(HOLDER, beside=beside, newer=True, size=SIZE)


async def latest() -> OwnVotes:
    return await receipts.own_votes_page(HOLDER, size=SIZE)


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
    times = [one.at for page in pages for one in page.votes]
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


async def test_two_votes_of_ones_own_in_one_ballot_stand_on_both_sides_of_a_page(
    store: str,
) -> None:
    """Who owns a unit alone and another together with somebody casts two."""
    asked = await ballot(0, PERSONS)
    for n in range(2):
        await vote(5, (PERSON, HOUSEHOLD)[n], on=asked)
    first = await receipts.own_votes_page(HOLDER, size=1)
    second = await receipts.own_votes_page(HOLDER, beside=first.votes[0].place, size=1)
    assert {first.votes[0].voter, second.votes[0].voter} == {PERSON, HOUSEHOLD}
    assert not second.has_older


@pytest.mark.parametrize("is_newer", [False, True])
async def test_beside_what_is_no_vote_of_theirs_the_latest_are_shown(
    cast: Sequence[UUID], is_newer: bool
) -> None:
    strange = await vote(5, NEIGHBOUR)
    for beside in (f"{strange}.{NEIGHBOUR}", f"{strange}.{PERSON}", str(strange), "nonsense"):
        shown = await receipts.own_votes_page(HOLDER, beside=beside, newer=is_newer, size=SIZE)
        assert shown == await latest()


async def test_the_count_is_of_ones_own_alone(cast: Sequence[UUID]) -> None:
    await vote(7, NEIGHBOUR)
    assert await receipts.count_own_votes(HOLDER) == len(cast)
    household = Holder(voters=[HOUSEHOLD])
    assert [one.at for one in await receipts.own_votes(household, 1)] == [
        FIRST + timedelta(minutes=3)
    ]
    nobody = await receipts.own_votes_page(Holder(voters=[uuid4()]), size=SIZE)
    assert nobody == OwnVotes(votes=[], has_older=False, has_newer=False)
    none = await receipts.own_votes_page(Holder(voters=[]), size=SIZE)
    assert none == nobody


async def test_of_a_secret_vote_only_that_one_took_part_is_told(store: str) -> None:
    await secretly(0, HOUSEHOLD, "paper")
    (one,) = await receipts.own_votes(HOLDER, SIZE)
    assert (one.kind, one.choice, one.receipt, one.channel) == ("secret", "", "", "paper")


async def test_a_vote_cast_for_another_is_the_givers_and_the_holder_sees_that_they_cast_it(
    store: str,
) -> None:
    asked = await ballot(0, PERSONS)
    asked.meeting_id = (await held_day.noticed()).meeting
    await asked.save()
    for item, state in ((None, "given"), (asked.item_id, "given"), (uuid4(), "revoked")):
        await Proxy.create(
            meeting_id=asked.meeting_id,
            item_id=item,
            voter_id=NEIGHBOUR,
            giver_id=NEIGHBOUR,
            holder_id=PERSON,
            state=state,
            given_at=FIRST,
        )
    await vote(1, NEIGHBOUR, on=asked, channel="proxy")
    (held,) = await receipts.own_votes(HOLDER, SIZE)
    (own,) = await receipts.own_votes(Holder(voters=[NEIGHBOUR], person=NEIGHBOUR), SIZE)
    assert (held.kind, held.voter) == ("other", NEIGHBOUR)
    assert (own.kind, own.channel, own.receipt) == ("own", "proxy", held.receipt)
    assert await receipts.count_own_votes(HOLDER) == 1


async def test_every_vote_says_what_it_is_not(cast: Sequence[UUID]) -> None:
    told = await receipts.disclaimers_of(cast)
    assert {sentence.render() for sentence in told.values()} == {"意向征询，不代替业主大会表决。"}
    assert set(told) == set(cast)
