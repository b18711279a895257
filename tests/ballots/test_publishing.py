"""What is published of a ballot can be counted again, and shows when something was changed."""

import json
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from deliberation import journal
from deliberation.ballots import publishing
from deliberation.ballots.casting import cast
from deliberation.ballots.electorates import voters_in
from deliberation.ballots.issuing import issue_to_all
from deliberation.ballots.models import Ballot, Paper
from deliberation.ballots.recounting import Bundle, recount
from deliberation.ballots.service import require_ballot
from deliberation.ballots.writer import cast_own
from deliberation.errors import Code, Refusal
from deliberation.journal.canonical import canonical
from deliberation.journal.events import BallotAnnounced
from deliberation.people.models import Household, Person
from deliberation.rulesets.questions import Question
from deliberation.rulesets.shipped import CONSULTATION, OWNERS_HALF
from tests.ballots.announcing import FIELDS, RANKED, RULE, announced, voted
from tests.ballots.lists import METHODS, any_bundle, as_json
from tests.ballots.papering import enter_twice
from tests.ballots.voting import SECRET, voting_hall

pytestmark = pytest.mark.anyio


async def bundle(ballot: Ballot) -> Bundle:
    """As it comes out of the file."""
    made = await publishing.bundle_of(ballot, "演示社区")
    return Bundle.from_json(json.loads(canonical(publishing.to_json(made))))


def told(one: Bundle) -> list[str]:
    return [sentence.render() for sentence in recount(one).differences]


async def test_a_motion_is_counted_again_from_what_is_published(store: str) -> None:
    voting, ballot = await announced(["for", "for", "against", "abstain"])
    found = await bundle(await require_ballot(ballot))
    done = recount(found)
    assert (done.differences, done.tally.outcome) == ((), "rejected")
    assert (len(found.lines), found.facts.entitled, found.by_channel) == (4, 4, {"online": 4})
    roots = [
        happened.event.votes_root
        for happened in await journal.entries(voting.meeting)
        if isinstance(happened.event, BallotAnnounced)
    ]
    assert roots == [found.root]


async def test_a_choice_among_options_is_announced_and_counted_again(store: str) -> None:
    _voting, ballot = await announced(RANKED, question=FIELDS)
    done = recount(await bundle(await require_ballot(ballot)))
    assert done.differences == ()
    assert done.tally.count is not None
    assert done.tally.count["winners"] == ["修路灯"]


async def test_shares_that_are_bought_without_a_tie_need_no_lot(sqlite_store: str) -> None:
    question = Question(
        method="equal-shares", options=("路灯", "门禁"), costs=(40_000, 50_000), budget=90_000
    )
    rule = replace(RULE, tie_break="lot")
    _voting, ballot = await announced(["1", "1", "1,2"], rule=rule, question=question)
    found = await bundle(await require_ballot(ballot))
    assert (told(found), found.lot) == ([], None)


async def test_a_secret_list_names_nobody_and_is_counted_again(store: str) -> None:
    _voting, ballot = await announced(["for", "against", "for"], rule=SECRET)
    found = await bundle(await require_ballot(ballot))
    assert told(found) == []
    assert all(json.loads(line)[2] == "" for line in found.lines)


async def test_names_are_published_only_where_the_rule_says_so(sqlite_store: str) -> None:
    _voting, masked = await announced(["for"])
    assert [json.loads(line)[2] for line in (await bundle(await require_ballot(masked))).lines] == [
        ""
    ]


async def voters_told(ballot: UUID) -> dict[str, str]:
    """Who is named in the list, with what they chose."""
    lines = (await bundle(await require_ballot(ballot))).lines
    return {voter: choice for _receipt, choice, voter, *_area in map(json.loads, lines)}


OPEN = replace(RULE, secrecy="open")


async def test_a_household_is_told_by_its_door_and_who_casts_its_vote(store: str) -> None:
    """Whoever entered its vote; where nobody represents a household, the door is all."""
    voting = await voting_hall(households=2, rule=OPEN)
    await Household.filter(id=voting.household(1)).update(representative_id=None)
    ballot = await voting.open()
    await issue_to_all(voting.chair, voting.meeting, ballot, at=voting.clock.now())
    serials = {paper.voter_id: paper.serial for paper in await Paper.all()}
    first, second = (serials[voting.household(n)] for n in (0, 1))
    await enter_twice(voting, ballot, f"{first} 1\n{second} 2")
    await voting.close()
    await voting.announce()
    street = "第一网格 / 1号楼"
    assert await voters_told(ballot) == {
        f"{street} 1-101 · 演示住户1": "for",
        f"{street} 1-102": "against",
    }


async def test_persons_are_told_by_name_and_those_of_one_name_by_their_doors(store: str) -> None:
    rule = replace(OPEN, electorate="persons")
    voting = await voting_hall(households=3, rule=rule)
    for voter in voting.voters[:2]:
        await Person.filter(id=voter.present_person()).update(name="王演示")
    ballot = await voting.open()
    for voter, choice in zip(voting.voters, ("for", "against", "abstain"), strict=True):
        await cast_own(voter, ballot, choice, channel="phone", at=voting.clock.now())
    await voting.close()
    await voting.announce()
    street = "第一网格 / 1号楼"
    assert await voters_told(ballot) == {
        f"王演示 · {street} 1-101": "for",
        f"王演示 · {street} 1-102": "against",
        "演示住户3": "abstain",
    }


