from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from deliberation.ballots.eligibility import (
    BallotState,
    CastingFacts,
    OpeningFacts,
    check_is_open,
    check_may_announce,
    check_may_void,
    may_cast,
    may_open,
)
from deliberation.errors import Code, Refusal
from deliberation.meetings.rules import ItemState, MeetingState
from deliberation.rulesets.shipped import CONSULTATION

HOUSEHOLD, PERSON = UUID(int=1), UUID(int=2)

OPENING = OpeningFacts(
    item=3,
    meeting=MeetingState.CONVENED,
    state=ItemState.OPEN,
    is_noticed=True,
    wording="同意硬化3号楼单元门口路面。",
    is_read=True,
    is_someone_speaking=False,
    ballot=None,
    roll=120,
    present=61,
    entitled=120,
    rule=CONSULTATION,
)

CASTING = CastingFacts(
    item=3,
    state=BallotState.OPEN,
    household=HOUSEHOLD,
    is_entitled=True,
    holder=None,
    actor=PERSON,
    actor_household=HOUSEHOLD,
    channel="phone",
    voted_by=None,
    may_change=False,
)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"meeting": MeetingState.NOTICED}, Code.MEETING_NOT_CONVENED),
        ({"meeting": MeetingState.ADJOURNED}, Code.MEETING_NOT_CONVENED),
        ({"is_noticed": False}, Code.BALLOT_NOT_NOTICED),
        ({"state": ItemState.WAITING}, Code.ITEM_NOT_OPEN),
        ({"state": ItemState.CLOSED}, Code.ITEM_NOT_OPEN),
        ({"ballot": BallotState.OPEN}, Code.BALLOT_ALREADY_OPEN),
        ({"ballot": BallotState.CLOSED}, Code.BALLOT_ALREADY_HELD),
        ({"ballot": BallotState.ANNOUNCED}, Code.BALLOT_ALREADY_HELD),
        ({"wording": " \n"}, Code.BALLOT_WORDING_MISSING),
        ({"is_read": False}, Code.BALLOT_WORDING_NOT_READ),
        ({"is_someone_speaking": True}, Code.BALLOT_SPEECH_RUNNING),
        ({"present": 60}, Code.BALLOT_NO_QUORUM),
        ({"roll": 0}, Code.BALLOT_NO_QUORUM),
        ({"entitled": 0}, Code.BALLOT_NO_ELECTORATE),
    ],
)
def test_a_ballot_is_not_opened_when_something_is_missing(
    changes: dict[str, object], code: Code
) -> None:
    with pytest.raises(Refusal) as refusal:
        may_open(replace(OPENING, **changes))  # type: ignore[arg-type] # each row fits its field
    assert refusal.value.code is code


def test_a_missed_quorum_says_how_many_there_are_and_how_many_there_must_be() -> None:
    with pytest.raises(Refusal) as refusal:
        may_open(replace(OPENING, present=60))
    assert refusal.value.facts == {"present": 60, "required": 61}


def test_a_ballot_opens_with_all_in_place_and_again_after_one_was_voided() -> None:
    may_open(OPENING)
    may_open(replace(OPENING, ballot=BallotState.VOIDED))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"state": BallotState.CLOSED}, Code.BALLOT_NOT_OPEN),
        ({"state": BallotState.VOIDED}, Code.BALLOT_NOT_OPEN),
        ({"is_entitled": False}, Code.BALLOT_NOT_ENTITLED),
        ({"actor_household": UUID(int=9)}, Code.BALLOT_NOT_YOURS),
        ({"actor_household": None}, Code.BALLOT_NOT_YOURS),
        ({"holder": UUID(int=9)}, Code.BALLOT_NOT_YOURS),
        ({"voted_by": "form"}, Code.BALLOT_VOTE_FINAL),
        ({"voted_by": "paper", "may_change": True}, Code.BALLOT_ON_ANOTHER_CHANNEL),
        ({"voted_by": "phone", "channel": "tel"}, Code.BALLOT_ON_ANOTHER_CHANNEL),
        ({"voted_by": "proxy", "may_change": True}, Code.BALLOT_BY_PROXY),
        ({"is_over": True}, Code.BALLOT_WINDOW_OVER),
        ({"is_silent": True}, Code.BALLOT_CHAIR_SILENT),
    ],
)
def test_a_vote_is_refused_when_it_may_not_be_cast(changes: dict[str, object], code: Code) -> None:
    with pytest.raises(Refusal) as refusal:
        may_cast(replace(CASTING, **changes))  # type: ignore[arg-type] # each row fits its field
    assert refusal.value.code is code


def test_any_person_of_a_household_casts_its_first_vote() -> None:
    may_cast(replace(CASTING, actor=uuid4()))


@pytest.mark.parametrize(
    ("precedence", "before", "now"), [("paper", "form", "tel"), ("online", "paper", "phone")]
)
def test_the_channel_that_has_precedence_replaces_the_vote_of_the_other(
    precedence: str, before: str, now: str
) -> None:
    may_cast(replace(CASTING, precedence=precedence, voted_by=before, channel=now))
    with pytest.raises(Refusal) as refusal:
        may_cast(replace(CASTING, precedence=precedence, voted_by=now, channel=before))
    assert refusal.value.code is Code.BALLOT_ON_ANOTHER_CHANNEL


def test_a_second_person_of_the_household_changes_the_vote_only_where_the_rule_allows() -> None:
    second = replace(CASTING, actor=uuid4(), voted_by="phone")
    may_cast(replace(second, may_change=True))
    with pytest.raises(Refusal):
        may_cast(second)


def test_who_holds_the_vote_of_another_household_casts_it() -> None:
    may_cast(replace(CASTING, holder=PERSON, actor_household=UUID(int=9)))


@pytest.mark.parametrize(
    ("state", "code"),
    [
        (BallotState.OPEN, Code.BALLOT_NOT_CLOSED),
        (BallotState.ANNOUNCED, Code.BALLOT_ALREADY_ANNOUNCED),
        (BallotState.VOIDED, Code.BALLOT_VOIDED),
    ],
)
def test_a_result_is_announced_once_and_after_the_close(state: BallotState, code: Code) -> None:
    check_may_announce(BallotState.CLOSED)
    with pytest.raises(Refusal) as refusal:
        check_may_announce(state)
    assert refusal.value.code is code


def test_an_announced_ballot_is_not_voided() -> None:
    check_may_void(BallotState.OPEN)
    check_may_void(BallotState.CLOSED)
    with pytest.raises(Refusal):
        check_may_void(BallotState.ANNOUNCED)


def test_a_closed_ballot_is_not_closed_again() -> None:
    check_is_open(3, BallotState.OPEN)
    with pytest.raises(Refusal) as refusal:
        check_is_open(3, BallotState.CLOSED)
    assert refusal.value.facts == {"item": 3}
