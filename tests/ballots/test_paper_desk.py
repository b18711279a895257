"""Votes from paper, the telephone and hands: entered by two people, counted once, adding up."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliberation import journal
from deliberation.ballots import batches, drawing, reconciling
from deliberation.ballots.batch_counting import refused_in
from deliberation.ballots.desk import ballot_in
from deliberation.ballots.desk_rules import (
    ChannelSheet,
    choice_of,
    differences,
    read_doors,
    read_piles,
    read_serials,
    size_of,
)
from deliberation.ballots.issuing import issue, issue_to_all, papers_of
from deliberation.ballots.models import (
    Ballot,
    Batch,
    Mark,
    Paper,
    SecretVote,
    Signature,
    Vote,
)
from deliberation.ballots.reading import turnout
from deliberation.ballots.writer import cast_own
from deliberation.errors import Code, Refusal
from deliberation.journal.events import BallotClosed, BatchCounted, LotDrawn, PapersIssued
from deliberation.journal.models import Entry
from deliberation.people.roles import Role
from deliberation.rulesets.questions import MOTION, Question
from tests.ballots.papering import (
    BY_HANDS,
    OPEN,
    SECRET,
    check,
    correct,
    door,
    enter,
    enter_twice,
    paper_for,
    read,
    ruled,
    staff,
)
from tests.ballots.voting import code, votes_in, voting_hall
from tests.flows.hall import KEY

pytestmark = pytest.mark.anyio

OPTIONS = Question(method="plurality", options=("甲", "乙", "丙"))
RANKING = Question(method="irv", options=("甲", "乙", "丙"))


# reading a stack: pure


@pytest.mark.parametrize(
    ("typed", "question", "choice"),
    [
        ("1", MOTION, "for"),
        ("反对", MOTION, "against"),
        (" ３ ", MOTION, "abstain"),
        ("0", MOTION, "spoilt"),
        ("2", OPTIONS, "2"),
        ("以上都不是", OPTIONS, "none"),
        ("2＞1＞3", RANKING, "2>1>3"),
        ("2 1 3", RANKING, "2>1>3"),
        ("弃权", RANKING, "abstain"),
    ],
)
def test_a_choice_is_typed_as_a_quick_code_or_in_words(
    typed: str, question: Question, choice: str
) -> None:
    assert choice_of(typed, question) == choice


def test_a_wrong_line_is_named_and_the_others_are_read() -> None:
    read = read_serials("12 1\n\n13 7\n14 2\n12 2\nx", MOTION)
    assert [(line.name, line.choice) for line in read.lines] == [("12", "for"), ("14", "against")]
    assert [wrong.line for wrong in read.wrong] == [3, 5, 6]
    assert "第3行" in read.wrong[0].words.render()


def test_a_door_may_have_spaces_in_it() -> None:
    read = read_doors("南区 / 1号楼 101 赞成", MOTION)
    assert [(line.name, line.choice) for line in read.lines] == [("南区 / 1号楼 101", "for")]


def test_papers_without_a_number_are_entered_one_a_line_or_by_the_pile() -> None:
    assert read_piles("1 x25\n2\n2\n0×2\n赞成", MOTION).piles == {
        "for": 26,
        "against": 2,
        "spoilt": 2,
    }


STACKS = st.dictionaries(
    st.integers(1, 30).map(str), st.sampled_from(["for", "against", "abstain", "spoilt"])
)


@given(STACKS, STACKS)
def test_two_stacks_differ_exactly_where_correcting_the_lines_makes_them_equal(
    first: Mapping[str, str], second: Mapping[str, str]
) -> None:
    corrected = dict(first)
    for one in differences(first, second):
        assert one.first != one.second
        if isinstance(one.second, str):
            corrected[one.name] = one.second
        else:
            del corrected[one.name]
    assert corrected == second


@given(st.lists(st.sampled_from(["1", "2", "3", "0"]), max_size=40))
def test_no_paper_is_lost_between_typing_and_piles(typed: list[str]) -> None:
    assert size_of(read_piles("\n".join(typed), MOTION).piles) == len(typed)


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50), st.integers(0, 50))
def test_what_came_back_was_counted_spoilt_or_refused_and_the_rest_is_out(
    counted: int, spoilt: int, refused: int, out: int
) -> None:
    returned = counted + spoilt + refused
    sheet = ChannelSheet(
        channel="paper", issued=returned + out, returned=returned, counted=counted, spoilt=spoilt
    )
    assert (sheet.refused, sheet.outstanding, sheet.adds_up) == (refused, out, True)


def test_more_votes_than_papers_do_not_add_up() -> None:
    assert not ChannelSheet(channel="paper", issued=2, returned=2, counted=3).adds_up
    assert not ChannelSheet(channel="paper", issued=1, returned=2, counted=2).adds_up


# issuing


async def test_a_lost_paper_is_void_and_its_voter_gets_the_next_number(store: str) -> None:
    voting = await voting_hall(households=3, rule=OPEN)
    ballot = await voting.open()
    assert [await paper_for(voting, ballot, n) for n in (0, 1)] == [1, 2]
    with pytest.raises(Refusal) as refused:
        await paper_for(voting, ballot, 0)
    assert refused.value.code is Code.BALLOT_PAPER_ISSUED
    assert await paper_for(voting, ballot, 0, is_lost=True) == 3
    stack = await read(voting, ballot, "1 1")
    assert [wrong.line for wrong in stack.wrong] == [1]
    assert [paper.serial for paper in await papers_of(ballot)] == [2, 3]
    told = [h.event for h in await journal.entries(voting.meeting)]
    assert sum(e.more for e in told if isinstance(e, PapersIssued)) == 3


async def test_papers_for_all_go_to_those_who_have_none_and_have_not_voted(store: str) -> None:
    voting = await voting_hall(households=4, rule=OPEN)
    ballot = await voting.open()
    await paper_for(voting, ballot, 2)
    await cast_own(voting.voters[0], ballot, "for", channel="phone", at=voting.clock.now())
    now = voting.clock.now()
    assert await issue_to_all(voting.chair, voting.meeting, ballot, at=now) == 2
    assert [paper.serial for paper in await papers_of(ballot)] == [1, 2, 3]
    with pytest.raises(Refusal) as refused:
        await paper_for(voting, ballot, 0)
    assert refused.value.code is Code.BALLOT_ON_ANOTHER_CHANNEL


# two people


async def test_one_person_cannot_enter_both_times(store: str) -> None:
    voting = await voting_hall(households=3, rule=OPEN)
    ballot = await voting.open()
    await paper_for(voting, ballot, 0)
    batch = await enter(voting, ballot, voting.chair, "1 1")
    with pytest.raises(Refusal) as refused:
        await check(voting, ballot, batch, voting.chair, "1 1")
    assert refused.value.code is Code.BATCH_SAME_PERSON
    assert (await correct(voting, ballot, batch, voting.chair, "1 1")).state == "entered"
    with pytest.raises(Refusal) as refused:
        await voting.close()
    assert refused.value.code is Code.BALLOT_PAPERS_DIFFER
    assert not await Vote.exists()


async def test_differences_are_shown_line_by_line_and_counted_once_corrected(store: str) -> None:
    voting = await voting_hall(households=4, rule=OPEN)
    ballot = await voting.open()
    await issue_to_all(voting.chair, voting.meeting, ballot, at=voting.clock.now())
    second, third = await staff(voting), await staff(voting)
    batch = await enter(voting, ballot, voting.chair, "1 1\n2 2\n3 0")
    found = await check(voting, ballot, batch, second, "1 1\n2 1\n4 0")
    assert found.state == "differs"
    assert [(d.name, d.first, d.second) for d in batches.differences_in(found)] == [
        ("2", "against", "for"),
        ("3", "spoilt", None),
        ("4", None, "spoilt"),
    ]
    with pytest.raises(Refusal) as refused:
        await check(voting, ballot, batch, third, "1 1\n2 2\n3 0")
    assert refused.value.code is Code.BATCH_OTHERS
    await correct(voting, ballot, batch, voting.chair, "1 1\n2 1\n3 0")
    counted = await check(voting, ballot, batch, second, "3 0\n2 1\n1 1")
    assert (counted.state, counted.counted, counted.spoilt) == ("counted", 2, 1)
    with pytest.raises(Refusal) as refused:
        await check(voting, ballot, batch, second, "1 1")
    assert refused.value.code is Code.BATCH_SETTLED
    assert sorted(choice for choice, _r in (await votes_in(ballot)).values()) == ["for", "for"]
    again = await read(voting, ballot, "1 1")
    assert [wrong.line for wrong in again.wrong] == [1]
    assert {v.person_id for v in await Vote.all()} <= {v.person for v in voting.voters}


async def test_a_stack_that_is_withdrawn_counts_nothing_and_can_be_entered_again(
    store: str,
) -> None:
    voting = await voting_hall(households=2, rule=OPEN)
    ballot = await voting.open()
    await paper_for(voting, ballot, 0)
    batch = await enter(voting, ballot, voting.chair, "1 1")
    now = voting.clock.now()
    with pytest.raises(Refusal) as refused:
        await batches.withdraw(voting.chair, voting.meeting, batch, " ", at=now)
    assert refused.value.code is Code.REASON_REQUIRED
    await batches.withdraw(voting.chair, voting.meeting, batch, "演示理由", at=now)
    assert (await enter_twice(voting, ballot, "1 2")).counted == 1
    await voting.close()


# channels


async def test_who_has_voted_on_a_screen_is_refused_on_paper_with_the_reason(store: str) -> None:
    voting = await voting_hall(households=4, rule=OPEN)
    ballot = await voting.open()
    await issue_to_all(voting.chair, voting.meeting, ballot, at=voting.clock.now())
    numbers = {p.voter_id: p.serial for p in await Paper.all()}
    for n, choice in ((0, "against"), (1, "for")):
        await cast_own(voting.voters[n], ballot, choice, channel="phone", at=voting.clock.now())
    lines = "\n".join(f"{numbers[voting.household(n)]} 1" for n in range(3))
    batch = await enter_twice(voting, ballot, lines)
    told = dict(refused_in(batch))
    assert set(told) == {str(numbers[voting.household(n)]) for n in (0, 1)}
    assert {r.code for r in told.values()} == {Code.BALLOT_ON_ANOTHER_CHANNEL}
    assert {r.facts["channel"] for r in told.values()} == {"手机或网页"}
    assert (await votes_in(ballot))[voting.household(0)][0] == "against"
    await voting.close()
    events = [h.event for h in await journal.entries(voting.meeting)]
    counted = next(e for e in events if isinstance(e, BatchCounted))
    closed = next(e for e in events if isinstance(e, BallotClosed))
    assert (counted.counted, counted.refused) == (1, 2)
    assert closed.by_channel == {"online": 2, "paper": 1}


async def test_where_paper_has_precedence_it_replaces_the_vote_of_a_screen(store: str) -> None:
    voting = await voting_hall(households=2, rule=ruled(OPEN, precedence="paper"))
    ballot = await voting.open()
    await cast_own(voting.voters[0], ballot, "against", channel="phone", at=voting.clock.now())
    serial = await paper_for(voting, ballot, 0)
    batch = await enter_twice(voting, ballot, f"{serial} 1")
    assert (batch.counted, refused_in(batch)) == (1, [])
    assert (await votes_in(ballot))[voting.household(0)][0] == "for"
    assert await turnout(ballot) == 1


async def test_a_telephone_vote_needs_a_witness_and_keeps_its_voter_from_the_screen(
    store: str,
) -> None:
    voting = await voting_hall(households=2, rule=OPEN)
    ballot = await voting.open()
    stack = await read(voting, ballot, "没有这一户 1", "tel")
    assert [wrong.line for wrong in stack.wrong] == [1]
    line = f"{await door(voting, 0)} 1"
    with pytest.raises(Refusal) as refused:
        await enter(voting, ballot, voting.chair, line, "tel")
    assert refused.value.code is Code.FIELD_MISSING
    batch = await enter_twice(voting, ballot, line, "tel", "演示见证人")
    assert batch.counted == 1
    with pytest.raises(Refusal) as refused:
        await cast_own(voting.voters[0], ballot, "against", channel="phone", at=voting.clock.now())
    assert refused.value.code is Code.BALLOT_ON_ANOTHER_CHANNEL
    sheet = await reconciling.sheet_of(await Ballot.get(id=ballot))
    assert [(c.channel, c.returned, c.counted) for c in sheet.channels] == [("tel", 1, 1)]


async def test_a_spoilt_paper_takes_part_until_its_voter_votes_after_all(store: str) -> None:
    voting = await voting_hall(households=3, rule=OPEN)
    ballot = await voting.open()
    await issue_to_all(voting.chair, voting.meeting, ballot, at=voting.clock.now())
    numbers = {p.voter_id: p.serial for p in await Paper.all()}
    await enter_twice(
        voting, ballot, "\n".join(f"{numbers[voting.household(n)]} 0" for n in (0, 1))
    )
    await cast_own(voting.voters[0], ballot, "for", channel="phone", at=voting.clock.now())
    sheet = await reconciling.sheet_of(await Ballot.get(id=ballot))
    paper = next(c for c in sheet.channels if c.channel == "paper")
    assert (paper.issued, paper.returned, paper.spoilt, paper.refused) == (3, 2, 1, 1)
    assert (paper.outstanding, sheet.cast, sheet.adds_up) == (1, 2, True)
    await voting.close()
    tally = await voting.announce()
    assert (tally.cast, tally.spoilt, tally.totals["for"]) == (2, 1, 1)  # type: ignore[index]


# secret papers


async def test_secret_papers_have_no_number_and_their_votes_no_voter(store: str) -> None:
    voting = await voting_hall(households=5, rule=SECRET)
    ballot = await voting.open()
    assert [await paper_for(voting, ballot, n) for n in (0, 1, 2)] == [0, 0, 0]
    assert await Paper.all().count() == 0
    batch = await enter_twice(voting, ballot, "1 x2\n0")
    assert (batch.counted, batch.spoilt, batch.entered, batch.checked) == (2, 1, "", "")
    assert await Vote.all().count() == 0
    kept = await SecretVote.filter(ballot_id=ballot)
    assert [vote.choice for vote in kept] == ["for", "for"]
    assert not {vote.id for vote in kept} & {mark.id for mark in await Mark.all()}
    written = " ".join(
        f"{e.public} {e.restricted}"
        for e in await Entry.filter(name__in=("papers.issued", "batch.entered", "batch.counted"))
    )
    assert not any(str(v.household) in written or str(v.person) in written for v in voting.voters)
    assert await turnout(ballot) == 3
    await voting.close()
    tally = await voting.announce()
    assert (tally.cast, tally.spoilt, tally.totals["for"]) == (3, 1, 2)  # type: ignore[index]


async def test_papers_that_did_not_come_back_are_no_votes(store: str) -> None:
    voting = await voting_hall(households=5, rule=SECRET)
    ballot = await voting.open()
    for n in (0, 1, 2):
        await paper_for(voting, ballot, n)
    await cast_own(
        voting.voters[3], ballot, "against", receipt=code(7), channel="phone", at=voting.clock.now()
    )
    await enter_twice(voting, ballot, "1\n2")
    sheet = await reconciling.sheet_of(await Ballot.get(id=ballot))
    paper = next(c for c in sheet.channels if c.channel == "paper")
    assert (paper.issued, paper.returned, paper.outstanding) == (3, 2, 1)
    with pytest.raises(Refusal) as refused:
        await enter(voting, ballot, voting.chair, "1\n1")
    assert (refused.value.code, refused.value.facts["left"]) == (Code.BALLOT_PAPERS_TOO_MANY, 1)
    await voting.close()
    events = [h.event for h in await journal.entries(voting.meeting)]
    closed = next(e for e in events if isinstance(e, BallotClosed))
    assert (closed.turnout, closed.by_channel) == (3, {"online": 1, "paper": 2})
    assert (await voting.announce()).cast == 3


async def test_in_a_secret_ballot_the_first_channel_wins_both_ways(store: str) -> None:
    voting = await voting_hall(households=3, rule=SECRET)
    ballot = await voting.open()
    now = voting.clock.now()
    await paper_for(voting, ballot, 0)
    await cast_own(voting.voters[1], ballot, "for", receipt=code(1), channel="phone", at=now)
    with pytest.raises(Refusal) as refused:
        await cast_own(voting.voters[0], ballot, "for", receipt=code(2), channel="phone", at=now)
    assert refused.value.code is Code.BALLOT_ON_ANOTHER_CHANNEL
    with pytest.raises(Refusal) as refused:
        await paper_for(voting, ballot, 1)
    assert refused.value.facts["channel"] == "手机或网页"
    with pytest.raises(Refusal) as refused:
        await paper_for(voting, ballot, 0)
    assert refused.value.code is Code.BALLOT_PAPER_ISSUED
    for act in (
        issue_to_all(voting.chair, voting.meeting, ballot, at=now),
        read(voting, ballot, "1-101 1", "tel"),
    ):
        with pytest.raises(Refusal) as refused:
            await act
        assert refused.value.code is Code.BALLOT_CHANNEL_UNSUITABLE


# hands


async def test_a_show_of_hands_is_counted_instead_of_all_other_votes(store: str) -> None:
    voting = await voting_hall(households=6, rule=BY_HANDS)
    ballot = await voting.open()
    assert (await enter_twice(voting, ballot, "1 x4\n2", "hands")).counted == 5
    for act in (
        cast_own(voting.voters[0], ballot, "for", channel="phone", at=voting.clock.now()),
        paper_for(voting, ballot, 0),
    ):
        with pytest.raises(Refusal) as refused:
            await act
        assert refused.value.code is Code.BALLOT_BY_HANDS
    await voting.close()
    tally = await voting.announce()
    assert (tally.cast, tally.totals["for"]) == (5, 4)  # type: ignore[index]
    assert await voting.turnout_told() == 5


async def test_hands_are_refused_beside_votes_and_where_the_rule_has_none(store: str) -> None:
    voting = await voting_hall(households=3, rule=BY_HANDS)
    ballot = await voting.open()
    with pytest.raises(Refusal) as refused:
        await enter(voting, ballot, voting.chair, "1 x4", "hands")
    assert refused.value.code is Code.FIELD_INVALID
    batch = await enter(voting, ballot, voting.chair, "1 x2", "hands")
    await cast_own(voting.voters[0], ballot, "for", channel="phone", at=voting.clock.now())
    with pytest.raises(Refusal) as refused:
        await check(voting, ballot, batch, await staff(voting), "1 x2")
    assert refused.value.code is Code.BALLOT_VOTES_EXIST
    assert not (await Ballot.get(id=ballot)).is_by_hands
    assert (await Batch.get(id=batch)).state == "entered"


async def test_hands_wait_for_another_stack_until_it_is_withdrawn(store: str) -> None:
    voting = await voting_hall(households=4, rule=BY_HANDS)
    ballot = await voting.open()
    serial, recorder = await paper_for(voting, ballot, 0), await staff(voting)
    papers = await enter(voting, ballot, voting.chair, f"{serial} 1")
    hands = await enter(voting, ballot, voting.chair, "1 x3\n2", "hands")
    with pytest.raises(Refusal) as refused:
        await check(voting, ballot, hands, recorder, "1 x3\n2")
    assert refused.value.code is Code.BALLOT_PAPERS_DIFFER
    assert not (await Ballot.get(id=ballot)).is_by_hands
    now = voting.clock.now()
    await batches.withdraw(voting.chair, voting.meeting, papers, "演示理由", at=now)
    assert (await check(voting, ballot, hands, recorder, "1 x3\n2")).counted == 4
    await voting.close()
    assert (await voting.announce()).cast == 4


async def test_a_rule_without_hands_counts_none(sqlite_store: str) -> None:
    voting = await voting_hall(households=2, rule=OPEN)
    ballot = await voting.open()
    with pytest.raises(Refusal) as refused:
        await enter(voting, ballot, voting.chair, "1", "hands")
    assert refused.value.code is Code.BALLOT_CHANNEL_UNSUITABLE


# the supervisor and the lot


async def test_the_result_waits_for_the_supervisor_who_signs_after_the_close(store: str) -> None:
    voting = await voting_hall(households=3, rule=ruled(OPEN, needs_supervisor=True))
    ballot = await voting.open()
    await paper_for(voting, ballot, 0)
    await enter_twice(voting, ballot, "1 1")
    supervisor, now = await staff(voting, Role.SUPERVISOR), voting.clock.now()
    with pytest.raises(Refusal) as refused:
        await reconciling.sign(supervisor, voting.meeting, ballot, at=now)
    assert refused.value.code is Code.BALLOT_NOT_CLOSED
    await voting.close()
    with pytest.raises(Refusal) as refused:
        await voting.announce()
    assert refused.value.code is Code.BALLOT_NOT_SIGNED
    with pytest.raises(Refusal) as refused:
        await reconciling.sign(voting.chair, voting.meeting, ballot, at=now)
    assert refused.value.code is Code.NOT_PERMITTED
    digest = await reconciling.sign(supervisor, voting.meeting, ballot, at=now)
    assert digest == reconciling.digest_of(
        await reconciling.sheet_of(await ballot_in(voting.meeting, ballot))
    )
    with pytest.raises(Refusal) as refused:
        await reconciling.sign(supervisor, voting.meeting, ballot, at=now)
    assert refused.value.code is Code.BALLOT_ALREADY_SIGNED
    assert (await voting.announce()).cast == 1


async def test_who_handed_out_or_entered_papers_does_not_sign_for_them(store: str) -> None:
    voting = await voting_hall(households=3, rule=ruled(OPEN, needs_supervisor=True))
    ballot, now = await voting.open(), voting.clock.now()
    issued, entered, checked, apart = [await staff(voting, Role.SUPERVISOR) for _ in range(4)]
    where = (voting.meeting, ballot, await door(voting, 0))
    serial = await issue(issued, *where, key=KEY.encode(), is_lost=False, at=now)
    batch = await enter(voting, ballot, entered, f"{serial} 1")
    await check(voting, ballot, batch, checked, f"{serial} 1")
    await voting.close()
    for involved in (issued, entered, checked):
        with pytest.raises(Refusal) as refused:
            await reconciling.sign(involved, voting.meeting, ballot, "演示说明", at=now)
        assert refused.value.code is Code.SUPERVISOR_INVOLVED
    await reconciling.sign(apart, voting.meeting, ballot, at=now)
    assert (await voting.announce()).cast == 1


async def test_a_sheet_that_does_not_add_up_is_signed_only_with_a_note(store: str) -> None:
    """A paper was counted of which nobody knows any more that it was handed out."""
    voting = await voting_hall(households=3, rule=ruled(OPEN, needs_supervisor=True))
    ballot, now = await voting.open(), voting.clock.now()
    assert [await paper_for(voting, ballot, n) for n in (0, 1)] == [1, 2]
    await enter_twice(voting, ballot, "1 1\n2 1")
    await Paper.filter(ballot_id=ballot, serial=1).delete()
    await voting.close()
    assert not (await reconciling.sheet_of(await Ballot.get(id=ballot))).adds_up
    supervisor = await staff(voting, Role.SUPERVISOR)
    with pytest.raises(Refusal) as refused:
        await reconciling.sign(supervisor, voting.meeting, ballot, "  ", at=now)
    assert refused.value.code is Code.REASON_REQUIRED
    await reconciling.sign(supervisor, voting.meeting, ballot, " 演示：存根遗失 ", at=now)
    assert (await Signature.get(ballot_id=ballot)).note == "演示：存根遗失"


async def test_two_people_enter_the_digits_of_the_lot_alike(store: str) -> None:
    rule = ruled(OPEN, tie_break="lot", participation=None)
    voting = await voting_hall(households=4, rule=rule, question=OPTIONS)
    ballot = await voting.open()
    for n, choice in ((0, "1"), (1, "2")):
        await cast_own(voting.voters[n], ballot, choice, channel="phone", at=voting.clock.now())
    await voting.close()
    with pytest.raises(Refusal) as refused:
        await voting.announce()
    assert refused.value.code is Code.BALLOT_LOT_NEEDED
    second, now = await staff(voting), voting.clock.now()
    assert not await drawing.draw(voting.chair, voting.meeting, ballot, "1234", at=now)
    assert not await drawing.draw(voting.chair, voting.meeting, ballot, "12345", at=now)
    with pytest.raises(Refusal) as refused:
        await drawing.draw(second, voting.meeting, ballot, "12340", at=now)
    assert refused.value.facts == {"first": "12345", "second": "12340"}
    assert await drawing.draw(second, voting.meeting, ballot, "12345", at=now)
    events = [h.event for h in await journal.entries(voting.meeting)]
    assert [e.digits for e in events if isinstance(e, LotDrawn)] == ["12345"]
    assert (await voting.announce()).count is not None


@pytest.mark.parametrize("digits", ["123", "1" * 21, "12a4", "１２３４"])
async def test_a_lot_has_four_to_twenty_digits(sqlite_store: str, digits: str) -> None:
    voting = await voting_hall(households=2, rule=OPEN)
    ballot = await voting.open()
    with pytest.raises(Refusal) as refused:
        await drawing.draw(voting.chair, voting.meeting, ballot, digits, at=voting.clock.now())
    assert refused.value.code is Code.FIELD_INVALID
