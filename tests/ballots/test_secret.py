"""Secret votes: counted once under a code of the voter's own, and joined to nobody."""

import asyncio
import random
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace

from deliberation.ballots import reading
from deliberation.ballots import service as ballots
from deliberation.ballots.casting import cast
from deliberation.ballots.models import Ballot, Mark, SecretVote
from deliberation.ballots.published import merkle_root, votes_from
from deliberation.ballots.votes import Answer, Cast, Casting, Effect
from deliberation.errors import Code, Refusal
from tests.ballots.voting import SECRET, Voting, code, voting_hall

pytestmark = pytest.mark.anyio

CHOICES = ("for", "against", "abstain", "for", "against", "for")


async def secret_hall(households: int = 6) -> tuple[Voting, UUID]:
    voting = await voting_hall(households=households, rule=SECRET)
    return voting, await voting.open()


def everybody(voting: Voting, ballot: UUID) -> list[Casting]:
    return [voting.sealed(ballot, n, choice, code(n)) for n, choice in enumerate(CHOICES)]


async def one(casting: Casting) -> Answer:
    (answer,) = await cast([casting])
    return answer


def is_refused(answer: Answer, wanted: Code) -> bool:
    return isinstance(answer, Refusal) and answer.code is wanted


def effect_of(answer: Answer) -> Effect:
    assert isinstance(answer, Cast), answer
    return answer.effect


async def marked(ballot: UUID) -> set[UUID]:
    return {mark.voter_id for mark in await Mark.filter(ballot_id=ballot)}


async def test_secret_votes_are_counted_once_and_listed_in_the_order_of_their_codes(
    store: str,
) -> None:
    voting, ballot = await secret_hall()
    papers = everybody(voting, ballot)
    answers = [await one(paper) for paper in papers[::-1]] + await cast(papers)
    assert [effect_of(a) for a in answers] == [Effect.COUNTED] * 6 + [Effect.REPEATED] * 6
    assert await reading.turnout(ballot) == len(await marked(ballot)) == 6
    await voting.close()
    row = await Ballot.get(id=ballot)
    listed = votes_from(row.lines.splitlines())
    assert [(v.receipt, v.choice) for v in listed] == [
        (code(n), choice) for n, choice in enumerate(CHOICES)
    ]
    assert {(v.voter, v.area) for v in listed} == {("", 0)}
    assert not await SecretVote.all().exists()
    assert await voting.turnout_told() == 6
    tally = await voting.announce()
    assert (tally.cast, dict(tally.totals)) == (6, {"for": 3, "against": 2, "abstain": 1})
    row = await Ballot.get(id=ballot)
    assert row.votes_root == merkle_root(row.lines.splitlines())


async def test_a_repeat_is_answered_alike_after_the_close_too(store: str) -> None:
    voting, ballot = await secret_hall()
    paper = voting.sealed(ballot, 0, "against", code(7))
    assert effect_of(await one(paper)) is Effect.COUNTED
    before = await one(paper)
    await voting.close()
    after = await one(paper)
    await voting.announce()
    announced = await one(paper)
    assert before == after == announced
    assert effect_of(before) is Effect.REPEATED
    assert isinstance(before, Cast)
    assert (before.choice, before.receipt) == ("against", code(7))


async def test_the_same_code_with_another_choice_is_no_repeat(store: str) -> None:
    voting, ballot = await secret_hall()
    await one(voting.sealed(ballot, 0, "against", code(7)))
    changed = voting.sealed(ballot, 0, "for", code(7))
    assert is_refused(await one(changed), Code.BALLOT_VOTE_FINAL)
    await voting.close()
    assert is_refused(await one(changed), Code.BALLOT_NOT_OPEN)


async def test_the_first_secret_vote_of_a_voter_is_final(store: str) -> None:
    voting, ballot = await secret_hall()
    await one(voting.sealed(ballot, 0, "for", code(1)))
    for choice in ("for", "against"):
        again = voting.sealed(ballot, 0, choice, code(2))
        assert is_refused(await one(again), Code.BALLOT_VOTE_FINAL)
    on_paper = replace(voting.sealed(ballot, 0, "for", code(3)), channel="paper")
    assert is_refused(await one(on_paper), Code.BALLOT_ON_ANOTHER_CHANNEL)
    assert await reading.turnout(ballot) == 1


async def test_a_code_that_is_taken_is_refused_and_its_voter_can_vote_with_another(
    store: str,
) -> None:
    voting, ballot = await secret_hall()
    await one(voting.sealed(ballot, 0, "for", code(1)))
    together = [voting.sealed(ballot, n, "against", code(n and 2)) for n in (1, 2)]
    taken = voting.sealed(ballot, 3, "for", code(1))
    first, second, third = await cast([*together, taken])
    assert sorted(isinstance(a, Cast) for a in (first, second)) == [False, True]
    assert is_refused(third, Code.BALLOT_RECEIPT_TAKEN)
    assert len(await marked(ballot)) == await reading.turnout(ballot) == 2
    assert effect_of(await one(voting.sealed(ballot, 3, "for", code(4)))) is Effect.COUNTED


