from collections.abc import Callable

import pytest

from deliberation.errors import Code, Refusal
from deliberation.meetings.rules import (
    ItemFacts,
    ItemState,
    MeetingFacts,
    MeetingState,
    check_item_is_open,
    check_may_adjourn,
    check_may_close_item,
    check_may_convene,
    check_may_move_or_cancel,
    check_may_notice,
    check_may_open_item,
    check_may_read_motion,
    check_may_sign_in,
    has_quorum,
    present_required,
)
from deliberation.rulesets.rules import Rule
from deliberation.rulesets.shipped import CONSULTATION

SITTING = MeetingFacts(state=MeetingState.CONVENED)
IN_HAND = MeetingFacts(state=MeetingState.CONVENED, open_item=2)
VOTING = MeetingFacts(state=MeetingState.CONVENED, open_item=2, open_ballot=2)
COUNTED = MeetingFacts(state=MeetingState.CONVENED, open_item=2, unannounced=2)
NEXT = ItemFacts(position=3, state=ItemState.WAITING, is_noticed=True)
CURRENT = ItemFacts(position=2, state=ItemState.OPEN, is_noticed=True)


def code_of(act: Callable[[], None]) -> Code | None:
    try:
        act()
    except Refusal as refusal:
        return refusal.code
    return None


@pytest.mark.parametrize(
    ("state", "notice", "convene", "move", "adjourn"),
    [
        (
            MeetingState.PLANNED,
            None,
            Code.MEETING_NOT_NOTICED,
            None,
            Code.MEETING_NOT_CONVENED,
        ),
        (
            MeetingState.NOTICED,
            Code.MEETING_ALREADY_NOTICED,
            None,
            None,
            Code.MEETING_NOT_CONVENED,
        ),
        (MeetingState.CONVENED, *[Code.MEETING_ALREADY_CONVENED] * 3, None),
        (MeetingState.ADJOURNED, *[Code.MEETING_ALREADY_ADJOURNED] * 4),
        (MeetingState.CANCELLED, *[Code.MEETING_CANCELLED] * 4),
    ],
)
def test_what_may_be_done_with_a_meeting_depends_on_its_state(
    state: MeetingState,
    notice: Code | None,
    convene: Code | None,
    move: Code | None,
    adjourn: Code | None,
) -> None:
    assert code_of(lambda: check_may_notice(state)) is notice
    assert code_of(lambda: check_may_convene(state)) is convene
    assert code_of(lambda: check_may_move_or_cancel(state)) is move
    assert code_of(lambda: check_may_adjourn(MeetingFacts(state=state))) is adjourn


@pytest.mark.parametrize(
    ("state", "is_today", "code"),
    [
        (MeetingState.PLANNED, True, Code.MEETING_NOT_NOTICED),
        (MeetingState.NOTICED, False, Code.MEETING_NOT_TODAY),
        (MeetingState.NOTICED, True, None),
        (MeetingState.CONVENED, True, None),
        (MeetingState.CONVENED, False, None),
        (MeetingState.ADJOURNED, True, Code.MEETING_ALREADY_ADJOURNED),
        (MeetingState.CANCELLED, True, Code.MEETING_CANCELLED),
    ],
)
def test_people_sign_in_at_the_door_and_while_the_meeting_sits(
    state: MeetingState, is_today: bool, code: Code | None
) -> None:
    assert code_of(lambda: check_may_sign_in(state, is_today=is_today)) is code


@pytest.mark.parametrize(
    ("meeting", "item", "code"),
    [
        (SITTING, NEXT, None),
        (MeetingFacts(state=MeetingState.NOTICED), NEXT, Code.MEETING_NOT_CONVENED),
        (IN_HAND, NEXT, Code.MEETING_ITEM_STILL_OPEN),
        (VOTING, NEXT, Code.MEETING_BALLOT_STILL_OPEN),
        (COUNTED, NEXT, Code.MEETING_RESULT_NOT_ANNOUNCED),
        (IN_HAND, CURRENT, Code.ITEM_ALREADY_OPEN),
        (
            SITTING,
            ItemFacts(position=3, state=ItemState.CLOSED, is_noticed=True),
            Code.ITEM_CLOSED,
        ),
        (
            SITTING,
            ItemFacts(position=7, state=ItemState.WAITING, is_noticed=False),
            Code.ITEM_NOT_ON_AGENDA,
        ),
    ],
)
def test_one_noticed_item_is_in_hand_at_a_time(
    meeting: MeetingFacts, item: ItemFacts, code: Code | None
) -> None:
    assert code_of(lambda: check_may_open_item(meeting, item)) is code


@pytest.mark.parametrize(
    ("meeting", "code"),
    [
        (IN_HAND, None),
        (VOTING, Code.MEETING_BALLOT_STILL_OPEN),
        (COUNTED, Code.MEETING_RESULT_NOT_ANNOUNCED),
    ],
)
def test_an_item_is_not_closed_over_an_open_vote(meeting: MeetingFacts, code: Code | None) -> None:
    assert code_of(lambda: check_may_close_item(meeting, CURRENT)) is code
    assert code_of(lambda: check_may_read_motion(meeting, CURRENT, "同意。")) is code


@pytest.mark.parametrize(
    ("meeting", "code"),
    [
        (SITTING, None),
        (IN_HAND, Code.MEETING_ITEM_STILL_OPEN),
        (VOTING, Code.MEETING_BALLOT_STILL_OPEN),
        (COUNTED, Code.MEETING_RESULT_NOT_ANNOUNCED),
    ],
)
def test_a_meeting_does_not_end_with_something_open(
    meeting: MeetingFacts, code: Code | None
) -> None:
    assert code_of(lambda: check_may_adjourn(meeting)) is code


def test_only_the_item_in_hand_is_worked_on() -> None:
    assert code_of(lambda: check_item_is_open(IN_HAND, CURRENT)) is None
    assert code_of(lambda: check_item_is_open(IN_HAND, NEXT)) is Code.ITEM_NOT_OPEN
    adjourned = MeetingFacts(state=MeetingState.ADJOURNED)
    assert code_of(lambda: check_item_is_open(adjourned, CURRENT)) is Code.MEETING_NOT_CONVENED


def test_a_motion_without_wording_is_not_read() -> None:
    missing = code_of(lambda: check_may_read_motion(IN_HAND, CURRENT, " "))
    assert missing is Code.BALLOT_WORDING_MISSING


def test_the_refusal_names_the_item_that_is_in_the_way() -> None:
    with pytest.raises(Refusal) as refusal:
        check_may_open_item(IN_HAND, NEXT)
    assert refusal.value.facts == {"item": 2}


def test_the_quorum_counts_against_the_roll() -> None:
    assert present_required(CONSULTATION, 120) == 61
    assert has_quorum(CONSULTATION, 61, 120)
    assert not has_quorum(CONSULTATION, 60, 120)
    assert not has_quorum(CONSULTATION, 0, 0)


def test_a_rule_without_a_quorum_asks_for_nobody() -> None:
    free = Rule.from_json(CONSULTATION.to_json() | {"attendance": None})
    assert present_required(free, 120) == 0
    assert has_quorum(free, 0, 120)
