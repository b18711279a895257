"""The vote writer: groups, their one commit, and an answer for everybody whatever goes wrong."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from uuid import uuid4

import pytest

from deliberation import store as the_store
from deliberation.ballots import casting, reading, writer
from deliberation.ballots.frozen import frozen
from deliberation.ballots.statements import Key
from deliberation.ballots.votes import Answer, Cast, Casting, Effect, Group
from deliberation.ballots.writer import WRITER, VoteWriter, cast_own
from deliberation.errors import Code, Refusal
from tests.ballots.voting import votes_in, voting_hall
from tests.flows.hall import ON_THE_DAY

pytestmark = pytest.mark.anyio


@dataclass(slots=True)
class Database:
    """Stands for the database: takes every group, when it is let, and knows how large it was."""

    sizes: list[int] = field(default_factory=list)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    may_commit: asyncio.Event = field(default_factory=asyncio.Event)
    failing: list[Exception] = field(default_factory=list)
    """What the next groups end with."""

    async def cast_group(self, group: Group) -> dict[Key, Answer]:
        self.sizes.append(len(group))
        self.begun.set()
        await self.may_commit.wait()
        if self.failing:
            raise self.failing.pop(0)
        return {key: counted(paper) for key, paper in group.items()}


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> Database:
    made = Database()
    made.may_commit.set()
    monkeypatch.setattr(writer, "cast_group", made.cast_group)
    return made


@pytest.fixture
def sizes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Of the groups that were given to the real database."""
    given: list[int] = []

    async def cast_group(group: Group) -> dict[Key, Answer]:
        given.append(len(group))
        return await casting.cast_group(group)

    monkeypatch.setattr(writer, "cast_group", cast_group)
    return given


def counted(paper: Casting) -> Cast:
    return Cast(
        ballot=paper.ballot, choice=paper.choice, receipt="", effect=Effect.COUNTED, at=paper.at
    )


def paper() -> Casting:
    """Of a household of its own."""
    return Casting(
        ballot=uuid4(),
        voter=uuid4(),
        person=uuid4(),
        choice="for",
        channel="phone",
        at=ON_THE_DAY,
    )


def codes(answers: list[Answer]) -> list[Code | None]:
    return [answer.code if isinstance(answer, Refusal) else None for answer in answers]


def effects(answers: list[Answer]) -> list[Effect | Code]:
    return [a.code if isinstance(a, Refusal) else a.effect for a in answers]


async def test_everybody_of_a_group_is_answered_after_its_one_commit(
    store: str, monkeypatch: pytest.MonkeyPatch, sizes: list[int]
) -> None:
    voting = await voting_hall(households=4)
    ballot = await voting.open()
    happened: list[str] = []
    in_one_transaction = the_store.in_one_transaction

    async def watched(act: Callable[[], Awaitable[object]]) -> object:
        done = await in_one_transaction(act)
        happened.append("committed")
        return done

    monkeypatch.setattr(the_store, "in_one_transaction", watched)
    here = VoteWriter()
    for n in range(4):
        here.submit(voting.paper(ballot, n), lambda answer: happened.append(effects([answer])[0]))
    assert happened == []
    await here.drain()
    assert happened == ["committed", *[Effect.COUNTED] * 4]
    assert sizes == [4]
    assert here.sizes.count == here.seconds.count == 1
    assert await reading.turnout(ballot) == 4


@pytest.mark.parametrize(
    ("may_change", "choices", "expected", "stands"),
    [
        (True, "for for against", "counted repeated changed", "against"),
        (False, "for against", "counted ballot.vote_final", "for"),
    ],
)
async def test_votes_of_one_voter_handed_in_together_are_cast_one_after_the_other(
    store: str, sizes: list[int], may_change: bool, choices: str, expected: str, stands: str
) -> None:
    voting = await voting_hall(households=2, may_change=may_change)
    ballot = await voting.open()
    here, answers, other = VoteWriter(), list[Answer](), list[Answer]()
    first, *later = choices.split()
    here.submit(voting.paper(ballot, 0, first), answers.append)
    here.submit(voting.paper(ballot, 1), other.append)
    for choice in later:
        here.submit(voting.paper(ballot, 0, choice), answers.append)
    await here.drain()
    assert effects(answers) == expected.split()
    assert effects(other) == [Effect.COUNTED]
    assert sizes == [2, *[1] * len(later)]
    receipts = {answer.receipt for answer in answers if isinstance(answer, Cast)}
    assert {(stands, *receipts)} == {(await votes_in(ballot))[voting.household(0)]}
    assert await reading.turnout(ballot) == 2