async def test_a_secret_vote_is_refused_for_the_same_reasons_as_a_named_one(store: str) -> None:
    voting, ballot = await secret_hall()
    stranger = replace(voting.sealed(ballot, 0, "for", code(1)), voter=uuid4())
    assert is_refused(await one(stranger), Code.BALLOT_NOT_ENTITLED)
    other = replace(voting.sealed(ballot, 0, "for", code(1)), person=uuid4())
    assert is_refused(await one(other), Code.BALLOT_NOT_YOURS)
    nowhere = voting.sealed(uuid4(), 0, "for", code(1))
    assert is_refused(await one(nowhere), Code.NOT_FOUND)
    person = voting.voters[0].present_person()
    await Ballot.filter(id=ballot).update(silent_id=person)
    silent = voting.sealed(ballot, 0, "for", code(1))
    assert is_refused(await one(silent), Code.BALLOT_CHAIR_SILENT)
    await Ballot.filter(id=ballot).update(silent_id=None, closes_at=silent.at)
    assert is_refused(await one(silent), Code.BALLOT_WINDOW_OVER)
    await Ballot.filter(id=ballot).update(closes_at=None)
    await voting.close()
    assert is_refused(await one(silent), Code.BALLOT_NOT_OPEN)
    assert await marked(ballot) == set()


async def test_one_group_takes_secret_and_named_votes(store: str) -> None:
    voting, _ballot = await secret_hall()
    await voting.close()
    await voting.void()
    second = await voting.open()
    await Ballot.filter(id=second).update(is_secret=False)
    third = await voting_of_next(voting)
    named = [voting.paper(second, n) for n in range(2)]
    sealed = [voting.sealed(third, n, "against", code(n)) for n in range(3)]
    answers = await cast([named[0], *sealed, named[1]])
    assert [effect_of(a) for a in answers] == [Effect.COUNTED] * 5
    assert (await reading.turnout(second), await reading.turnout(third)) == (2, 3)
    assert await Mark.all().count() == 3
    assert isinstance(await one(voting.paper(third, 4)), Refusal), "named, in a secret ballot"
    assert await reading.turnout(third) == 3


async def voting_of_next(voting: Voting) -> UUID:
    """Another ballot beside the one that is open, as one that stands open for days is."""
    row = await Ballot.get(meeting_id=voting.meeting, state="open")
    row.id, row._saved_in_db = uuid4(), False
    row.is_secret = True
    await row.save(force_create=True)
    return row.id


async def test_voiding_deletes_the_votes_and_the_list_that_nobody_has_seen(store: str) -> None:
    voting, ballot = await secret_hall()
    await cast(everybody(voting, ballot)[:3])
    await voting.void()
    assert not await SecretVote.all().exists()
    second = await voting.open()
    await cast(everybody(voting, second)[:3])
    await voting.close()
    await voting.void()
    assert [(b.state, b.lines) for b in await Ballot.all()] == [("voided", "")] * 2
    late = await one(voting.sealed(second, 4, "for", code(4)))
    assert is_refused(late, Code.BALLOT_NOT_OPEN)


async def test_of_two_presses_at_once_with_two_codes_one_counts(store: str) -> None:
    voting, ballot = await secret_hall()
    for n in range(6):
        presses = [voting.sealed(ballot, n, "for", code(10 * n + p)) for p in (1, 2)]
        answers = [a for (a,) in await asyncio.gather(*(cast([press]) for press in presses))]
        assert sorted(isinstance(answer, Cast) for answer in answers) == [False, True]
        assert any(is_refused(answer, Code.BALLOT_VOTE_FINAL) for answer in answers)
    votes = {vote.receipt for vote in await SecretVote.all()}
    assert len(votes) == len(await marked(ballot)) == await reading.turnout(ballot) == 6


async def test_of_two_voters_at_once_with_one_code_one_counts(store: str) -> None:
    voting, ballot = await secret_hall()
    presses = [voting.sealed(ballot, n, "for", code(1)) for n in range(6)]
    answers = [a for (a,) in await asyncio.gather(*(cast([press]) for press in presses))]
    counted = [a for a in answers if isinstance(a, Cast)]
    assert len(counted) == len(await marked(ballot)) == await SecretVote.all().count() == 1
    assert sum(is_refused(a, Code.BALLOT_RECEIPT_TAKEN) for a in answers) == 5


async def test_what_was_acknowledged_is_in_the_list_whenever_the_chair_closes(store: str) -> None:
    voting, _first = await secret_hall()
    await voting.void()
    order = random.Random(4)  # noqa: S311  an order, no secret
    for before_the_close in range(4):
        ballot = await voting.open()
        papers = order.sample(everybody(voting, ballot), 6)
        acts = [asyncio.ensure_future(cast([paper])) for paper in papers]
        for act in acts[:before_the_close]:
            await act
        await voting.close()
        answers = [answer for (answer,) in await asyncio.gather(*acts)]
        counted = {a.receipt for a in answers if isinstance(a, Cast)}
        assert sum(is_refused(a, Code.BALLOT_NOT_OPEN) for a in answers) == 6 - len(counted)
        listed = votes_from((await Ballot.get(id=ballot)).lines.splitlines())
        assert {vote.receipt for vote in listed} == counted
        assert await voting.turnout_told() == len(await marked(ballot)) == len(counted)
        assert not await SecretVote.all().exists()
        await voting.void()


async def test_a_window_of_days_may_be_secret(store: str) -> None:
    voting = await voting_hall(households=6, rule=SECRET, window_days=10)
    ballot = await voting.open()
    await cast(everybody(voting, ballot)[:4])
    await voting.adjourn()
    voting.clock.advance(timedelta(days=9))
    assert effect_of(await one(voting.sealed(ballot, 4, "for", code(9)))) is Effect.COUNTED
    voting.clock.advance(timedelta(days=1))
    assert is_refused(await one(voting.sealed(ballot, 5, "for", code(10))), Code.BALLOT_WINDOW_OVER)
    assert await ballots.close_due(at=voting.clock.now()) == 1
    assert not await SecretVote.all().exists()
    assert (await voting.announce(ballot)).cast == 5
