"""What is published of a ballot can be counted again, and shows when something was changed."""

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from deliberation import journal
from deliberation.ballots import publishing
from deliberation.ballots.models import Ballot
from deliberation.ballots.recounting import Bundle, recount
from deliberation.ballots.service import require_ballot
from deliberation.errors import Code, Refusal
from deliberation.journal.canonical import canonical
from deliberation.journal.events import BallotAnnounced
from deliberation.rulesets.questions import Question
from deliberation.rulesets.shipped import CONSULTATION
from tests.ballots.announcing import FIELDS, RANKED, RULE, announced, voted
from tests.ballots.lists import METHODS, any_bundle, as_json
from tests.ballots.voting import SECRET

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


async def test_named_votes_are_published_with_their_names(sqlite_store: str) -> None:
    _voting, ballot = await announced(["for"], rule=replace(RULE, secrecy="open"))
    (line,) = (await bundle(await require_ballot(ballot))).lines
    assert json.loads(line)[2] != ""


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