async def test_a_vote_for_a_full_queue_is_refused_at_once_and_the_others_are_cast(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "LONGEST_QUEUE", 3)
    here, answers, late = VoteWriter(), list[Answer](), list[Answer]()
    for _ in range(3):
        here.submit(paper(), answers.append)
    here.submit(paper(), late.append)
    assert (codes(late), answers, here.queued) == ([Code.DATABASE_BUSY], [], 3)
    await here.drain()
    assert effects(answers) == [Effect.COUNTED] * 3
    here.submit(paper(), late.append)
    await here.drain()
    assert codes(late) == [Code.DATABASE_BUSY, None]


async def test_when_the_database_fails_the_whole_group_is_told_to_come_again_and_the_next_works(
    store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    voting = await voting_hall(households=3)
    ballot = await voting.open()
    here, answers = VoteWriter(), list[Answer]()

    async def broken(_group: Group) -> dict[Key, Answer]:
        raise ConnectionError("the database is gone")

    with monkeypatch.context() as outage:
        outage.setattr(writer, "cast_group", broken)
        for n in range(3):
            here.submit(voting.paper(ballot, n), answers.append)
        await here.drain()
    assert codes(answers) == [Code.DATABASE_BUSY] * 3
    assert (here.failures, here.sizes.count) == (1, 0)
    assert await votes_in(ballot) == {}
    for n in range(3):
        here.submit(voting.paper(ballot, n), answers.append)
    await here.drain()
    assert effects(answers[3:]) == [Effect.COUNTED] * 3
    assert (here.failures, here.sizes.count) == (1, 1)


async def test_votes_that_gathered_while_a_group_failed_are_written(database: Database) -> None:
    here, failed, written = VoteWriter(), list[Answer](), list[Answer]()
    database.failing.append(OSError("no space left"))
    database.may_commit.clear()
    here.submit(paper(), failed.append)
    await database.begun.wait()
    for _ in range(7):
        here.submit(paper(), written.append)
    database.may_commit.set()
    await here.drain()
    assert codes(failed) == [Code.DATABASE_BUSY]
    assert effects(written) == [Effect.COUNTED] * 7
    assert database.sizes == [1, 7]


async def test_a_listener_that_raises_does_not_stop_the_others(database: Database) -> None:
    here, answers = VoteWriter(), list[Answer]()

    def raises(_answer: Answer) -> None:
        raise RuntimeError("this phone is gone")

    for tell in (answers.append, raises, answers.append):
        here.submit(paper(), tell)
    await here.drain()
    here.submit(paper(), answers.append)
    await here.drain()
    assert effects(answers) == [Effect.COUNTED] * 3
    assert here.failures == 0


async def test_whoever_no_longer_waits_for_an_answer_is_no_trouble_to_the_others(
    database: Database,
) -> None:
    here = VoteWriter()
    database.may_commit.clear()
    asking = [asyncio.ensure_future(here.cast(paper())) for _ in range(3)]
    await database.begun.wait()
    asking[1].cancel()
    database.may_commit.set()
    await here.drain()
    first, gone, last = await asyncio.gather(*asking, return_exceptions=True)
    assert isinstance(first, Cast)
    assert isinstance(gone, asyncio.CancelledError)
    assert isinstance(last, Cast)
    assert database.sizes == [3]


async def test_a_refusal_is_raised_to_who_waits_for_the_answer(database: Database) -> None:
    database.failing.append(OSError("no space left"))
    with pytest.raises(Refusal) as refused:
        await VoteWriter().cast(paper())
    assert refused.value.code is Code.DATABASE_BUSY


async def test_drain_waits_until_all_are_answered_those_who_come_meanwhile_too(
    database: Database,
) -> None:
    here, answers = VoteWriter(), list[Answer]()
    await here.drain()  # there is nothing to wait for
    database.may_commit.clear()
    here.submit(paper(), answers.append)
    draining = asyncio.ensure_future(here.drain())
    await database.begun.wait()
    here.submit(paper(), answers.append)
    assert not draining.done()
    database.may_commit.set()
    await draining
    assert len(answers) == 2
    assert here.queued == 0


async def test_groups_are_never_larger_than_the_largest(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "LARGEST_GROUP", 5)
    here, answers = VoteWriter(), list[Answer]()
    for _ in range(12):
        here.submit(paper(), answers.append)
    await here.drain()
    assert database.sizes == [5, 5, 2]
    assert effects(answers) == [Effect.COUNTED] * 12


async def test_a_form_and_a_socket_share_a_group(store: str, sizes: list[int]) -> None:
    voting = await voting_hall(households=2)
    ballot = await voting.open()
    assert await frozen(ballot)  # its rule is read once in a process
    by_socket: list[Answer] = []
    by_form = asyncio.ensure_future(
        cast_own(voting.voters[0], ballot, "against", channel="page", at=ON_THE_DAY)
    )
    WRITER.submit(voting.paper(ballot, 1), by_socket.append)
    assert (await by_form).effect is Effect.COUNTED
    assert effects(by_socket) == [Effect.COUNTED]
    assert sizes == [2]
    assert [c for c, _receipt in (await votes_in(ballot)).values()].count("against") == 1