async def test_co_owners_are_told_by_their_door_and_who_casts_for_them(sqlite_store: str) -> None:
    rule = replace(OPEN, electorate="owners")
    voting = await voting_hall(households=2, rule=rule, owners={0: [0, 1], 1: [1]})
    ballot = await voting.open()
    (shared,) = [v for v in await voters_in(await electorate_of(ballot)) if v.id != v.holder]
    paper = replace(voting.paper(ballot, 0, "against"), voter=shared.id)
    await cast([paper])
    await cast_own(voting.voters[1], ballot, "for", channel="phone", at=voting.clock.now())
    await voting.close()
    await voting.announce()
    assert await voters_told(ballot) == {
        "第一网格 / 1号楼 1-101 · 演示住户1": "against",
        "演示住户2": "for",
    }


async def electorate_of(ballot: UUID) -> UUID:
    return (await require_ballot(ballot)).electorate_id


async def test_a_spoilt_paper_counts_with_its_area_and_is_counted_again(store: str) -> None:
    """Of 80.00, 80.01 and 80.02 m² one votes, one spoils, one is silent: 2 of 3 heads take part,
    160.01 of 240.03 m², which is a little less than two thirds (160.02)."""
    voting = await voting_hall(households=3, rule=OWNERS_HALF, owners={0: [0], 1: [1], 2: [2]})
    ballot = await voting.open()
    await issue_to_all(voting.chair, voting.meeting, ballot, at=voting.clock.now())
    serials = {paper.voter_id: paper.serial for paper in await Paper.all()}
    first, second = (serials[voting.voters[n].present_person()] for n in (0, 1))
    await enter_twice(voting, ballot, f"{first} 1\n{second} 0")
    await voting.close()
    await voting.announce()
    found = await bundle(await require_ballot(ballot))
    assert (found.facts.spoilt, found.facts.spoilt_area) == (1, 80_01)
    done = recount(found)
    assert (done.differences, done.tally.outcome) == ((), "invalid")
    assert done.tally.areas is not None
    assert done.tally.areas.participation is not None
    areas = done.tally.areas.participation
    assert (areas.part, areas.whole, areas.required) == (160_01, 240_03, 160_02)
    assert done.tally.participation is not None
    assert done.tally.participation.reached


async def test_nothing_is_published_before_it_is_announced(sqlite_store: str) -> None:
    _voting, ballot = await voted(["for"])
    with pytest.raises(Refusal) as refused:
        await publishing.bundle_of(await require_ballot(ballot), "演示社区")
    assert refused.value.code is Code.BALLOT_NOT_PUBLISHED


async def test_a_count_that_is_kept_back_is_published_once_it_is_certified(
    sqlite_store: str,
) -> None:
    rule = replace(CONSULTATION, version=2, objection_days=3, shown="certified")
    voting, ballot = await voted(["for"], rule=rule)
    assert not publishing.is_published(await require_ballot(ballot))
    voting.clock.advance(timedelta(days=4))
    await voting.announce()
    assert publishing.is_published(await require_ballot(ballot))
    await Ballot.filter(id=ballot).update(certified_at=None)
    assert not publishing.is_published(await require_ballot(ballot))


@given(st.integers(0, 10**6), st.sampled_from(METHODS))
def test_whatever_was_voted_by_whatever_method_a_recount_agrees(seed: int, method: str) -> None:
    made = any_bundle(seed, method)  # type: ignore[arg-type]  # one of the methods
    assert told(Bundle.from_json(as_json(made))) == []


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"root": "0" * 64}, "名单和树根不一致"),
        ({"lines": ('["B","for",""]', '["A","for",""]')}, "回执有重复"),
        ({"lines": ('["A","for",""]', '["A","for",""]')}, "回执有重复"),
    ],
)
def test_what_was_changed_afterwards_is_found(changed: dict[str, object], says: str) -> None:
    body = as_json(any_bundle(44, "for-against-abstain"))
    body["facts"]["entitled"] = 100
    assert any(text.startswith(says) for text in told(Bundle.from_json({**body, **changed})))


def test_another_result_than_the_votes_give_is_found() -> None:
    body = as_json(any_bundle(44, "for-against-abstain"))
    body["tally"]["totals"]["for"] += 1
    assert told(Bundle.from_json(body)) == ["重算的结果和宣布的不一致"]


def test_a_line_that_is_no_vote_on_the_question_is_named() -> None:
    body = as_json(any_bundle(44, "for-against-abstain"))
    body["lines"] = ['["A","for",""]', '["B","perhaps",""]']
    with pytest.raises(Refusal) as refused:
        recount(Bundle.from_json(body))
    assert (refused.value.code, refused.value.facts["line"]) == (Code.TALLY_UNREADABLE, 2)


def test_more_votes_than_voters_are_refused() -> None:
    body = as_json(any_bundle(44, "for-against-abstain"))
    body["facts"]["entitled"] = 0
    body["lines"] = ['["A","for",""]']
    with pytest.raises(Refusal):
        recount(Bundle.from_json(body))
