"""A ballot may stand open for days: votes until the last of them, then it closes by itself."""

from datetime import timedelta
from uuid import UUID

import pytest
from msgspec.structs import replace

from deliberation import journal
from deliberation.agendas import conduct
from deliberation.agendas.models import AgendaItem
from deliberation.ballots import service as ballots
from deliberation.ballots.casting import cast
from deliberation.ballots.models import Ballot
from deliberation.ballots.votes import Cast
from deliberation.errors import Code, Refusal
from deliberation.rulesets.shipped import CONSULTATION
from tests.ballots.voting import Voting, resolutions_on, voting_hall

pytestmark = pytest.mark.anyio

DAYS = 7


async def hall() -> Voting:
    return await voting_hall(households=4, window_days=DAYS)


async def refusal_of(voting: Voting, ballot: UUID, n: int) -> Code | None:
    (answer,) = await cast([voting.paper(ballot, n)])
    return None if isinstance(answer, Cast) else answer.code


async def test_a_window_takes_votes_for_days_and_not_at_its_end(store: str) -> None:
    voting = await hall()
    ballot = await voting.open()
    row = await Ballot.get(id=ballot)
    assert row.closes_at == voting.clock.now() + timedelta(days=DAYS)
    assert row.deadline_at is None
    voting.clock.advance(timedelta(days=DAYS, seconds=-1))
    assert await refusal_of(voting, ballot, 0) is None
    voting.clock.advance(timedelta(seconds=1))
    assert await refusal_of(voting, ballot, 1) is Code.BALLOT_WINDOW_OVER
    assert await ballots.close_due(at=voting.clock.now()) == 1
    assert await ballots.close_due(at=voting.clock.now()) == 0
    assert await refusal_of(voting, ballot, 1) is Code.BALLOT_NOT_OPEN
    assert await voting.turnout_told() == 1


async def test_a_window_is_extended_only_with_a_reason_and_only_while_it_runs(store: str) -> None:
    voting = await hall()
    ballot = await voting.open()
    chair, meeting = voting.chair, voting.meeting
    for days, reason, code in (
        (3, " ", Code.REASON_REQUIRED),
        (0, "演示理由", Code.FIELD_INVALID),
        (61, "演示理由", Code.FIELD_INVALID),
    ):
        now = voting.clock.now()
        with pytest.raises(Refusal) as refused:
            await ballots.extend(chair, meeting, ballot, days=days, reason=reason, at=now)
        assert refused.value.code is code
    await voting.adjourn()
    await ballots.extend(
        chair, meeting, ballot, days=3, reason="演示：收回的票不足三分之二", at=voting.clock.now()
    )
    voting.clock.advance(timedelta(days=DAYS))
    assert await ballots.close_due(at=voting.clock.now()) == 0
    assert await refusal_of(voting, ballot, 0) is None
    voting.clock.advance(timedelta(days=3))
    with pytest.raises(Refusal) as refused:
        await ballots.extend(
            chair, meeting, ballot, days=3, reason="演示理由", at=voting.clock.now()
        )
    assert refused.value.code is Code.BALLOT_WINDOW_OVER
    state = await journal.state_of(meeting)
    item = state.ballot_item(ballot)
    assert item is not None
    assert item.ballot is not None
    assert item.ballot.closes_at == voting.clock.now()


async def test_a_window_is_never_longer_than_ninety_days_all_extensions_together(
    store: str,
) -> None:
    voting = await hall()
    ballot = await voting.open()

    async def extend(days: int) -> None:
        now = voting.clock.now()
        await ballots.extend(
            voting.chair, voting.meeting, ballot, days=days, reason="演示理由", at=now
        )

    await extend(60)
    with pytest.raises(Refusal) as refused:
        await extend(90 - DAYS - 60 + 1)
    assert refused.value.code is Code.BALLOT_WINDOW_TOO_LONG
    assert refused.value.facts == {"limit": 90}
    row = await Ballot.get(id=ballot)
    assert row.closes_at == row.opened_at + timedelta(days=DAYS + 60)
    await extend(90 - DAYS - 60)
    row = await Ballot.get(id=ballot)
    assert row.closes_at == row.opened_at + timedelta(days=90)


async def test_a_window_that_was_extended_while_the_clock_looked_is_not_closed(store: str) -> None:
    """The clock has read which ballots are due; before it closes one, the chair extends it."""
    voting = await hall()
    ballot = await voting.open()
    seen = await Ballot.get(id=ballot)
    due = voting.clock.now() + timedelta(days=DAYS)
    voting.clock.advance(timedelta(days=DAYS, seconds=-1))
    await ballots.extend(
        voting.chair, voting.meeting, ballot, days=1, reason="演示理由", at=voting.clock.now()
    )
    with pytest.raises(Refusal) as refused:
        await ballots._close_one(seen, due)
    assert refused.value.code is Code.BALLOT_WINDOW_RUNNING
    assert await refusal_of(voting, ballot, 0) is None


async def test_a_window_is_not_closed_early_unless_everybody_has_voted(store: str) -> None:
    voting = await hall()
    ballot = await voting.open()
    await cast([voting.paper(ballot, n) for n in range(3)])
    with pytest.raises(Refusal) as refused:
        await voting.close(ballot)
    assert refused.value.code is Code.BALLOT_WINDOW_RUNNING
    await cast([voting.paper(ballot, 3)])
    await voting.close(ballot)
    assert (await voting.announce(ballot)).cast == 4


async def test_a_meeting_goes_on_and_adjourns_beside_a_ballot_that_stands_open(store: str) -> None:
    voting = await hall()
    first = await voting.open()
    await voting.call_next_motion()
    item = await AgendaItem.get(meeting_id=voting.meeting, position=1)
    assert item.outcome == "表决进行中，结果另行宣布"
    second = await voting.open()
    assert [i.position for i in (await journal.state_of(voting.meeting)).standing_open] == [1, 2]
    await voting.adjourn()
    for ballot in (first, second):
        assert await refusal_of(voting, ballot, 0) is None


async def test_the_result_is_recorded_after_the_meeting(store: str) -> None:
    voting = await hall()
    ballot = await voting.open()
    await voting.adjourn()
    await cast([voting.paper(ballot, n, c) for n, c in enumerate(("for", "for", "against"))])
    voting.clock.advance(timedelta(days=DAYS))
    assert await ballots.close_due(at=voting.clock.now()) == 1
    tally = await voting.announce(ballot)
    assert (tally.outcome, tally.cast) == ("adopted", 3)
    assert await resolutions_on(ballot) == ["adopted"]
    assert await journal.broken_at(voting.meeting) is None


async def test_a_ballot_without_a_window_holds_the_meeting_up(store: str) -> None:
    voting = await voting_hall(households=4, rule=replace(CONSULTATION, version=2))
    await voting.open()
    for act in (conduct.close_item, conduct.adjourn):
        with pytest.raises(Refusal) as refused:
            await act(voting.chair, voting.meeting, at=voting.clock.now())
        assert refused.value.code is Code.MEETING_BALLOT_STILL_OPEN
